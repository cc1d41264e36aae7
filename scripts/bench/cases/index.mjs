/** Every case: `run(lab)` measures and gives rows. */
import { firstListing, recursiveListing } from './listing.mjs';
import { cachedCat, uncachedCat, upload } from './large-files.mjs';
import { smallFiles } from './small-files.mjs';
import { listThousand, version } from './start-up.mjs';

export const CASES = [
  { id: 'version', run: version },
  { id: 'ls-1000', run: listThousand },
  { id: 'upload', run: upload },
  { id: 'cat-uncached', run: uncachedCat },
  { id: 'cat-cached', run: cachedCat },
  { id: 'small-files', run: smallFiles },
  { id: 'first-listing', run: firstListing },
  { id: 'ls-million', run: recursiveListing },
];
