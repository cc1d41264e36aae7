/** The built commands, many of them in this one process, in one home over an OSS bucket or a local folder. What a process adds is tried elsewhere. */
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

export async function makeTypist(root: 'oss' | 'local', properties: Readonly<Record<string, string>>): Promise<Typist> {
  const home = await makeHome();
  const store = root === 'oss' ? await bucketStore() : folderStore(home.ufsDir);
  await home.configure({ ...store.properties, ...properties });
  const env = { HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir };
  const run: World['run'] = async (args) => {
    const [out, err] = [join(home.dir, 'stdout'), join(home.dir, 'stderr')];
    const [stdout, stderr] = [openSync(out, 'w'), openSync(err, 'w')];
    try {
      const status = await main(args, { env, cwd: () => home.dir, installDir: INSTALLATION, stdout, stderr });
      return { status, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') };
    } finally {
      closeSync(stdout);
      closeSync(stderr);
    }
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
        put: (key, content) => store.put(`${name}/${key}`, content),
        remove: (key) => store.remove(`${name}/${key}`),
        keys: async () => (await store.keys(`${name}/`)).map((key) => key.slice(name.length + 1)).filter((key) => key !== '').sort(),
      };
    },
    async close() {
      await store.close();
      await home.remove();
    },
  };
}

/** The storage at `/`, as another program sees it. Keys of directories end in a slash. */
interface Store {
  readonly properties: Readonly<Record<string, string>>;
  put(key: string, content: string): Promise<void>;
  remove(key: string): Promise<void>;
  keys(prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

async function bucketStore(): Promise<Store> {
  const oss = await startTestOss();
  const bucket = sdk(oss.endpoint, { bucket: oss.bucket, ...OSS_KEYS });
  return {
    properties: {
      'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret,
      'alluxio.master.mount.table.root.ufs': `oss://${oss.bucket}/root`,
    },
    put: async (key, content) => void (await bucket.put(`root/${key}`, Buffer.from(content))),
    remove: async (key) => void (await bucket.deleteMulti([`root/${key}`])),
    async keys(prefix) {
      const { objects } = await bucket.listV2({ prefix: `root/${prefix}`, 'max-keys': '1000' });
      // The SDK says nothing, not an empty list, of a prefix without objects.
      return ((objects as typeof objects | undefined) ?? []).map(({ name }) => name.slice('root/'.length));
    },
    close: () => oss.close(),
  };
}

function folderStore(folder: string): Store {
  const at = (key: string): string => join(folder, key);
  return {
    properties: {},
    async put(key, content) {
      mkdirSync(key.endsWith('/') ? at(key) : dirname(at(key)), { recursive: true });
      if (!key.endsWith('/')) writeFileSync(at(key), content);
    },
    remove: async (key) => rmSync(at(key), { recursive: true, force: true }),
    keys: async (prefix) =>
      readdirSync(at(prefix), { withFileTypes: true, recursive: true }).map((entry) => `${join(entry.parentPath, entry.name).slice(folder.length + 1)}${entry.isDirectory() ? '/' : ''}`),
    close: async () => undefined,
  };
}
