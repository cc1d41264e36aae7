/** Which lines of a log are written: a level for each name that says something, INFO where none was set. */
export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type Level = (typeof LEVELS)[number];

/** The name that stands for all that have no level of their own. */
const ALL = 'root';

export class Levels {
  readonly #set = new Map<string, Level>();

  of(name: string): Level {
    return this.#set.get(name.toLowerCase()) ?? this.#set.get(ALL) ?? 'INFO';
  }

  set(name: string, level: Level): void {
    if (name.toLowerCase() === ALL) this.#set.clear();
    this.#set.set(name.toLowerCase(), level);
  }

  writes(name: string, level: Level): boolean {
    return LEVELS.indexOf(level) >= LEVELS.indexOf(this.of(name));
  }
}
