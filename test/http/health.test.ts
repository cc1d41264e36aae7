import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServedHome } from './support.ts';
import { serveHome } from './support.ts';

let home: ServedHome;
beforeAll(async () => void (home = await serveHome()));
afterAll(() => home.close());

it('says that it lives, and whether it can do its work', async () => {
  const health = await fetch(`${home.url}/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ status: 'ok', role: 'master', version: '2.9.0-test' });
  expect((await fetch(`${home.url}/ready`)).status).toBe(200);
  home.says.problems.push('OSS does not answer.');
  const ready = await fetch(`${home.url}/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: 'failed', problems: ['OSS does not answer.'] });
  home.says.problems.length = 0;
});
