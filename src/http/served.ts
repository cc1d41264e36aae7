/** A resident and its file system as the handlers see them: with the watch at hand, which commands never load. */
import type { FileSystem, Watch } from '../filesystem/file-system.ts';
import type { Resident } from './resident.ts';

export type WatchedFileSystem = Omit<FileSystem, 'watch'> & { readonly watch: Watch };
export type ServedResident = Omit<Resident, 'fs'> & { readonly fs: WatchedFileSystem };

export async function served(resident: Resident): Promise<ServedResident> {
  const fs = { ...resident.fs, watch: await resident.fs.watch() };
  // What a process tells of itself changes while it lives.
  return { ...resident, fs, get process() { return resident.process; } };
}
