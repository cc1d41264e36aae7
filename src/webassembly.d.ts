/** The few parts of WebAssembly that the checksums use; TypeScript declares them for browsers only. */
declare namespace WebAssembly {
  class Memory {
    constructor(limits: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }

  function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: { readonly [module: string]: { readonly [name: string]: Memory } }): Promise<{ readonly instance: { readonly exports: object } }>;
}
