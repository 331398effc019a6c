import { type Document, type ErrorCode, LineCounter, parseAllDocuments, type YAMLParseError } from 'yaml';
import { type Group, isGroup } from '../tree.ts';
import { ImportError } from './import-error.ts';

/** What stands in a foreign file: every scalar is text, so that ids keep all their digits. */
export interface SourceTree {
  readonly root: Group;
  /** Keys that stand twice in one group; the last one counts. */
  readonly repeatedKeys: boolean;
}

/** What to do about the mistakes that people make most. YAML's own messages quote the file, so they are not used. */
const CURES: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'a backslash inside "double quotes": use \'single quotes\'',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'a value that begins with a special character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value that holds ": ": put it in quotes',
  MISSING_CHAR: 'a quote or a bracket is not closed',
  TAB_AS_INDENT: 'a tab in the indentation: use blanks',
};

/** How wide a tab may have been meant. */
const TAB_WIDTHS = [2, 4, 8];

/** The text of a file: UTF-8, or else GB 18030, in which Chinese editions of Windows save. */
export function decodeFile(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

/**
 * Reads YAML or JSON as leniently as a hand-edited file needs it: repeated keys, tabs as indentation, further
 * documents behind the first.
 * @throws ImportError when it is empty, no YAML, or no group of keys
 */
export function readSource(text: string): SourceTree {
  // People paste the README's sample together with the dots that stand for the rest.
  const document = firstDocument(text.replace(/^\uFEFF/, '').replace(/^[ \t]*\.{3,}[ \t]*$/gm, ''));
  const root = plainData(document);
  if (root === null || root === undefined || root === '') throw new ImportError('the file is empty');
  if (!isGroup(root)) throw new ImportError(notABridgeFile);
  return { root, repeatedKeys: hasRepeatedKeys(text) };
}

/** Said of a file that is something else. */
export const notABridgeFile =
  'this is no Config.yml of Coze-Discord-Bridge: none of its keys (Bots, APIPort, UsingProxy …) stands in it';

function firstDocument(text: string): Document {
  const document = parseLeniently(text);
  const errors = fatalErrors(document.errors);
  const [error] = errors;
  if (error === undefined) return document;
  for (const width of text.includes('\t') ? TAB_WIDTHS : []) {
    const spaced = parseLeniently(withoutTabs(text, width));
    if (fatalErrors(spaced.errors).length === 0) return spaced;
  }
  throw notYaml(error, text);
}

function parseLeniently(text: string, uniqueKeys = false): Document {
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    merge: true,
    uniqueKeys,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [first] = Array.isArray(documents) ? documents : [];
  if (first === undefined) throw new ImportError('the file is empty');
  return first;
}

/** Tabs in front of the first word of each line, also behind the dash of a list, become blanks up to the next stop. */
function withoutTabs(text: string, width: number): string {
  return text.replaceAll(/^[ \t]*(?:-[ \t]+)*/gm, (front) => {
    let spaced = '';
    for (const sign of front) spaced += sign === '\t' ? ' '.repeat(width - (spaced.length % width)) : sign;
    return spaced;
  });
}

function fatalErrors(errors: readonly YAMLParseError[]): YAMLParseError[] {
  return errors.filter((error) => error.code !== 'MULTIPLE_DOCS');
}

function hasRepeatedKeys(text: string): boolean {
  return parseLeniently(text, true).errors.some((error) => error.code === 'DUPLICATE_KEY');
}

function notYaml(error: YAMLParseError, text: string): ImportError {
  const lines = new LineCounter();
  for (const match of text.matchAll(/^/gm)) lines.addNewLine(match.index);
  const { line, col } = lines.linePos(error.pos[0]);
  const cure = CURES[error.code] ?? `YAML calls it ${error.code}`;
  return new ImportError(`the file is not valid YAML at line ${line}, column ${col}: ${cure}`);
}

function plainData(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch {
    throw new ImportError(
      'the file is not valid YAML: an alias ("*" at the start of a value) leads nowhere, or too far, or "<<" stands in front of no group of keys; put such a text in quotes',
    );
  }
}
