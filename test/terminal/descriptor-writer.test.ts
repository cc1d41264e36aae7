import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCode } from '../../src/errors.ts';
import { DescriptorWriter } from '../../src/terminal/descriptor-writer.ts';

describe('DescriptorWriter', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alluxio-writer-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function written(work: (writer: DescriptorWriter) => Promise<void>): Promise<Buffer> {
    const file = join(folder, 'out');
    const descriptor = openSync(file, 'w');
    try {
      const writer = new DescriptorWriter(descriptor);
      await work(writer);
      await writer.end();
      return readFileSync(file);
    } finally {
      closeSync(descriptor);
    }
  }

  it('keeps the order of text and bytes, over many chunks', async () => {
    const expected: Buffer[] = [];
    const bytes = await written(async (writer) => {
      for (let i = 0; i < 300; i += 1) {
        const line = `${i} ${'ä'.repeat(500)}\n`;
        const block = Buffer.alloc(7_000, i % 256);
        expected.push(Buffer.from(line), block);
        writer.text(line);
        await writer.bytes(block);
        if (i % 50 === 0) writer.flushSmall();
      }
    });
    expect(bytes.equals(Buffer.concat(expected))).toBe(true);
  });

  it('shows a lone line without being asked', async () => {
    const file = join(folder, 'out');
    const descriptor = openSync(file, 'w');
    const writer = new DescriptorWriter(descriptor);
    writer.text('first\n');
    const deadline = Date.now() + 5_000;
    while (readFileSync(file, 'utf8') === '' && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(file, 'utf8')).toBe('first\n');
    await writer.end();
    closeSync(descriptor);
  });

  it('says that a disk is full, and never that it went well', async () => {
    const descriptor = openSync('/dev/full', 'w');
    const writer = new DescriptorWriter(descriptor);
    writer.text('lost\n');
    const error: unknown = await writer.end().catch((thrown: unknown) => thrown);
    expect(hasCode(error, 'NO_SPACE')).toBe(true);
    closeSync(descriptor);
  });

  it('waits for a slow reader, with all bytes in order', async () => {
    const { bytes, status } = await piped(`
      for (let i = 0; i < 40; i += 1) await writer.bytes(Buffer.alloc(100_000, i));
      await writer.end();`, { pauseMs: 20 });
    expect(status).toBe(0);
    expect(bytes).toBe(4_000_000);
  });

  it('tells the writer that the reader has gone', async () => {
    const { status } = await piped(`
      try {
        for (;;) await writer.bytes(Buffer.alloc(100_000));
      } catch (error) {
        process.exitCode = error.code === 'CANCELLED' && error.exitStatus === 0 ? 42 : 1;
      }`, { closeAfter: 1 });
    expect(status).toBe(42);
  });
});

/** Runs a piece of code with `writer` on standard output in a process of its own, and reads it slowly or not to the end. */
function piped(code: string, reader: { pauseMs?: number; closeAfter?: number }): Promise<{ bytes: number; status: number | null }> {
  const module = fileURLToPath(new URL('../../src/terminal/descriptor-writer.ts', import.meta.url));
  const program = `import { build } from 'rolldown';
    const out = await build({ input: ${JSON.stringify(module)}, write: false, output: { format: 'esm' }, platform: 'node' });
    const { DescriptorWriter } = await import('data:text/javascript,' + encodeURIComponent(out.output[0].code));
    const writer = new DescriptorWriter(1, { kind: 'pipe' });
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  let chunks = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    chunks += 1;
    if (chunks === reader.closeAfter) child.stdout.destroy();
    if (reader.pauseMs !== undefined && chunks <= 5) {
      child.stdout.pause();
      setTimeout(() => child.stdout.resume(), reader.pauseMs);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ bytes, status }));
  });
}
