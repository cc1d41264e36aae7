/** For probes: is the process there, and can it do its work? */
import type { ServedResident } from './served.ts';

/** 200 as long as the process answers at all. */
export function health({ process: { role, startedMs }, version }: ServedResident): Response {
  return Response.json({ status: 'ok', role, version, uptimeMs: Date.now() - startedMs });
}

/** 200 when nothing keeps it from its work, else 503 and what does, one line each. */
export async function readiness(resident: ServedResident): Promise<Response> {
  const problems = await resident.problems();
  return Response.json({ status: problems.length === 0 ? 'ok' : 'failed', problems }, { status: problems.length === 0 ? 200 : 503 });
}
