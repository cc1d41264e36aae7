/** Metrics as Dropwizard's document and as Prometheus' text. */
import { Gauge, Registry } from 'prom-client';
import type { BackgroundJob } from '../resident.ts';
import type { Metric } from './metrics.ts';
import type { ServedResident } from '../served.ts';

export function dropwizard(metrics: readonly Metric[]): Record<string, unknown> {
  const of = (kind: Metric['kind'], field: string): Record<string, unknown> =>
    Object.fromEntries(metrics.filter((metric) => metric.kind === kind).map(({ name, value }) => [name, { [field]: value }]));
  return { version: '4.0.0', gauges: of('gauge', 'value'), counters: of('counter', 'count'), histograms: {}, meters: {}, timers: {} };
}

/** Counters are gauges too, as Alluxio exports them. */
export async function prometheus(resident: ServedResident, metrics: readonly Metric[]): Promise<{ text: string; contentType: string }> {
  const registry = new Registry();
  for (const { name, help, value } of metrics) new Gauge({ name: name.replace(/[^a-zA-Z0-9_]/g, '_'), help, registers: [registry] }).set(value);
  const jobs = resident.jobs();
  perJob(registry, jobs, { name: 'Job_Done', help: 'Things that a background job has done since the start', of: (job) => job.done });
  perJob(registry, jobs, { name: 'Job_Backlog', help: 'Things that wait for a background job', of: (job) => job.backlog });
  perJob(registry, jobs, { name: 'Job_Failing', help: '1 while the last run of a background job failed', of: (job) => (job.lastFailure === undefined ? 0 : 1) });
  perJob(registry, jobs, { name: 'Job_LastRun', help: 'When a background job last ran, milliseconds since 1970', of: (job) => job.lastRunMs });
  return { text: await registry.metrics(), contentType: registry.contentType };
}

function perJob(registry: Registry, jobs: readonly BackgroundJob[], { name, help, of }: { name: string; help: string; of: (job: BackgroundJob) => number | undefined }): void {
  if (jobs.length === 0) return;
  const gauge = new Gauge({ name, help, labelNames: ['job'], registers: [registry] });
  for (const job of jobs) {
    const value = of(job);
    if (value !== undefined) gauge.set({ job: job.name }, value);
  }
}
