import { createInterface } from 'node:readline/promises';
import { messageOf } from '../errors.ts';
import type { Finding, Fsck, FsckOptions } from '../filesystem/fsck/fsck.ts';
import { onOneLine } from '../terminal/escape.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { flag } from './options.ts';
import { readPath } from './paths.ts';

const FOUND = 1;
const FAILED = 255;
/** What one repair uncovers, the next one mends. */
const ROUNDS = 5;

export const command: CommandSpec = {
  group: 'top',
  name: 'fsck',
  usage: 'fsck [--repair [-y|--yes]] [--deep] [--offline] [path]',
  summary: 'Checks namespace, cache, open work and storages against each other, and mends what does not fit.',
  description: [
    'Each finding is a line: what kind it is, where, what is wrong and what --repair would do about it. It may run beside other commands: what they are at is not wrong.',
    'Persisted files at and below the path (the whole namespace where none is given) are compared with their storage; the journal and the cache are always checked as a whole.',
    '--repair shows its plan and then asks, on a terminal. Anywhere else it shows the plan and changes nothing, unless --yes is given. What hangs nowhere goes to /lost+found.',
    'In the storages nothing is changed but this: what was begun to be written and never finished, multipart uploads of OSS and temporary files of local folders, is removed when it is older than alluxio.underfs.oss.intermediate.upload.clean.age and no open work owns it. Another program that writes into the same bucket for longer than that needs a higher age; read-only mounts are left alone.',
    'Everything that a repair changes in the journal is in its log.',
  ].join('\n'),
  args: { min: 0, max: 1 },
  words: ['path'],
  options: [
    { long: 'repair', description: 'mend what can be mended' },
    { short: 'y', long: 'yes', description: 'with --repair: do not ask' },
    { long: 'deep', description: 'read every cached block and compare it with its checksums, and compare each file with the CRC64 of its copy in the storage; a storage that keeps none is read' },
    { long: 'offline', description: 'ask no storage' },
  ],
  examples: [
    { command: 'alluxio fsck', does: 'Look whether everything fits together; the exit status says so.' },
    { command: 'alluxio fsck --deep --repair --yes', does: 'Read the whole cache too, and mend what is wrong.' },
  ],
  exitCodes: [
    { status: FOUND, when: 'something was found and is not mended' },
    { status: FAILED, when: 'the check could not be made, or not to its end' },
  ],
  failureStatus: FAILED,
  json: 'kind, path, id, file, text, remedy (null: none), and with --repair repaired and error; at last summary: findings, repaired',
  async run(input, ctx) {
    await ctx.services.checkJournal();
    const fsck = await (await (await ctx.fileSystem()).admin()).fsck();
    const options: FsckOptions = { path: readPath(ctx, input.args[0] ?? '/').plain, storage: !flag(input, 'offline'), deep: flag(input, 'deep'), signal: ctx.signal };
    const repair = flag(input, 'repair');
    const first = await checkOnce(ctx, fsck, options, !repair);
    if (!repair || first.length === 0) return verdict(ctx, first.length, 0);
    const mendable = first.filter(({ remedy }) => remedy !== undefined).length;
    if (!ctx.out.json) ctx.out.line(`Plan: ${mendable} of ${first.length} findings are mended as said above.`);
    if (mendable === 0 || !(flag(input, 'yes') || (await confirmed(ctx)))) return verdict(ctx, first.length, 0);
    return repairAll(ctx, fsck, options, first);
  },
};

async function checkOnce(ctx: CommandContext, fsck: Fsck, options: FsckOptions, final: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of fsck.check(options)) {
    findings.push(finding);
    if (final || !ctx.out.json) show(ctx, finding);
    await ctx.out.drained();
  }
  return findings;
}

function show({ out }: CommandContext, finding: Finding, more: Readonly<Record<string, unknown>> = {}): void {
  const { kind, path, id, file, text, remedy } = finding;
  if (out.json) return out.record({ kind, path: path ?? null, id, file: file ?? null, text, remedy: remedy ?? null, ...more });
  const where = path ?? file ?? (id === 0 ? 'journal' : `inode ${id}`);
  out.line(onOneLine(`${kind}: ${where}: ${text}${remedy === undefined ? ' (cannot be mended here)' : `; to mend: ${remedy}`}`));
}

async function confirmed(ctx: CommandContext): Promise<boolean> {
  if (!ctx.out.terminal) {
    ctx.out.warn('Nothing was changed. To do as planned: alluxio fsck --repair --yes');
    return false;
  }
  ctx.out.warn('Do it? [y/N]');
  const answers = createInterface({ input: ctx.stdin() });
  try {
    return /^y(es)?$/i.test((await answers.question('', { signal: ctx.signal })).trim());
  } finally {
    answers.close();
  }
}

async function repairAll(ctx: CommandContext, fsck: Fsck, options: FsckOptions, first: readonly Finding[]): Promise<number> {
  let findings = first;
  const seen = new Map<string, Finding>();
  const errors = new Map<string, string>();
  for (let round = 0; round < ROUNDS && findings.some(({ remedy }) => remedy !== undefined); round++) {
    for (const finding of findings) seen.set(keyOf(finding), finding);
    for (const finding of findings) errors.delete(keyOf(finding));
    for (const { finding, error } of await fsck.repair(findings, ctx.signal)) errors.set(keyOf(finding), messageOf(error));
    const before = new Set(findings.map(keyOf));
    const after: Finding[] = [];
    for await (const finding of fsck.check(options)) after.push(finding);
    findings = after;
    if (after.every((finding) => before.has(keyOf(finding)))) break;
  }
  for (const finding of findings) seen.set(keyOf(finding), finding);
  // What could not be done may hide what it was to mend.
  const left = new Set([...findings.map(keyOf), ...errors.keys()]);
  for (const [key, finding] of seen) report(ctx, finding, !left.has(key), errors.get(key));
  return verdict(ctx, left.size, seen.size - left.size);
}

function report(ctx: CommandContext, finding: Finding, repaired: boolean, error: string | undefined): void {
  if (ctx.out.json) return show(ctx, finding, { repaired, error: error ?? null });
  const where = finding.path ?? finding.file ?? (finding.id === 0 ? 'journal' : `inode ${finding.id}`);
  ctx.out.line(onOneLine(`${repaired ? 'mended' : 'left'}: ${finding.kind}: ${where}${error === undefined ? '' : `: ${error}`}`));
}

function keyOf({ kind, id, path, file, text }: Finding): string {
  return JSON.stringify([kind, id, path, file, text]);
}

function verdict({ out }: CommandContext, left: number, repaired: number): number {
  if (out.json) out.record({ summary: { findings: left, repaired } });
  else out.line(left === 0 ? `Everything fits together${repaired === 0 ? '' : `; mended: ${repaired}`}.` : `Findings: ${left}; mended: ${repaired}.`);
  return left === 0 ? 0 : FOUND;
}
