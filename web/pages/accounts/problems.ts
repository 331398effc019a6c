/** Problems of a refused change, sorted to the fields where they can be mended. */
import { ApiError, type Problem } from '../../api/client.ts';
import type { ConfigList } from '../../api/config.ts';
import { errorText } from '../../parts/error-text.ts';

/** What is wrong with an entry. Paths count from the entry on: `rooms[0].channelId`. */
export interface EntryProblems {
  readonly inside: readonly Problem[];
  /** What lies elsewhere in the file, or is no matter of one value. */
  readonly outside: readonly Problem[];
}

/** No problems. */
export const NO_PROBLEMS: EntryProblems = { inside: [], outside: [] };

/** @param place the entry's position in its list; for a new one, the length of the list */
export function problemsOf(error: unknown, list: ConfigList, place: number): EntryProblems {
  const problems = error instanceof ApiError ? error.problems : [];
  if (problems.length === 0)
    return { inside: [], outside: [{ path: '', message: errorText(error).message }] };
  const start = `${list}[${place}]`;
  const isInside = ({ path }: Problem) => path === start || path.startsWith(`${start}.`);
  return {
    inside: problems
      .filter(isInside)
      .map((problem) => ({ ...problem, path: fieldOf(problem.path.slice(start.length + 1)) })),
    outside: problems.filter((problem) => !isInside(problem)),
  };
}

/** A single Coze bot may stand in the file under a key of its own; the form has the list only. */
function fieldOf(path: string): string {
  return path === 'botUserId' ? 'botUserIds' : path;
}

/** What is wrong with a field or something in it; undefined when nothing is. */
export function errorAt({ inside }: EntryProblems, path: string): string | undefined {
  const own = inside.filter((problem) => isAt(problem, path));
  return own.length === 0 ? undefined : own.map(inWords).join(' ');
}

/** What is wrong with a group as a whole, not with something in it. */
export function errorExactlyAt({ inside }: EntryProblems, path: string): string | undefined {
  const own = inside.filter((problem) => problem.path === path);
  return own.length === 0 ? undefined : own.map(inWords).join(' ');
}

/** All that no field shows. @param paths the fields */
export function unplaced({ inside, outside }: EntryProblems, paths: readonly string[]): readonly string[] {
  const left = inside.filter((problem) => !paths.some((path) => isAt(problem, path)));
  return [...left, ...outside].map((problem) => {
    const words = inWords(problem);
    return problem.path === '' ? words : `${problem.path}: ${words}`;
  });
}

function isAt(problem: Problem, path: string): boolean {
  return problem.path === path || problem.path.startsWith(`${path}.`) || problem.path.startsWith(`${path}[`);
}

function inWords({ message, remedy }: Problem): string {
  return [message, remedy].filter(Boolean).join(' ');
}
