/** Asking a resident of this home over its web port, with the token that only its user can read. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { Config } from '../config/config.ts';
import { AlluxioError, ERROR_TABLE, messageOf, systemCode } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { tokenFile } from '../http/token.ts';
import { reachableHost } from './health.ts';
import type { ResidentRecord } from './records.ts';

const PATIENCE_MS = 5000;

export interface Question {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
}

export async function askResident(config: Config, { role, web }: ResidentRecord, { method, path }: Question): Promise<Record<string, unknown>> {
  if (web === undefined) throw new AlluxioError('UNAVAILABLE', `The ${role} has not started yet.`);
  const token = await readFile(tokenFile(config), 'utf8').catch(() => undefined);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token.trim()}` };
  const { status, text } = await answerOf({ host: reachableHost(web.host), port: web.port, method, path, headers }).catch((error: unknown) => {
    throw new AlluxioError('UNAVAILABLE', `The ${role} does not answer at port ${web.port}: ${systemCode(error) ?? messageOf(error)}.`, { hint: 'Its log says why.', cause: error });
  });
  const answer = objectIn(text);
  if (status === 200 && answer !== undefined) return answer;
  const code = Object.keys(ERROR_TABLE).find((each): each is ErrorCode => each === answer?.statusCode) ?? 'UNAVAILABLE';
  const hint = typeof answer?.hint === 'string' ? { hint: answer.hint } : {};
  throw new AlluxioError(code, typeof answer?.message === 'string' ? answer.message : `The ${role} answers ${status}.`, hint);
}

interface Call {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function answerOf(call: Call): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...call, timeout: PATIENCE_MS, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)));
    asked.on('error', reject);
    asked.end();
  });
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
