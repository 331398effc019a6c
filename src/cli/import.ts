import {
  closeSync,
  existsSync,
  fchmodSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { Command } from 'commander';
import { importAny } from '../config/import/any.ts';
import { ImportError } from '../config/import/import-error.ts';
import type { Imported } from '../config/import/imported.ts';
import { isNameFile, type NameFile } from '../config/import/names.ts';
import { decodeFile } from '../config/import/source.ts';
import { PEM_FILES } from '../config/import/tls.ts';
import { DEFAULT_FILE } from '../config/load.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { jsonOption } from './options.ts';
import type { Parts } from './parts.ts';

interface ImportOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds `cordgate import FILE`: converts the Config.yml of a Coze-Discord-Bridge or the config.json of a Discordxy. */
export function addImport(
  program: Command,
  io: CommandIo,
  _parts: Parts,
  done: (code: number) => void,
): void {
  program
    .command('import')
    .description('convert the Config.yml of a Coze-Discord-Bridge or the config.json of a Discordxy')
    .argument('<file>', 'the Config.yml or config.json')
    .option('-o, --out <file>', 'file to write', DEFAULT_FILE)
    .option('-f, --force', 'replace the file when it exists')
    .addOption(jsonOption('print what was written as one line of JSON on stdout'))
    .action((file: string, options: ImportOptions) => done(importFile(io, file, options)));
}

function importFile(io: CommandIo, file: string, { out, force, json }: ImportOptions): number {
  const imported = convert(file, out);
  if (existsSync(out) && realpathSync(out) === realpathSync(file)) {
    throw new CommandFailure(`${out} is the file to import: choose another one with --out`, 2);
  }
  write(out, imported.text, force === true);
  const { accounts, bots, notes, variables } = imported;
  const names = variables.map(({ name }) => name);
  io.stdout(
    json
      ? `${JSON.stringify({ written: out, accounts, bots, notes, variables: names })}\n`
      : forPeople(out, imported),
  );
  return 0;
}

function convert(file: string, out: string): Imported {
  try {
    return importAny(decodeFile(readFileSync(file)), {
      hasPemFiles: Object.values(PEM_FILES).every((path) => existsSync(path)),
      nameFiles: nameFilesBeside(file),
      bannedWords: wordsBeside(file, out),
      isJson: /\.json$/i.test(file),
      out,
    });
  } catch (error) {
    if (error instanceof ImportError) throw new CommandFailure(`${file}: ${error.message}`, 2);
    throw new CommandFailure(`${file}: ${whyUnreadable(codeOf(error))}`, 2, error);
  }
}

/** Where Discordxy kept its banned words: its config.json stood in a folder `config` or above one. */
const WORD_FILES = ['banned-words.txt', 'config/banned-words.txt'];

/** The file of banned words, as it is named in the new file. */
function wordsBeside(file: string, out: string): string | undefined {
  const found = WORD_FILES.map((name) => join(dirname(file), name)).find((path) => existsSync(path));
  if (found === undefined) return undefined;
  const path = relative(dirname(out), found).replaceAll('\\', '/');
  return path.startsWith('.') || isAbsolute(path) ? path : `./${path}`;
}

/** What may stand in a file of names, in bytes; the Bridge's hold a line for each conversation. */
const LARGEST_NAME_FILE = 4 * 1024 * 1024;

/** The names of these files hold access keys, so they are never shown. */
function nameFilesBeside(file: string): NameFile[] {
  try {
    const folder = dirname(file);
    const names = readdirSync(folder).filter(isNameFile).sort();
    return names.map((name) => ({ name, text: readQuietly(join(folder, name)) }));
  } catch {
    // A folder that may not be listed is no reason to refuse the file in it.
    return [];
  }
}

function readQuietly(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    return size > LARGEST_NAME_FILE ? undefined : decodeFile(readFileSync(path));
  } catch {
    return undefined;
  }
}

function whyUnreadable(code: string): string {
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR'
    ? 'this is a folder: name the Config.yml or config.json in it'
    : `cannot be read (${code})`;
}

/** The file holds tokens, so only its owner may read it, also when it replaces one that others could read. */
function write(out: string, text: string, force: boolean): void {
  try {
    const file = openSync(out, force ? 'w' : 'wx', 0o600);
    try {
      fchmodSync(file, 0o600);
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') throw new CommandFailure(`${out} exists already; --force replaces it`);
    throw new CommandFailure(`${out} cannot be written (${code})`, 1, error);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  throw error;
}

function forPeople(out: string, { accounts, bots, notes, variables }: Imported): string {
  const choice = out === DEFAULT_FILE ? '' : ` --config ${out}`;
  const remarks = notes.map((note) => `- ${note}\n`);
  const names = variables.map(({ name, meaning }) => `  ${name}=   # ${meaning}\n`);
  return [
    `Wrote ${out}. It holds your tokens and keys; only you may read it.`,
    `Accounts: ${accounts.join(', ') || 'none'}. Bots: ${bots.join(', ') || 'none'}.`,
    ...(remarks.length === 0 ? [] : [`\nTo know:\n${remarks.join('')}`]),
    ...(names.length === 0
      ? []
      : [`Set these in the environment, or in a file .env beside it:\n\n${names.join('')}`]),
    `Then: cordgate check${choice}\nAnd:  cordgate serve${choice}\n`,
  ].join('\n');
}
