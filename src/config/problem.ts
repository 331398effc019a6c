/** Where in the configuration something stands: keys and list positions from the root on. */
export type Path = readonly (string | number)[];

/** A place in the text of the file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with the configuration. Never holds the value of a secret. */
export interface Problem extends Partial<Place> {
  /** The key as a person writes it: `bots[0].listen`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to do about it, where that is not to change the key in the file. */
  readonly remedy?: string | undefined;
}

/** Writes a path as a person does: `bots[0].listen`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

/** One line for people: `cordgate.yaml:12:5 bots[0].listen: message`. */
export function formatProblem(problem: Problem, file: string): string {
  const place = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  return `${file}${place}: ${path}${problem.message}`;
}

/** The configuration cannot be used; `problems` holds everything that is wrong, in the order of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];
  /** Name of the file, for messages. */
  readonly file: string;

  constructor(problems: readonly Problem[], file: string) {
    super(problems.map((problem) => formatProblem(problem, file)).join('\n'));
    this.problems = problems;
    this.file = file;
  }
}
