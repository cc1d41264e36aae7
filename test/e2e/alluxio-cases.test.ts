/**
 * Alluxio's own integration tests of its shell (tests/src/test/java/alluxio/client/cli/fs), as sessions at the built commands over a bucket: what was typed,
 * every byte of stdout as Alluxio 2.9 prints it (errors too, because `alluxio.user.shell.error.stream` is stdout), the exit status, the objects afterwards.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTypist } from '../support/typist.ts';
import type { Typist } from '../support/typist.ts';
import { fixtureBytes, play } from '../support/transcript.ts';

const FILES = ['reading', 'listing', 'copying', 'attributes', 'tree', 'mounts', 'misuse', 'paths'];
const SIZES = [10, 20, 30, 50, 100, 10_000, 21_243, 532_982, 9_712_654];
const TREES: Readonly<Record<string, number>> = {
  'testDir/foo/foobar1': 10, 'testDir/foo/foobar2': 20, 'testDir/bar/foobar3': 30, 'testDir/foobar4': 40,
  'testRoot/testFileA': 10, 'testRoot/testDir/testFileB': 20,
  'outerDir/srcFile1': 10, 'outerDir/innerDir/srcFile2': 10,
  'onlyFile/the-file': 10, 'onlyDir/inner/f': 10,
};

describe('as Alluxio does it', () => {
  let typist: Typist;

  beforeAll(async () => {
    typist = await makeTypist('oss', {
      'alluxio.user.file.writetype.default': 'CACHE_THROUGH',
      'alluxio.user.block.size.bytes.default': '16MB',
      'alluxio.user.shell.error.stream': 'stdout',
      'alluxio.security.login.username': 'test_user_ls',
      'alluxio.security.authorization.permission.supergroup': 'test_user_ls',
      'alluxio.security.group.mapping.class': 'alluxio.security.group.provider.IdentityUserGroupsMapping',
    });
    for (const size of SIZES) writeFileSync(join(typist.fixtures, `f${size}`), fixtureBytes(0, size));
    for (const [name, size] of Object.entries(TREES)) {
      mkdirSync(dirname(join(typist.fixtures, name)), { recursive: true });
      writeFileSync(join(typist.fixtures, name), fixtureBytes(0, size));
    }
    mkdirSync(join(typist.fixtures, 'outerDir/emptyDir'));
  });
  afterAll(() => typist.close());

  for (const file of FILES) {
    const text = readFileSync(new URL(`alluxio-cases/${file}.txt`, import.meta.url), 'utf8');
    for (const [title, session] of cases(text)) {
      it(title, async () => {
        const { wanted, seen } = await play(session, await typist.newCase());
        expect(seen).toBe(wanted);
      });
    }
  }
});

function cases(text: string): [title: string, session: string][] {
  return text.split(/^## /m).slice(1).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]);
}
