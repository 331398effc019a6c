/** Files with words that prompts must not hold. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Draft } from './draft.ts';
import type { Finding } from './explain.ts';
import { decodeFile } from './import/source.ts';
import type { Config } from './schema.ts';

/** The word lists of the bots, by the bot's position, and what is wrong with their files. */
export interface WordLists {
  readonly words: ReadonlyMap<number, readonly string[]>;
  readonly findings: readonly Finding[];
}

/**
 * Reads the files of `bannedWords`. A relative name counts from the folder of the configuration; where there is no such
 * file, from the working directory, as the other names of files do.
 * @param file name of the configuration
 */
export function readWordLists(draft: Draft, file: string): WordLists {
  const words = new Map<number, readonly string[]>();
  const findings: Finding[] = [];
  for (const [index, { driver, bannedWords }] of draft.bots.entries()) {
    if ((driver !== 'midjourney' && driver !== 'pika') || bannedWords === undefined) continue;
    try {
      words.set(index, wordsIn(decodeFile(readFirst([resolve(dirname(file), bannedWords), bannedWords]))));
    } catch (error) {
      const message = `${bannedWords} ${reasonOf(error)}`;
      findings.push({ path: ['bots', index, 'bannedWords'], message, remedy: REMEDY });
    }
  }
  return { words, findings };
}

const REMEDY =
  'Make the file, correct its name, or leave bannedWords out. A relative name counts from the folder of the configuration.';

/** Puts the words that were read into the configuration of their bots. */
export function withWords(config: Config, { words }: WordLists): Config {
  const bots = config.bots.map((bot, index) =>
    bot.driver === 'coze' ? bot : { ...bot, words: words.get(index) ?? bot.words },
  );
  return { ...config, bots };
}

/** One word, or words that stand together, in each line; lines that begin with # are comments. */
export function wordsIn(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const words = lines
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && !line.startsWith('#'));
  return [...new Set(words)];
}

function readFirst([path = '', ...others]: readonly string[]): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (others.length === 0 || codeOf(error) !== 'ENOENT') throw error;
    return readFirst(others);
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'does not exist';
  return code === 'EISDIR' ? 'is a folder, not a file of words' : `cannot be read (${code})`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
