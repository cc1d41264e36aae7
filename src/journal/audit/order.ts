import type { Repair, TableFinding } from './findings.ts';

/** All repairs, each once, in the order in which one makes sense after the other: where inodes hang, what follows from single inodes, what is counted from them. */
export function inOrder(findings: readonly TableFinding[]): { readonly finding: TableFinding; readonly repair: Repair }[] {
  const all = findings.flatMap((finding) => finding.repairs.map((repair) => ({ finding, repair })));
  all.sort((a, b) => rankOf(a.repair) - rankOf(b.repair) || (b.finding.depth ?? 0) - (a.finding.depth ?? 0));
  const seen = new Set<string>();
  return all.filter(({ repair }) => {
    const key = JSON.stringify(repair);
    return !seen.has(key) && seen.add(key);
  });
}

function rankOf({ what }: Repair): number {
  if (what === 'place' || what === 'forget' || what === 'adopt') return 0;
  return what === 'totals' ? 2 : what === 'space' ? 3 : 1;
}
