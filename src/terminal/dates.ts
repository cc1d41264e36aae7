/**
 * Dates by Java patterns (`MM-dd-yyyy HH:mm:ss:SSS`), in the local time zone. A listing formats millions of them: the part above the
 * minute is kept for each quarter of an hour, within which no time zone changes its offset.
 */

export const DEFAULT_PATTERN = 'MM-dd-yyyy HH:mm:ss:SSS';
const QUARTER_MS = 900_000;

export type DateFormat = (ms: number) => string;

/** @param pattern letters y M d H h m s S a E as Java's SimpleDateFormat reads them; others and quoted text are literal. */
export function dateFormat(pattern: string): DateFormat {
  return pattern === DEFAULT_PATTERN ? cachedDefault() : compiled(pattern);
}

function cachedDefault(): DateFormat {
  const slow = compiled(DEFAULT_PATTERN);
  let quarter = Number.NaN;
  let prefix = '';
  let firstMinute = 0;
  return (ms) => {
    const own = Math.floor(ms / QUARTER_MS);
    if (own !== quarter) {
      const start = new Date(own * QUARTER_MS);
      // Offsets of the nineteenth century are not whole quarters: those few go the slow way.
      if (start.getMinutes() % 15 !== 0 || start.getSeconds() !== 0) return slow(ms);
      quarter = own;
      firstMinute = start.getMinutes();
      prefix = `${two(start.getMonth() + 1)}-${two(start.getDate())}-${padded(start.getFullYear(), 4)} ${two(start.getHours())}:`;
    }
    const rest = ms - quarter * QUARTER_MS;
    const minute = Math.floor(rest / 60_000);
    const second = Math.floor(rest / 1000) % 60;
    return `${prefix}${two(firstMinute + minute)}:${two(second)}:${three(Math.floor(rest) % 1000)}`;
  };
}

type Part = (date: Date) => string;

function compiled(pattern: string): DateFormat {
  const parts: Part[] = [];
  for (const [piece] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+/g)) parts.push(partOf(piece));
  return (ms) => {
    const date = new Date(ms);
    let text = '';
    for (const part of parts) text += part(date);
    return text;
  };
}

function partOf(piece: string): Part {
  if (piece === "''") return () => "'";
  if (piece.startsWith("'")) {
    const literal = piece.slice(1, -1).replaceAll("''", "'");
    return () => literal;
  }
  const width = piece.length;
  switch (piece[0]) {
    case 'y': return (date) => (width === 2 ? two(date.getFullYear() % 100) : padded(date.getFullYear(), width));
    case 'M': return (date) => (width >= 3 ? monthName(date, width) : padded(date.getMonth() + 1, width));
    case 'd': return (date) => padded(date.getDate(), width);
    case 'H': return (date) => padded(date.getHours(), width);
    case 'h': return (date) => padded(date.getHours() % 12 || 12, width);
    case 'm': return (date) => padded(date.getMinutes(), width);
    case 's': return (date) => padded(date.getSeconds(), width);
    case 'S': return (date) => padded(date.getMilliseconds(), width);
    case 'a': return (date) => (date.getHours() < 12 ? 'AM' : 'PM');
    case 'E': return (date) => date.toLocaleString('en-US', { weekday: width >= 4 ? 'long' : 'short' });
    case 'Z': return (date) => offset(date, '');
    case 'X': return (date) => (date.getTimezoneOffset() === 0 ? 'Z' : offset(date, width >= 3 ? ':' : ''));
    default: return () => piece;
  }
}

function monthName(date: Date, width: number): string {
  return date.toLocaleString('en-US', { month: width >= 4 ? 'long' : 'short' });
}

function offset(date: Date, separator: string): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

function three(value: number): string {
  return value < 10 ? `00${value}` : value < 100 ? `0${value}` : `${value}`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
