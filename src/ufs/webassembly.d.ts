/** The few parts of WebAssembly that crc64-wasm.ts uses; TypeScript declares them for browsers only. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
  }

  function instantiate(bytes: Uint8Array<ArrayBuffer>): Promise<{ readonly instance: { readonly exports: object } }>;
}
