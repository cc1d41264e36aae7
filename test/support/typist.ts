/** The built commands, many of them in this one process, in one home over an OSS bucket. What a process adds is tried elsewhere. */
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MainIo } from '../../src/main.ts';
import { sdk } from '../oss-server/support.ts';
import { makeHome } from './home.ts';
import { OSS_KEYS, startTestOss } from './oss.ts';
import type { World } from './transcript.ts';

const INSTALLATION = fileURLToPath(new URL('../..', import.meta.url));
const { main } = createRequire(import.meta.url)('../../dist/main.cjs') as { main: (argv: readonly string[], io: MainIo) => Promise<number> };

export interface Typist {
  /** Local files for all cases. */
  readonly fixtures: string;
  /** A directory in Alluxio, and a local folder, for one case. */
  newCase(): Promise<World>;
  close(): Promise<void>;
}

export async function makeTypist(properties: Readonly<Record<string, string>>): Promise<Typist> {
  const [home, oss] = await Promise.all([makeHome(), startTestOss()]);
  await home.configure({
    'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret,
    'alluxio.master.mount.table.root.ufs': `oss://${oss.bucket}/root`,
    ...properties,
  });
  const env = { HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir };
  const run: World['run'] = async (args) => {
    const [out, err] = [join(home.dir, 'stdout'), join(home.dir, 'stderr')];
    const [stdout, stderr] = [openSync(out, 'w'), openSync(err, 'w')];
    try {
      const status = await main(args, { env, cwd: home.dir, installDir: INSTALLATION, stdout, stderr });
      return { status, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') };
    } finally {
      closeSync(stdout);
      closeSync(stderr);
    }
  };
  const bucket = sdk(oss.endpoint, { bucket: oss.bucket, ...OSS_KEYS });
  const keysBelow = async (prefix: string): Promise<string[]> => {
    const { objects } = await bucket.listV2({ prefix, 'max-keys': '1000' });
    // The SDK says nothing, not an empty list, of a prefix without objects.
    return ((objects as typeof objects | undefined) ?? []).map(({ name }) => name.slice(prefix.length)).filter((key) => key !== '').sort();
  };
  const fixtures = join(home.dir, 'fixtures');
  mkdirSync(fixtures);
  await run(['format']);
  let cases = 0;
  return {
    fixtures,
    async newCase() {
      const name = `case${String((cases += 1)).padStart(3, '0')}`;
      const out = join(home.dir, 'out', name);
      mkdirSync(out, { recursive: true });
      await run(['fs', 'mkdir', `/${name}`]);
      return {
        dir: `/${name}`, fixtures, out, run,
        put: async (key, content) => void (await bucket.put(`root/${name}/${key}`, Buffer.from(content))),
        remove: async (key) => void (await bucket.deleteMulti([`root/${name}/${key}`])),
        keys: () => keysBelow(`root/${name}/`),
      };
    },
    async close() {
      await oss.close();
      await home.remove();
    },
  };
}
