/** Where the last long listing of a directory could have been split, kept in the journal, so that the next one fetches its parts side by side from the start. */
import type { ListOptions } from '../../ufs/ufs.ts';
import type { FileSystemContext } from '../context.ts';
import { transact } from '../transact.ts';

export interface ListingPlaces {
  /** For the listing. */
  readonly options: Required<Pick<ListOptions, 'places' | 'note'>>;
  /** Keeps what was noted; after the listing. */
  save(): Promise<void>;
}

export function listingPlaces(context: FileSystemContext, id: number, recursive: boolean): ListingPlaces {
  const name = `listing-${recursive ? 'tree' : 'directory'}-${id}`;
  const kept = context.journal.read((view) => view.fact(name));
  let noted: string | undefined;
  return {
    options: {
      places: kept === undefined ? [] : (JSON.parse(kept) as string[]),
      note: (places) => {
        noted = JSON.stringify(places);
      },
    },
    async save() {
      const value = noted;
      if (value !== undefined && value !== kept) await transact(context, (tx) => tx.append({ type: 'fact-set', name, value }));
    },
  };
}
