/** The lines of the log as they come: gathered, kept up to a number, held back while paused. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { FollowState } from '../../api/follow.ts';
import { followLog, type LogFilter, type LogLine } from '../../api/logs.ts';

/** A note between lines: the connection was lost in between, or so many lines were left out. */
export interface LogGap {
  readonly gap: 'reconnected' | 'missed';
  readonly id: string;
  readonly count: number;
}

/** What one row of the list shows. */
export type LogRow = LogLine | LogGap;

/** The rows, and how many older ones were dropped since the page was opened. */
export interface KeptRows {
  readonly rows: readonly LogRow[];
  readonly dropped: number;
}

/** The most rows that are kept. */
const MOST_ROWS = 10_000;
/** Lines come in bursts: they are shown together. */
const GATHER_MS = 80;
const NOTHING: KeptRows = { rows: [], dropped: 0 };

/** True for a note between lines. */
export function isGap(row: LogRow): row is LogGap {
  return 'gap' in row;
}

/** Follows the log for as long as the page is shown; another filter begins anew. */
export function useLog({ level, text }: LogFilter) {
  const kept = useSignal(NOTHING);
  const waiting = useSignal<readonly LogRow[]>([]);
  const isPaused = useSignal(false);
  const state = useSignal<FollowState>({ name: 'connecting' });
  const error = useSignal<unknown>(undefined);
  const attempt = useSignal(0);
  const lastId = useRef(0);
  const clearedTo = useRef(0);

  useEffect(() => {
    const leaving = new AbortController();
    const gathered = gather((rows) => {
      if (isPaused.peek()) waiting.value = [...waiting.peek(), ...rows].slice(-MOST_ROWS);
      else kept.value = withRows(kept.peek(), rows);
    });
    error.value = undefined;
    followLog(
      { level, text },
      {
        onState: (next) => {
          state.value = next;
        },
        onOpen: (isAgain) => {
          if (isAgain) gathered.add(gapOf('reconnected', 0));
          else begin();
        },
        onMissed: (count) => gathered.add(gapOf('missed', count)),
        onLine: (line) => {
          // After a lost connection the newest kept lines are told again.
          if (line.id <= lastId.current) return;
          lastId.current = line.id;
          gathered.add(line);
        },
      },
      leaving.signal,
    ).catch((thrown: unknown) => {
      error.value = thrown;
    });
    const begin = () => {
      lastId.current = clearedTo.current;
      kept.value = NOTHING;
      waiting.value = [];
    };
    return () => {
      leaving.abort();
      gathered.stop();
    };
  }, [level, text, attempt.value]);

  return {
    kept: kept.value,
    waiting: waiting.value.length,
    isPaused: isPaused.value,
    state: state.value,
    error: error.value,
    retry: () => {
      attempt.value += 1;
    },
    setPaused: (paused: boolean) => {
      isPaused.value = paused;
      if (paused) return;
      kept.value = withRows(kept.peek(), waiting.peek());
      waiting.value = [];
    },
    clear: () => {
      clearedTo.current = lastId.current;
      kept.value = NOTHING;
      waiting.value = [];
    },
  };
}

function withRows({ rows, dropped }: KeptRows, more: readonly LogRow[]): KeptRows {
  const all = [...rows, ...more];
  const excess = Math.max(0, all.length - MOST_ROWS);
  return { rows: all.slice(excess), dropped: dropped + excess };
}

let gaps = 0;

function gapOf(gap: LogGap['gap'], count: number): LogGap {
  gaps += 1;
  return { gap, count, id: `gap ${gaps}` };
}

function gather(tell: (rows: readonly LogRow[]) => void) {
  let rows: LogRow[] = [];
  let timer = 0;
  return {
    add(row: LogRow) {
      rows.push(row);
      timer ||= window.setTimeout(() => {
        const told = rows;
        rows = [];
        timer = 0;
        tell(told);
      }, GATHER_MS);
    },
    stop: () => window.clearTimeout(timer),
  };
}
