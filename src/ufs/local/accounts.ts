/** Names of users and groups, as /etc/passwd and /etc/group give them; numbers stand for those that have none there. */
import { readFile } from 'node:fs/promises';
import { AlluxioError } from '../../errors.ts';

export class Accounts {
  #users: Promise<Map<string, number>> | undefined;
  #groups: Promise<Map<string, number>> | undefined;
  #userNames: Map<number, string> | undefined;
  #groupNames: Map<number, string> | undefined;

  async load(): Promise<void> {
    this.#userNames ??= inverted(await this.#readUsers());
    this.#groupNames ??= inverted(await this.#readGroups());
  }

  /** After `load`. */
  userName(id: number): string {
    return this.#userNames?.get(id) ?? String(id);
  }

  groupName(id: number): string {
    return this.#groupNames?.get(id) ?? String(id);
  }

  async userId(name: string): Promise<number> {
    return idOf('user', name, await this.#readUsers());
  }

  async groupId(name: string): Promise<number> {
    return idOf('group', name, await this.#readGroups());
  }

  #readUsers(): Promise<Map<string, number>> {
    this.#users ??= readAccounts('/etc/passwd');
    return this.#users;
  }

  #readGroups(): Promise<Map<string, number>> {
    this.#groups ??= readAccounts('/etc/group');
    return this.#groups;
  }
}

async function readAccounts(path: string): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  // Systems without the file (or with accounts elsewhere) show numbers.
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (/^\d+$/.test(id)) ids.set(name, Number(id));
  }
  return ids;
}

function inverted(ids: Map<string, number>): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, id] of ids) if (!names.has(id)) names.set(id, name);
  return names;
}

function idOf(kind: 'user' | 'group', name: string, ids: Map<string, number>): number {
  const id = ids.get(name) ?? (/^\d+$/.test(name) ? Number(name) : undefined);
  if (id === undefined) throw new AlluxioError('INVALID_ARGUMENT', `There is no ${kind} "${name}" on this host`);
  return id;
}
