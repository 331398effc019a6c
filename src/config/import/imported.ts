import { loadConfig } from '../load.ts';
import { ConfigError } from '../problem.ts';
import { ImportError } from './import-error.ts';
import type { Variable } from './ledger.ts';

/** The new file and what there is to say about it. */
export interface Imported {
  /** YAML with comments. Holds the tokens and keys of the old file. */
  readonly text: string;
  /** Ids of the accounts. */
  readonly accounts: readonly string[];
  /** Ids of the bots. */
  readonly bots: readonly string[];
  /** What is different, needs a hand, or was left out. Never holds a secret. */
  readonly notes: readonly string[];
  /** What has to be set before the file loads; empty when it loads as it is. */
  readonly variables: readonly Variable[];
}

/**
 * The promise of the import: what it writes can be loaded as soon as its variables are set.
 * @param file where it will stand; names of files in it count from there
 * @throws ImportError when it cannot
 */
export function proveLoadable({ text, variables }: Imported, file?: string): void {
  const env = Object.fromEntries(variables.map(({ name, sample }) => [name, sample]));
  try {
    loadConfig({ path: file, text, env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const reasons = error.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new ImportError(`the file holds values that cordgate cannot use: ${reasons}`);
  }
}
