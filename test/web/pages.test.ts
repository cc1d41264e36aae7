/** Every page in a real browser: light and dark, at a desk and on a phone, with the keyboard alone. WEB_SHOTS=<folder> keeps pictures; README_SHOT=1 renews the README's. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedHome } from '../http/support.ts';
import { serveHome } from '../http/support.ts';
import { ownIdentity } from '../../src/process-identity.ts';
import { at, bytes } from '../support/file-system.ts';
import { REPOSITORY } from '../support/installation.ts';
import { startBrowser, visit } from './browser.ts';

const MASTER_PAGES = ['/overview', '/browse', '/browse?path=/data', '/browse?path=/data/report.csv', '/data', '/mounttable', '/workers', '/config', '/logs', '/logs?path=master.log&offset=16384&end=1', '/metrics', '/signin', '/nowhere'];
const WORKER_PAGES = ['/overview', '/blockInfo', '/blockInfo?path=/data/report.csv', '/config', '/logs', '/metrics'];
const STRANGE = ['<script>alert(1)<script>', 'a"b onload=x', '100%25 off', 'line\nbreak', '日本語 🚀', '\u202Etxt.exe', "it's & more"];

const BLOCKS = { 'alluxio.user.block.size.bytes.default': '32KB', 'alluxio.worker.ramdisk.size': '8MB' };

const asShown = (name: string) => name.replace('\n', '\\n').replace('\u202E', '\\u202e');

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
    { name: 'persist', lastRunMs: now - 900, lastFailure: undefined, backlog: 0, done: 4210 },
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
        if (route === '/metrics') await expect.poll(() => page.locator('.u-legend').first().textContent()).toMatch(/Used[\d.]+ [KM]?B/);
        // Only tables scroll sideways, never the page.
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), `${route} is too wide: ${look}`).toBeLessThanOrEqual(0);
        await shot(page, `${role}-${nameOf(route)}-${look}`);
      }
    }
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await close();
  });
});

describe('in a browser', () => {
  let page: Page;
  let complaints: string[];
  let close: () => Promise<void>;

  beforeAll(async () => void ({ page, complaints, close } = await visit(browser, master.url, { colorScheme: 'light' })));
  afterAll(async () => {
    expect(complaints.filter((text) => !/40[34]/.test(text))).toEqual([]);
    await close();
  });

  const focused = () => page.evaluate('document.activeElement?.textContent?.trim() || document.activeElement?.id');
  const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');

  async function tabTo(text: string): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab');
      if ((await focused()) === text) return;
    }
    throw new Error(`the Tab key does not reach "${text}"`);
  }

  it('everything is reached with the keyboard alone', async () => {
    await page.goto(`${master.url}/overview`);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await tabTo('Browse');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/browse');
    await tabTo('data/');
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth")).toBe('solid2px');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/browse?path=%2Fdata');
    await tabTo('report.csv');
    await page.keyboard.press('Enter');
    await page.waitForURL('**report.csv');
    await tabTo('After');
    await page.keyboard.press('Enter');
    await page.waitForURL('**offset=16384');
    await page.goto(`${master.url}/browse`);
    await page.keyboard.press('/');
    await page.keyboard.type('/models');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/browse?path=%2Fmodels');
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('colours follow the system, or the reader, who is remembered', async () => {
    await page.goto(`${master.url}/overview`);
    const light = await background();
    await page.locator('#theme').press('Enter');
    expect(await page.locator('#theme').getAttribute('aria-label')).toBe('Colours: light');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe(light);
    await page.locator('#theme').click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.reload();
    expect(await background()).toBe(dark);
    await page.locator('#theme').click();
    expect(await background()).toBe(light);
  });

  it('names are shown as they are and do nothing', async () => {
    await page.goto(`${master.url}/browse?path=/strange`);
    const shown = await page.locator('tbody a').allTextContents();
    const links = (await page.evaluate("[...document.querySelectorAll('tbody a')].map((link) => link.href)")) as string[];
    expect([...shown].sort()).toEqual(STRANGE.map(asShown).sort());
    await shot(page, 'strange');
    for (const name of STRANGE) {
      // What the link of the row says, not what we would make of the name.
      await page.goto(links[shown.indexOf(asShown(name))] ?? '');
      expect(await page.locator('pre').textContent()).toBe(`content of ${name}`);
    }
    expect(await page.locator('script:not([src])').count()).toBe(0);
  });

  it('a directory is paged, begun at a name, and shown in pages of a chosen size', async () => {
    await page.goto(`${master.url}/browse?path=/logs`);
    expect(await page.locator('.pager').textContent()).toContain('1–100 of 130');
    await page.getByRole('link', { name: 'Next' }).click();
    expect(await page.locator('tbody a').first().textContent()).toBe('app-100.log');
    expect(await page.locator('.pager').textContent()).toContain('101–130 of 130');
    await page.getByRole('link', { name: 'Previous' }).click();
    expect(await page.locator('.pager').textContent()).toContain('1–100 of 130');
    expect(await page.getByText('Previous').getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByRole('link', { name: 'First' }).click();
    await page.locator('#limit').selectOption('20');
    await page.waitForURL('**limit=20');
    expect(await page.locator('tbody tr').count()).toBe(20);
    await page.locator('#from').fill('app-12');
    await page.keyboard.press('Enter');
    await page.waitForURL('**from=app-12');
    expect(await page.locator('tbody a').first().textContent()).toBe('app-120.log');
  });

  it('properties are filtered as one types', async () => {
    await page.goto(`${master.url}/config`);
    await page.locator('#filter').fill('WEB.port');
    const keys = await page.locator('#properties tbody tr:visible td:first-child').allTextContents();
    expect(keys).toContain('alluxio.master.web.port');
    expect(keys.every((key) => key.includes('web.port'))).toBe(true);
    await page.locator('#filter').fill('no such thing');
    expect(await page.locator('#properties-none').isVisible()).toBe(true);
  });

  it('a page renews itself when asked to, and keeps what is shown when the server is away', async () => {
    await page.goto(`${worker.url}/overview`);
    await page.evaluate("document.getElementById('refresh').dataset.period = '1000'");
    await page.locator('#refresh').check();
    worker.says.problems.push('The cache directory is <b>gone</b>.');
    await page.getByText('The cache directory is <b>gone</b>.').waitFor();
    await page.context().setOffline(true);
    expect(await page.locator('h1').textContent()).toBe('Overview');
    await page.context().setOffline(false);
    worker.says.problems.length = 0;
    await page.getByText('Healthy').waitFor();
    complaints.length = 0;
  });

  it('a file is downloaded under its name', async () => {
    await page.goto(`${master.url}/browse?path=${encodeURIComponent('/strange/日本語 🚀')}`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
    expect(download.suggestedFilename()).toBe('日本語 🚀');
    await download.cancel();
  });

  it('whoever is not known signs in with the token', async () => {
    const { fs } = master;
    await fs.changes.setAttributes(at('/models'), { mode: 0o700 });
    const stranger = await visit(browser, master.url, { extraHTTPHeaders: { origin: 'http://elsewhere.example' } });
    await stranger.page.goto(`${master.url}/browse?path=/models`);
    expect(await stranger.page.locator('h1').textContent()).toBe('Not for everybody');
    await stranger.page.getByRole('link', { name: 'Sign in' }).first().click();
    await stranger.page.context().setExtraHTTPHeaders({});
    await stranger.page.locator('#token').fill(await readFile(join(master.dir, 'web-token'), 'utf8'));
    await stranger.page.keyboard.press('Enter');
    await stranger.page.waitForURL('**/overview');
    await stranger.page.context().setExtraHTTPHeaders({ origin: 'http://elsewhere.example' });
    await stranger.page.goto(`${master.url}/browse?path=/models`);
    expect(await stranger.page.locator('h1').textContent()).toBe('Browse');
    await stranger.close();
  });

  it('the picture in the README is of this', async () => {
    const target = process.env.README_SHOT === '1' ? join(REPOSITORY, 'docs/images/overview.png') : join(master.dir, 'overview.png');
    await mkdir(join(target, '..'), { recursive: true });
    await page.setViewportSize({ width: 1200, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    master.says.jobs.splice(2, 1, { name: 'backup', lastRunMs: Date.now() - 60_000, lastFailure: undefined, backlog: undefined, done: 3 });
    await page.goto(`${master.url}/overview`);
    await page.screenshot({ path: target });
    expect((await stat(target)).size).toBeLessThan(200 * 1024);
  });
});
