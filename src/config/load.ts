/** From a file, the environment and flags to a configuration that is valid as a whole, or to all that is wrong with it. */
import { readFileSync } from 'node:fs';
import { crossCheck } from './cross-check.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import { readDraft } from './draft.ts';
import { misspeltVariables, type Override, overridesIn, withOverrides } from './environment.ts';
import { explain, type Finding } from './explain.ts';
import { type Environment, interpolate, mentionedNames } from './interpolate.ts';
import { ConfigError, formatPath, type Path, type Problem } from './problem.ts';
import { type Config, configSchema } from './schema.ts';
import { rootShape } from './shape.ts';
import { deepFreeze, merged, valueAt } from './tree.ts';
import { warningsOf } from './warnings.ts';
import { readWordLists, withWords } from './word-list.ts';

/** The file that is read when none is named. */
export const DEFAULT_FILE = 'cordgate.yaml';

/** Where a configuration comes from; later sources win: file, environment, flags. */
export interface ConfigSources {
  /** Name of the file; `cordgate.yaml` when left out. */
  readonly path?: string | undefined;
  /** Text to use instead of reading the file. */
  readonly text?: string | undefined;
  readonly env: Environment;
  /** Keys that the command line sets, in the form of the file: `{ server: { port: 0 } }`. */
  readonly flags?: object | undefined;
}

/** A valid configuration. */
export interface LoadedConfig {
  /** Frozen all the way down. */
  readonly config: Config;
  /** What works, but not as the operator may think. */
  readonly warnings: readonly Problem[];
  /** Name of the file that was read; for messages. */
  readonly file: string;
}

/**
 * Reads and checks a configuration.
 * @throws ConfigError with every problem at once, each with its path and, when it stands in the file, line and column
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const file = sources.path ?? DEFAULT_FILE;
  const overrides = overridesIn(sources.env);
  const document = readDocument(sources.text ?? readText(sources.path, overrides));
  if (document.broken) throw new ConfigError(document.problems, file);
  const findings: Finding[] = [];
  const report = (path: Path, message: string, remedy?: string) => findings.push({ path, message, remedy });
  const filled = interpolate(document.value, rootShape, sources.env, report);
  const tree = merged(withOverrides(filled, overrides, report), sources.flags);
  const place = (finding: Finding) => placed(finding, document, overrides);
  const result = configSchema.safeParse(tree);
  const issues = result.error?.issues ?? [];
  findings.push(...issues.flatMap((issue) => explain(issue, tree, document.sourceOf)));
  const draft = readDraft(tree);
  const wordLists = readWordLists(draft, file);
  findings.push(
    ...wordLists.findings,
    ...crossCheck(draft, valueAt(sources.flags, ['server', 'port']) !== undefined),
  );
  if (!result.success || findings.length + document.problems.length > 0) {
    throw new ConfigError(sorted([...document.problems, ...firstPerPath(findings).map(place)]), file);
  }
  const config: Config = deepFreeze(withWords(result.data, wordLists));
  const misspelt = misspeltVariables(sources.env, mentionedNames(document.value));
  return { config, warnings: [...warningsOf(config).map(place), ...misspelt], file };
}

/** Without a file the environment alone may describe the bots, as in a container. */
function readText(path: string | undefined, overrides: readonly Override[]): string {
  const file = path ?? DEFAULT_FILE;
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT') throw new ConfigError([unreadable(String(code))], file);
    if (path === undefined && overrides.some((override) => override.path[0] === 'bots')) return '';
    const message =
      'there is no such file; "cordgate init" writes one to start with, "cordgate demo" needs none';
    const remedy = 'Name your file with --config, or in CORDGATE_CONFIG; "cordgate init" writes a new one.';
    throw new ConfigError([{ path: '', message, remedy }], file);
  }
}

function unreadable(code: string): Problem {
  if (code === 'EISDIR') {
    return {
      path: '',
      message: 'this is a folder',
      remedy: `Name a file with --config: ${DEFAULT_FILE} in it?`,
    };
  }
  const remedy = 'Let the user that runs cordgate read it.';
  return { path: '', message: `cannot be read (${code})`, remedy };
}

/** One key, one problem: what was found first (a missing variable) explains the rest (an empty value). */
function firstPerPath(findings: readonly Finding[]): Finding[] {
  const paths = findings.map((finding) => formatPath(finding.path));
  return findings.filter((_, index) => paths.indexOf(paths[index] ?? '') === index);
}

function placed(
  { path, message, remedy }: Finding,
  document: ConfigDocument,
  overrides: readonly Override[],
): Problem {
  const origin = overrides.findLast(({ path: set }) => set.every((step, depth) => path[depth] === step));
  const known = { path: formatPath(path), message, ...(remedy === undefined ? {} : { remedy }) };
  if (origin === undefined) return { ...known, ...document.placeOf(path) };
  const own = `Correct the variable ${origin.name}; docs/configuration.md describes the key.`;
  return { ...known, message: `${message} (set by ${origin.name})`, remedy: remedy ?? own };
}

function sorted(problems: readonly Problem[]): Problem[] {
  const key = (problem: Problem) =>
    (problem.line ?? Number.MAX_SAFE_INTEGER) * 10_000 + (problem.column ?? 0);
  return [...problems].sort((left, right) => key(left) - key(right));
}
