import type { Progress } from '../../terminal/progress.ts';

/** The same chunks, each told to the progress display as it is taken. */
export async function* counted(chunks: AsyncIterable<Uint8Array>, progress: Progress | undefined): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    progress?.advance({ bytes: chunk.length });
  }
}
