/** Whose process is at the other end of a connection: Linux tells it for connections within this machine. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** False where nobody can be known by his connection. */
export function tellsPeers(): boolean {
  return existsSync('/proc/net/tcp');
}

/** The user id; undefined for another machine, and where the system does not tell. */
export async function peerUser(socket: Socket): Promise<number | undefined> {
  const { remoteAddress, remotePort, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined || localPort === undefined) return undefined;
  const v4 = /^(?:::ffff:)?(127\.\d+\.\d+\.\d+)$/.exec(remoteAddress)?.[1];
  if (v4 !== undefined) return (await owner('/proc/net/tcp', hex4(v4), remotePort, localPort)) ?? (await owner('/proc/net/tcp6', `0000000000000000FFFF0000${hex4(v4)}`, remotePort, localPort));
  if (remoteAddress === '::1') return owner('/proc/net/tcp6', '00000000000000000000000001000000', remotePort, localPort);
  return undefined;
}

/** Bytes of an address as the table writes them: words in the machine's order, which is little-endian wherever Node runs. */
function hex4(address: string): string {
  return address
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

/** Column 8 of the line whose local end is the peer's and whose remote port is ours. */
async function owner(table: string, address: string, peerPort: number, ownPort: number): Promise<number | undefined> {
  const text = await readAfterNow(table);
  const line = new RegExp(`^ *\\d+: ${address}:${portText(peerPort)} [0-9A-F]+:${portText(ownPort)} (?:\\S+ +){4}(\\d+) `, 'm').exec(text);
  return line?.[1] === undefined ? undefined : Number(line[1]);
}

const reading = new Map<string, { readonly now: Promise<string>; next?: Promise<string> }>();

/** The table gets long where connections are many, and many may ask: those who ask while it is read share the next reading. */
function readAfterNow(table: string): Promise<string> {
  const current = reading.get(table);
  if (current !== undefined) return (current.next ??= current.now.then(() => readAfterNow(table)));
  const now = readFile(table, 'latin1').catch(() => '').finally(() => reading.delete(table));
  reading.set(table, { now });
  return now;
}

function portText(port: number): string {
  return port.toString(16).padStart(4, '0').toUpperCase();
}
