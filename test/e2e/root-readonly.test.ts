/** The root mount comes from the configuration: whether it may be written, and who shares it, is what is set now, not what was set when it was formatted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

const READ_ONLY = 'alluxio.master.mount.table.root.readonly';
const SHARED = 'alluxio.underfs.object.store.mount.shared.publicly';
const refusal = (path: string) => `A write operation on ${path} under a readonly mount point / is not allowed\n`;

describe('the root mount', () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await makeShell();
  });
  afterAll(() => shell.close());

  const configure = (properties: Readonly<Record<string, string>>) => shell.home.configure({ ...shell.oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/root', ...properties });
  const flags = async () => (await shell.records('mount')).map(({ path, readOnly, shared }) => ({ path, readOnly, shared }));

  it('is read-only as soon as the configuration says so, and only as long', async () => {
    await shell.all(['mkdir', '/d', '/gone'], ['mount', '/d/own', 'oss://other/']);
    await configure({ [READ_ONLY]: 'true' });
    expect(await flags()).toEqual([{ path: '/', readOnly: true, shared: false }, { path: '/d/own', readOnly: false, shared: false }]);
    expect((await shell.fs('mount')).stdout).toMatch(/^oss:\/\/bucket\/root +on +\/ +\(oss, [^\n]*, read-only, /);
    await shell.refused(['touch', '/x'], refusal('/x'));
    await shell.refused(['mkdir', '/d/e'], refusal('/d/e'));
    await shell.refused(['rm', '-R', '/gone'], refusal('/gone'));
    await shell.all(['touch', '/d/own/f']);
    await configure({});
    expect((await flags())[0]).toEqual({ path: '/', readOnly: false, shared: false });
    await shell.all(['touch', '/x']);
    expect(await shell.keys()).toEqual(['x']);
    await shell.refused(['touch', '/y', `-D${READ_ONLY}=true`], refusal('/y'));
  });

  it('that was formatted read-only can be written when the configuration allows it', async () => {
    await configure({ [READ_ONLY]: 'true', [SHARED]: 'true' });
    expect((await shell.run(['format'])).status).toBe(0);
    expect(await flags()).toEqual([{ path: '/', readOnly: true, shared: true }]);
    await shell.refused(['touch', '/z'], refusal('/z'));
    await configure({});
    expect(await flags()).toEqual([{ path: '/', readOnly: false, shared: false }]);
    await shell.all(['touch', '/z']);
    expect(await shell.keys()).toContain('z');
  });
});
