export { createTransfers } from './transfers.ts';
export type { TransferDeps } from './transfers.ts';
