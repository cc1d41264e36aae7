/** The configuration as it holds for one path: path defaults win under their path (design.md §9). */
import type { Config } from '../config/config.ts';
import type { AlluxioPath } from '../uri.ts';
import { isAtOrBelow } from '../uri.ts';
import type { FileSystemContext } from './context.ts';

export function configFor(context: FileSystemContext, path: AlluxioPath): Config {
  const defaults = context.journal.read((view) => view.pathDefaults());
  if (defaults.size === 0) return context.config;
  const prefixes = [...defaults.keys()].filter((prefix) => isAtOrBelow(path, prefix)).sort((a, b) => a.length - b.length);
  if (prefixes.length === 0) return context.config;
  const properties: Record<string, string> = {};
  for (const prefix of prefixes) Object.assign(properties, defaults.get(prefix));
  return context.config.overlay(properties, 'PATH_DEFAULT');
}
