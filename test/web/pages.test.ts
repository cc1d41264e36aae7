/** Every page in a real browser: light and dark, at a desk and on a phone, with the keyboard alone. WEB_SHOTS=<folder> keeps pictures; README_SHOT=1 renews the README's. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedHome } from '../http/support.ts';
import { serveHome } from '../http/support.ts';
import { ownIdentity } from '../../src/process-identity.ts';
import { at, bytes } from '../support/file-system.ts';
import { startBrowser, visit } from './browser.ts';

const MASTER_PAGES = ['/overview', '/browse', '/browse?path=/data', '/browse?path=/data/report.csv', '/data', '/mounttable', '/workers', '/config', '/logs', '/logs?path=master.log&offset=16384&end=1', '/metrics', '/signin', '/nowhere'];
const WORKER_PAGES = ['/overview', '/blockInfo', '/blockInfo?path=/data/report.csv', '/config', '/logs', '/metrics'];
const STRANGE = ['<script>alert(1)<script>', 'a"b onload=x', '100%25 off', 'line\nbreak', '日本語 🚀', '\u202Etxt.exe', "it's & more"];

const BLOCKS = { 'alluxio.user.block.size.bytes.default': '32KB', 'alluxio.worker.ramdisk.size': '8MB' };

let browser: Browser;
let master: ServedHome;
let worker: ServedHome;

beforeAll(async () => {
  [browser, master] = await Promise.all([startBrowser(), serveHome({ storage: 'oss', samplePeriodMs: 100, properties: BLOCKS })]);
  worker = await serveHome({ role: 'worker', samplePeriodMs: 100, properties: BLOCKS });
  await Promise.all([master, worker].map(fill));
});
afterAll(async () => {
  await browser.close();
  await Promise.all([master.close(), worker.close()]);
});

async function fill(home: ServedHome): Promise<void> {
  const { fs } = home;
  for (const directory of ['/data', '/logs', '/models', '/strange']) await fs.changes.makeDirectory(at(directory), { recursive: false });
  const report = Array.from({ length: 4000 }, (_, i) => `${i},2026-11-${String((i % 28) + 1).padStart(2, '0')},north,${(i * 37) % 1000}`).join('\n');
  await fs.content.create(at('/data/report.csv'), bytes(report, 8192), { writeType: 'CACHE_THROUGH' });
  await fs.content.create(at('/data/archive.bin'), bytes('\u0000\u0001\u0002binary'.repeat(9000), 8192), { writeType: 'THROUGH' });
  await fs.content.create(at('/models/weights.bin'), bytes('w'.repeat(3_000_000), 262_144), { writeType: 'CACHE_THROUGH' });
  await fs.content.create(at('/data/pending.txt'), bytes('not yet there\n'.repeat(900), 8192), { writeType: 'MUST_CACHE' });
  await Promise.all([
    ...Array.from({ length: 130 }, (_, i) => fs.content.create(at(`/logs/app-${String(i).padStart(3, '0')}.log`), bytes(`line ${i}\n`), { writeType: 'MUST_CACHE' })),
    ...STRANGE.map((name) => fs.content.create(at(`/strange/${name}`), bytes(`content of ${name}`), { writeType: 'MUST_CACHE' })),
  ]);
  await fs.changes.setAttributes(at('/data/report.csv'), { pinned: true });
  const lines = Array.from({ length: 700 }, (_, i) => `2026-11-22 10:${String(i % 60).padStart(2, '0')}:00,123 INFO  Persist - persisted /logs/app-${i}.log`);
  await writeFile(join(home.logs, 'master.log'), `${lines.join('\n')}\n`);
  const now = Date.now();
  home.says.jobs.push(
    { name: 'ttl', lastRunMs: now - 4000, lastFailure: undefined, backlog: undefined, done: 12 },
    { name: 'persist', lastRunMs: now - 900, lastFailure: undefined, backlog: 138, done: 4210 },
    { name: 'backup', lastRunMs: now - 60_000, lastFailure: 'oss://bucket does not answer', backlog: undefined, done: 3 },
    { name: 'scrub', lastRunMs: undefined, lastFailure: undefined, backlog: undefined, done: 0 },
  );
  const own = ownIdentity();
  home.says.residents = [
    { role: 'master', identity: own, startedMs: now - 7_400_000, web: { host: '127.0.0.1', port: master.port } },
    { role: 'worker', identity: own, startedMs: now - 7_390_000, web: { host: '127.0.0.1', port: 30000 } },
  ];
}

async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.WEB_SHOTS;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const nameOf = (route: string) => route.slice(1).replace(/[^a-zA-Z]+/g, '-');

const LOOKS = [
  ['light', 'light', { width: 1280, height: 860 }],
  ['dark', 'dark', { width: 1280, height: 860 }],
  ['phone', 'light', { width: 390, height: 844 }],
] as const;

describe('pages', () => {
  it.each([
    ['master', MASTER_PAGES],
    ['worker', WORKER_PAGES],
  ] as const)('of the %s are whole in light, dark and on a phone, from their own server alone', async (role, routes) => {
    const home = role === 'master' ? master : worker;
    const { page, complaints, close } = await visit(browser, home.url);
    for (const route of routes) {
      await page.setViewportSize(LOOKS[0][2]);
      const answer = await page.goto(home.url + route);
      expect(answer?.status(), route).toBe(route === '/nowhere' ? 404 : 200);
      expect(await page.locator('h1').count(), route).toBe(1);
      if (route === '/metrics') await page.locator('.uplot').nth(7).waitFor();
      for (const [look, colorScheme, size] of LOOKS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(size);
        // Only tables scroll sideways, never the page.
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), `${route} is too wide: ${look}`).toBeLessThanOrEqual(0);
        await shot(page, `${role}-${nameOf(route)}-${look}`);
      }
    }
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await close();
  });
});
