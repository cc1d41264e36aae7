/** A configuration of given properties over the built-in defaults: no site file, no environment. */
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/sources.ts';

export function configOf(properties: Readonly<Record<string, string>> = {}): Config {
  const defines = Object.entries({ 'alluxio.test.mode': 'true', ...properties }).map(([key, value]) => [key, value] as const);
  return loadConfig({ env: {}, homeDir: '', installDir: '/nonexistent', defines }).config;
}
