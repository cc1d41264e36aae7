/** What an operator changes in a running process. It holds until the process ends, and needs the token. */
import type { Hono } from 'hono';
import { AlluxioError, isAlluxioError } from '../../errors.ts';
import { requireWriter } from '../access.ts';
import { hiderOf } from '../hiding.ts';
import { paramsOf } from '../params.ts';
import type { Site, SiteContext, SiteEnv } from '../site.ts';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

export function operatorRoutes(app: Hono<SiteEnv>, site: Site): void {
  const base = `/api/v1/${site.resident.process.role}`;
  app.post(`${base}/logLevel`, (c) => logLevel(c, site));
  app.post(`${base}/clearMetrics`, (c) => clearMetrics(c, site));
  app.post(`${base}/updateConf`, (c) => updateConf(c, site));
}

function logLevel(c: SiteContext, { resident }: Site): Response {
  const params = paramsOf(c);
  const [name, level] = [params.get('logName') ?? '', params.get('level')?.toUpperCase()];
  if (name === '') throw new AlluxioError('INVALID_ARGUMENT', 'The parameter logName is missing.');
  if (level !== undefined && !LEVELS.includes(level)) throw new AlluxioError('INVALID_ARGUMENT', `level must be one of ${LEVELS.join(', ')}.`);
  if (level !== undefined) requireWriter(c.get('reader'), resident.config);
  if (resident.logLevel === undefined) throw new AlluxioError('UNSUPPORTED', 'The log level of this process cannot be changed.');
  const now = resident.logLevel(name, level);
  const shown = hiderOf(c)(name);
  if (level !== undefined) resident.operated?.('logLevel', `Log level of ${shown} set to ${now}`);
  return c.json({ logName: shown, level: now, message: level === undefined ? '' : `Setting Log Level of ${shown} to ${now}` });
}

async function clearMetrics(c: SiteContext, { resident, recorder }: Site): Promise<Response> {
  requireWriter(c.get('reader'), resident.config);
  await recorder.clear();
  resident.operated?.('clearMetrics', 'Metrics cleared');
  return c.json({ cleared: true });
}

/** Each parameter is a property; those that are refused leave the others alone. */
function updateConf(c: SiteContext, { resident }: Site): Response {
  requireWriter(c.get('reader'), resident.config);
  if (resident.updateConf === undefined) throw new AlluxioError('UNSUPPORTED', 'The configuration of this process cannot be changed while it runs.');
  const failed: Record<string, string> = {};
  const updated: string[] = [];
  const hide = hiderOf(c);
  for (const [key, value] of paramsOf(c)) {
    try {
      resident.updateConf(key, value);
      updated.push(key);
    } catch (error) {
      if (!isAlluxioError(error)) throw error;
      failed[hide(key)] = hide(error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
    }
  }
  if (updated.length > 0) resident.operated?.('updateConf', hide(`Configuration changed: ${updated.map((key) => `${key}=${resident.config.get(key)}`).join(', ')}`));
  return c.json({ updated, failed });
}
