/** A home of its own for each test: HOME, settings and state, all in a temporary folder. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Home {
  readonly dir: string;
  /** ALLUXIO_CONF_DIR */
  readonly confDir: string;
  /** alluxio.work.dir */
  readonly workDir: string;
  /** The local folder at `/`, where the root mount is one. */
  readonly ufsDir: string;
  /** Replaces the site file. */
  configure(properties: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

export interface HomeOptions {
  /** Root under storage; default a local folder in the home. */
  readonly ufs?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export async function makeHome(options: HomeOptions = {}): Promise<Home> {
  const dir = await mkdtemp(join(tmpdir(), 'alluxio-home-'));
  const [confDir, workDir, ufsDir] = [join(dir, 'conf'), join(dir, 'work'), join(dir, 'ufs')];
  await Promise.all([confDir, workDir, ufsDir].map((folder) => mkdir(folder)));
  const base = { 'alluxio.work.dir': workDir, 'alluxio.master.mount.table.root.ufs': options.ufs ?? ufsDir };
  const configure: Home['configure'] = async (properties) => {
    const lines = Object.entries({ ...base, ...properties }).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(confDir, 'alluxio-site.properties'), lines.join(''));
  };
  await configure(options.properties ?? {});
  return { dir, confDir, workDir, ufsDir, configure, remove: () => rm(dir, { recursive: true, force: true }) };
}
