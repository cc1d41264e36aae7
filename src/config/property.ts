/** What a property is, as data. The catalogue's files hold nothing but these records. */

export type PropertyType = 'string' | 'integer' | 'double' | 'boolean' | 'duration' | 'size' | 'enum' | 'list';

/** Whose behaviour it changes, in Alluxio's words. Path defaults accept CLIENT and ALL only. */
export type PropertyScope = 'ALL' | 'CLIENT' | 'SERVER' | 'MASTER' | 'WORKER' | 'NONE';

export interface PropertySpec {
  readonly key: string;
  readonly type: PropertyType;
  /** Text as a user would write it, `${…}` allowed; absent when unset by default. */
  readonly default?: string;
  /** How the default is found where it depends on the machine; the value itself comes from defaults.ts. */
  readonly computed?: string;
  readonly aliases?: readonly string[];
  readonly scope: PropertyScope;
  /** One sentence for people. */
  readonly help: string;
  /** Masked wherever it is shown. */
  readonly credential?: true;
  /** Read, kept and shown for compatibility; changes nothing here. */
  readonly accepted?: true;
  /** Words of an enum. */
  readonly values?: readonly string[];
  /** Only by `-D` or the environment: it must be known before the site file is found. */
  readonly notInFile?: true;
  /** Still works; the warning says what to use. */
  readonly deprecated?: string;
}
