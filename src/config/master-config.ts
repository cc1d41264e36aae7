/** The configuration of a running master, as its web port tells it. */
import { get } from 'node:http';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import type { Config } from './config.ts';
import type { PropertyRow } from './listing.ts';

const TIMEOUT_MS = 5_000;

/** @throws UNAVAILABLE when no master answers */
export async function masterProperties(config: Config, signal: AbortSignal): Promise<PropertyRow[]> {
  const address = `${config.find('alluxio.master.hostname') ?? 'localhost'}:${config.integer('alluxio.master.web.port')}`;
  try {
    return rowsOf(await fetchText(`http://${address}/api/v1/master/webui_config`, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])));
  } catch (error) {
    signal.throwIfAborted();
    const reason = systemCode(error) ?? messageOf(error);
    throw new AlluxioError('UNAVAILABLE', `Unable to get master-side configuration: ${address}: ${reason}`, {
      hint: 'Is a master running? Without --master you see the configuration of the shell.',
      cause: error,
    });
  }
}

function fetchText(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`HTTP status ${response.statusCode}`))));
    });
    request.on('error', reject);
  });
}

function rowsOf(text: string): PropertyRow[] {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== 'object' || answer === null || !('configuration' in answer) || !Array.isArray(answer.configuration)) {
    throw new Error('the answer is not a configuration');
  }
  return answer.configuration.map((row: Record<string, unknown>) => {
    const value = textOf(row.middle);
    return { key: textOf(row.left), value: value === '' ? undefined : value, source: textOf(row.right) };
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
