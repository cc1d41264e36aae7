/** Reading option values. */
import { AlluxioError } from '../errors.ts';
import type { CommandInput } from './command.ts';

export function flag(input: CommandInput, name: string): boolean {
  return input.options[name] === true;
}

export function text(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function texts(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  return Array.isArray(value) ? value : [];
}

/** The argument at a position that the record's counts promise. */
export function arg(input: CommandInput, index: number): string {
  const value = input.args[index];
  if (value === undefined) throw new AlluxioError('INTERNAL', `Argument ${index} is missing although it was counted.`);
  return value;
}

/** @throws USAGE `Failed to parse option <name> into an integer` */
export function integer(input: CommandInput, name: string): number | undefined {
  const value = text(input, name);
  if (value === undefined) return undefined;
  if (!/^[+-]?\d{1,10}$/.test(value) || Math.abs(Number(value)) > 2 ** 31) throw new AlluxioError('USAGE', `Failed to parse option ${name} into an integer`);
  return Number(value);
}

/** `key=value` pairs; only the first `=` separates. @throws USAGE */
export function pairs(values: readonly string[], option: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const value of values) {
    const cut = value.indexOf('=');
    if (cut <= 0) throw new AlluxioError('USAGE', `Option --${option} takes <key=value>, not "${value}"`);
    result[value.slice(0, cut)] = value.slice(cut + 1);
  }
  return result;
}
