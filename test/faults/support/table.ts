/** What the fault matrix is written in. */
import type { Answer } from './columns.ts';
import type { Scene, SceneOptions } from './scene.ts';

/** How a caller asks. */
export const COLUMNS = ['chat', 'stream', 'imagine', 'upscale', 'describe', 'animate'] as const;
/** One of them. */
export type ColumnName = (typeof COLUMNS)[number];

/**
 * When the fault happens: before the caller asks; once both requests are sent and before anything is shown of them; once
 * both show something and none has ended; or from then on until both have ended on Discord.
 */
export type Moment = 'before' | 'sent' | 'middle' | 'away';
/** All of them. */
export const MOMENTS: readonly Moment[] = ['before', 'sent', 'middle', 'away'];

/** What the caller is to learn: the answer, or a failure that says why. */
export type Expected =
  | 'served'
  | {
      /** HTTP status of a request that waits, and of a submission that is refused. */
      readonly status?: number;
      /** Code of an error in OpenAI's shape. */
      readonly code?: string;
      /** How the task ends, when it was taken. */
      readonly task?: 'Failed' | 'Timeout';
      /** What the reason says. */
      readonly reason: RegExp;
    };

/** A fault for one way to ask. */
export interface Cell {
  /** What must happen, as a sentence: the name of the test. */
  readonly must: string;
  readonly moments: readonly Moment[];
  /** `served` where nothing is said. */
  readonly expects?: Partial<Record<Moment, Expected>>;
}

/** A fault that cannot happen there, and why. */
export interface NotHere {
  readonly notHere: string;
}

/** A fault. */
export interface Row {
  readonly name: string;
  /** What the user sees of it, for docs/faults.md. */
  readonly seen: string;
  readonly cells: Readonly<Record<ColumnName, Cell | NotHere>>;
  /** How the first of the two callers behaves; `prompt` where nothing is said. */
  readonly manner?: 'slow' | 'gone';
  /** Lets it happen. */
  readonly cause: (scene: Scene, moment: Moment, column: ColumnName) => void | Promise<void>;
  /** Happens once both requests are on their way, when the fault came before. */
  readonly afterwards?: (scene: Scene) => void | Promise<void>;
  /** Ends it, for the moment `away`, once both have ended on Discord. */
  readonly relieve?: (scene: Scene) => void | Promise<void>;
  /** What the world is made of. */
  readonly scene?: (column: ColumnName) => Partial<SceneOptions> | Promise<Partial<SceneOptions>>;
  /** Frees what `scene` has made. */
  readonly cleanUp?: (scene: Scene) => Promise<void>;
  /** True: the same was asked before, so that all that is learnt once is known. */
  readonly warmUp?: boolean;
  /** True when nothing works afterwards in the same world: each moment gets a world of its own. */
  readonly spoils?: boolean;
  /** Looks at the world after a moment. */
  readonly check?: (scene: Scene, column: ColumnName, answers: readonly Answer[]) => void | Promise<void>;
}

/** How a column calls what it waits for. */
const THINGS: Readonly<Record<ColumnName, string>> = {
  chat: 'the answer',
  stream: 'the stream',
  imagine: 'the picture',
  upscale: 'the upscale',
  describe: 'the description',
  animate: 'the video',
};

/** The same cell for all columns; `*` in the sentence stands for what is waited for. */
export function everywhere(
  must: string,
  cell: Omit<Cell, 'must'>,
  others: Partial<Record<ColumnName, Cell | NotHere>> = {},
): Row['cells'] {
  const entries = COLUMNS.map((name) => [name, others[name] ?? cellOf(name, must, cell)]);
  return Object.fromEntries(entries) as Row['cells'];
}

/** One cell; `*` in the sentence stands for what is waited for. */
export function cellOf(name: ColumnName, must: string, cell: Omit<Cell, 'must'>): Cell {
  return { ...cell, must: must.replaceAll('*', THINGS[name]) };
}

/** True for a cell that is tested. */
export function isTested(cell: Cell | NotHere): cell is Cell {
  return 'must' in cell;
}
