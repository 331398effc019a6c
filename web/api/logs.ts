/** `GET /admin/api/logs`: the newest kept lines of the log, then each new one. The gateway has hidden all secrets in them. */
import type { LogLine as KeptLine, LogLevel } from '../../src/http/admin/logs.ts';
import { type FollowState, follow } from './follow.ts';

export type { LogLevel };

/** A line; `fields` is all else that it says. */
export type LogLine = KeptLine;

/** What to follow. */
export interface LogFilter {
  readonly level: LogLevel;
  readonly text: string;
}

/** What happens while a log is followed. */
export interface LogListener {
  readonly onLine: (line: LogLine) => void;
  /** So many lines were left out, because they came faster than they were read. */
  readonly onMissed: (count: number) => void;
  readonly onState: (state: FollowState) => void;
  readonly onOpen: (isAgain: boolean) => void;
}

/** Follows the log until the signal aborts. @throws ApiError when the gateway refuses it */
export function followLog(
  { level, text }: LogFilter,
  listener: LogListener,
  signal: AbortSignal,
): Promise<void> {
  return follow(
    'admin/api/logs',
    {
      onState: listener.onState,
      onOpen: listener.onOpen,
      onEvent: ({ event, data }) => {
        if (event === 'log') listener.onLine(lineOf(data));
        else if (event === 'missed') listener.onMissed((JSON.parse(data) as { count: number }).count);
      },
    },
    { signal, query: { level, text: text || undefined } },
  );
}

function lineOf(data: string): LogLine {
  const { id, at, level, msg, ...fields } = JSON.parse(data) as Omit<LogLine, 'fields'>;
  return { id, at, level, msg, fields };
}
