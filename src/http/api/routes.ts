/** The JSON API under `/api/v1/master` or `/api/v1/worker`. */
import type { Hono } from 'hono';
import { hiderOf } from '../hiding.ts';
import { paramsOf } from '../params.ts';
import type { Site, SiteEnv } from '../site.ts';
import { blockInfo, browse, data, logs } from './files.ts';
import type { Asked } from './files.ts';
import { masterInfo, workerInfo } from './info.ts';
import { configuration, init, masters, mountTable, overview, workers } from './master.ts';
import { masterMetrics, workerMetrics } from './metrics.ts';
import { operatorRoutes } from './operator.ts';
import { workerInit, workerOverview } from './worker.ts';

type Answer = (site: Site, asked: Asked) => Record<string, unknown> | Promise<Record<string, unknown>>;

const MASTER: Readonly<Record<string, Answer>> = {
  info: masterInfo,
  webui_init: init,
  webui_overview: overview,
  webui_browse: browse,
  webui_data: data,
  webui_logs: logs,
  webui_config: configuration,
  webui_workers: workers,
  webui_masters: masters,
  webui_mounttable: mountTable,
  webui_metrics: masterMetrics,
};

const WORKER: Readonly<Record<string, Answer>> = {
  info: workerInfo,
  webui_init: workerInit,
  webui_overview: workerOverview,
  webui_blockinfo: blockInfo,
  webui_logs: logs,
  webui_config: configuration,
  webui_metrics: workerMetrics,
};

export function apiRoutes(app: Hono<SiteEnv>, site: Site): void {
  const { role } = site.resident.process;
  const { config } = site.resident;
  const base = `/api/v1/${role}`;
  if (config.boolean('alluxio.web.cors.enabled')) {
    app.use('/api/v1/*', async (c, next) => {
      await next();
      c.header('access-control-allow-origin', '*');
      c.header('cross-origin-resource-policy', 'cross-origin');
    });
  }
  for (const [name, answer] of Object.entries(role === 'master' ? MASTER : WORKER)) {
    for (const path of [`${base}/${name}`, `${base}/${name}/`]) app.get(path, async (c) => c.json(await answer(site, { params: paramsOf(c), reader: c.get('reader'), hide: hiderOf(c) })));
  }
  operatorRoutes(app, site);
}
