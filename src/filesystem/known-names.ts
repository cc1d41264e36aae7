/** What the namespace knows of a directory's names, for a prompt: read from the journal alone, whatever the under storage may have to add. */
import type { View } from '../journal/journal.ts';
import { EXECUTE, READ, requireAccess } from '../namespace/permissions.ts';
import { existing } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { KnownName } from './file-system.ts';

const PAGE = 1000;

/** @throws NOT_FOUND, NOT_A_DIRECTORY, PERMISSION_DENIED */
export function knownNames(context: FileSystemContext, directory: AlluxioPath, wanted: { prefix: string; limit: number }): readonly KnownName[] | undefined {
  return context.journal.read((view) => {
    const { target, chain } = existing(view, directory);
    requireAccess(view, context.subject, { chain, path: directory }, READ | EXECUTE);
    return namesFrom(view, target.inode.id, wanted);
  });
}

function namesFrom(view: View, id: number, { prefix, limit }: { prefix: string; limit: number }): readonly KnownName[] | undefined {
  const names: KnownName[] = [];
  // What begins with the prefix comes right after the name that is the prefix.
  const itself = prefix === '' ? undefined : view.child(id, prefix);
  if (itself !== undefined) names.push({ name: prefix, directory: itself.directory });
  let after = prefix === '' ? undefined : prefix;
  for (;;) {
    const page = view.children(id, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { name, inode } of page) {
      if (!name.startsWith(prefix)) return names;
      names.push({ name, directory: inode.directory });
      if (names.length > limit) return undefined;
    }
    if (page.length < PAGE) return names;
    after = page[page.length - 1]?.name;
  }
}
