/** Colours on a terminal. Loaded only when stdout is one. */
import { Chalk } from 'chalk';
import type { Output } from './output.ts';

const chalk = new Chalk({ level: 1 });

export const paint: Output['paint'] = (text, style) => chalk[style](text);
