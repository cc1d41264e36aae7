/** HTML whose values are escaped: whatever is put into a template is data, unless it is such HTML itself. */
import { html } from 'hono/html';

export { html };
export type Html = ReturnType<typeof html>;
/** What may stand in a template. */
export type Part = Html | string | number | undefined | readonly Part[];
