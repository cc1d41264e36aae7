import type { Progress } from '../../terminal/progress.ts';

/**
 * Gives the chunks to a consumer, telling the progress display as each is taken. When the source fails, that is the error, however the consumer
 * wrapped it: it knows the reason.
 */
export async function feed<T>(chunks: AsyncIterable<Uint8Array>, progress: Progress | undefined, consume: (chunks: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T> {
  let failure: { readonly error: unknown } | undefined;
  async function* told(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        yield chunk;
        progress?.advance({ bytes: chunk.length });
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  try {
    return await consume(told());
  } catch (error) {
    throw failure === undefined ? error : failure.error;
  }
}
