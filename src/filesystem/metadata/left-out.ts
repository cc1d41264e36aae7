/** What of a storage's listing no path of the namespace can mean: counted while it is listed, told to the user once, each reason in a line of its own. */
import type { Ufs, UfsPage } from '../../ufs/ufs.ts';
import type { FileSystemContext } from '../context.ts';

const UNNAMED = 'cannot be named by a path (an empty, "." or ".." component)';
/** The names of a local storage have no such components. */
const UNNAMED_LOCALLY = 'cannot be shown (a link that leads nowhere or out of the storage, a special file, or a name that is not UTF-8)';

export class LeftOut {
  #unnamed = 0;
  #hidden = 0;
  #broken = 0;

  add({ unusable, hidden = 0, broken = 0 }: UfsPage): void {
    this.#unnamed += unusable.length - hidden - broken;
    this.#hidden += hidden;
    this.#broken += broken;
  }

  tell({ warn }: Pick<FileSystemContext, 'warn'>, ufs: Pick<Ufs, 'uri' | 'type'>, key: string): void {
    const where = ufs.uri.child(key).toString();
    const tell = (count: number, why: string): void => {
      if (count > 0) warn(`${count} ${count === 1 ? 'object' : 'objects'} in ${where} ${why} and ${count === 1 ? 'is' : 'are'} left out.`);
    };
    tell(this.#unnamed, ufs.type === 'local' ? UNNAMED_LOCALLY : UNNAMED);
    tell(this.#broken, 'cannot be read (a symbolic link that leads nowhere, or to what the key may not read)');
    tell(this.#hidden, `cannot be reached by a path (a file has the name of the directory above ${this.#hidden === 1 ? 'it' : 'them'})`);
  }
}
