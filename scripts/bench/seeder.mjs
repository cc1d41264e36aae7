/** Bundles seed.mjs, which uses rooms of src/, into one file that plain node runs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Below node_modules, so that what it loads from there is found. */
export async function bundleSeeder() {
  const dir = join(root, 'node_modules', '.alluxio-bench');
  mkdirSync(dir, { recursive: true });
  const bundle = await rolldown({ cwd: root, input: { seed: join(root, 'scripts', 'bench', 'seed.mjs') }, platform: 'node', external: [/^lmdb$/, /^ali-oss$/] });
  try {
    await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  } finally {
    await bundle.close();
  }
  return join(dir, 'seed.mjs');
}
