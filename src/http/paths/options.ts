/** The JSON object that a request may carry: known names, of the right type, or the request is refused. */
import { AlluxioError } from '../../errors.ts';
import type { SiteContext } from '../site.ts';

const MOST_BYTES = 64 * 1024;

export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>, known: readonly string[]) {
    const strange = Object.keys(values).find((name) => !known.includes(name));
    if (strange !== undefined) throw invalid(`"${strange}" is not an option here; known are ${known.length === 0 ? 'none' : known.join(', ')}.`);
    this.#values = values;
  }

  flag(name: string): boolean | undefined {
    const value = this.#values[name];
    if (value !== undefined && typeof value !== 'boolean') throw invalid(`${name} must be true or false.`);
    return value;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value !== undefined && typeof value !== 'string') throw invalid(`${name} must be a text.`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalid(`${name} must be a whole number.`);
    return value;
  }

  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    const found = allowed.find((word) => word === value);
    if (value !== undefined && found === undefined) throw invalid(`${name} must be one of ${allowed.join(', ')}.`);
    return found;
  }

  texts(name: string): Record<string, string> {
    const value = this.#values[name] ?? {};
    if (!isRecord(value) || Object.values(value).some((one) => typeof one !== 'string')) throw invalid(`${name} must be an object of texts.`);
    return value as Record<string, string>;
  }
}

/** @throws INVALID_ARGUMENT */
export async function readOptions(c: SiteContext, known: readonly string[]): Promise<Options> {
  const text = await smallBody(c);
  if (text.trim() === '') return new Options({}, known);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AlluxioError('INVALID_ARGUMENT', 'The body is not JSON.', { cause: error });
  }
  if (!isRecord(value)) throw invalid('The body must be a JSON object.');
  return new Options(value, known);
}

export async function smallBody(c: SiteContext): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.env.incoming as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw invalid(`The body is larger than ${MOST_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  c.set('body', text);
  return text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', message);
}
