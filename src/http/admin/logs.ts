import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { allowOnly } from '../method-guard.ts';
import type { Guards } from '../native/answering.ts';
import { checkQuery } from '../native/check.ts';
import { type EventOptions, frame, streamFrames } from '../native/events.ts';
import { stopOf } from '../native/task-routes.ts';

/** A line of the log, its secrets hidden already. */
export interface LogLine {
  /** Grows with each line, also over a restart. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: LogLevel;
  readonly msg: string;
  /** All else that the line says. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How much a line matters. */
export type LogLevel = (typeof LEVELS)[number];

/** Where log lines are kept for a while. */
export interface LogSource {
  /** The kept lines, oldest first. */
  recent(): readonly LogLine[];
  /** Hears each new line, until the answer is called; must return at once and never throw. */
  listen(listener: (line: LogLine) => void): () => void;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Kept lines that one who begins to listen is told. */
const FIRST_LINES = 500;
/** Lines that may wait for a slow reader. */
const MOST_WAITING = 2_000;

/** The parameters of `GET /logs`. */
export const logQuerySchema = z.object({
  level: z.enum(LEVELS).default('info').describe('only lines that matter as much, or more'),
  text: z.string().max(200).optional().describe('only lines that hold this text, without regard to case'),
});

type LogFilter = z.infer<typeof logQuerySchema>;

/** `GET /logs`: the newest kept lines, then each new one as it is written. */
export function logRoute(
  scope: FastifyInstance,
  options: EventOptions & { readonly logs: LogSource },
  guards: Guards,
): void {
  const stopping = stopOf(scope);
  scope.get('/logs', { onRequest: [...guards], exposeHeadRoute: false }, (request, reply) => {
    const filter = checkQuery(logQuerySchema, request.query);
    return streamFrames(options, stopping, { request, reply }, (signal) =>
      framesOf(options.logs, filter, signal),
    );
  });
  allowOnly(scope, '/logs', ['GET']);
}

async function* framesOf(logs: LogSource, filter: LogFilter, signal: AbortSignal): AsyncGenerator<string> {
  const waiting = logs
    .recent()
    .filter((line) => isMeant(line, filter))
    .slice(-FIRST_LINES);
  let missed = 0;
  let wake = () => {};
  const stop = logs.listen((line) => {
    if (!isMeant(line, filter)) return;
    if (waiting.length >= MOST_WAITING) {
      waiting.shift();
      missed += 1;
    }
    waiting.push(line);
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const line = waiting.shift();
      if (missed > 0) {
        yield frame('missed', line?.id ?? 0, { count: missed });
        missed = 0;
      }
      if (line) yield frame('log', line.id, renderLine(line));
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function isMeant(line: LogLine, { level, text }: LogFilter): boolean {
  if (LEVELS.indexOf(line.level) < LEVELS.indexOf(level)) return false;
  if (text === undefined) return true;
  return JSON.stringify([line.msg, line.fields]).toLowerCase().includes(text.toLowerCase());
}

function renderLine({ fields, ...line }: LogLine) {
  return { ...fields, ...line };
}
