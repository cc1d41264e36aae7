/** The configuration as it holds for one path: path defaults win under their path (design.md §9). */
import type { Config } from '../config/config.ts';
import type { AlluxioPath } from '../uri.ts';
import { isAtOrBelow } from '../uri.ts';
import type { FileSystemContext } from './context.ts';

type PathDefaults = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** They hardly ever change, and every file asks for them several times: those that other processes set count after this. */
const REMEMBERED_MS = 1000;

const remembered = new WeakMap<FileSystemContext, { readonly defaults: PathDefaults; readonly atMs: number }>();

export function configFor(context: FileSystemContext, path: AlluxioPath): Config {
  const defaults = pathDefaults(context);
  if (defaults.size === 0) return context.config;
  const prefixes = [...defaults.keys()].filter((prefix) => isAtOrBelow(path, prefix)).sort((a, b) => a.length - b.length);
  if (prefixes.length === 0) return context.config;
  const properties: Record<string, string> = {};
  for (const prefix of prefixes) Object.assign(properties, defaults.get(prefix));
  return context.config.overlay(properties, 'PATH_DEFAULT');
}

/** False when `configFor` says the same of every path. */
export function hasPathDefaults(context: FileSystemContext): boolean {
  return pathDefaults(context).size > 0;
}

/** Called by whoever changes them. */
export function forgetPathDefaults(context: FileSystemContext): void {
  remembered.delete(context);
}

function pathDefaults(context: FileSystemContext): PathDefaults {
  const atMs = process.uptime() * 1000;
  const known = remembered.get(context);
  if (known !== undefined && atMs - known.atMs < REMEMBERED_MS) return known.defaults;
  const defaults = context.journal.read((view) => view.pathDefaults());
  remembered.set(context, { defaults, atMs });
  return defaults;
}
