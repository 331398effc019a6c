import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { TaskService, WatchedChange } from '../../core/tasks.ts';
import { departureOf } from '../departure.ts';
import { asGatewayError, noteError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import type { LinkOf, Links } from '../links.ts';
import { callerOf } from '../request-context.ts';
import { EventStream } from '../sse.ts';
import { renderAccount, renderTask } from './render.ts';

/** What live events need. */
export interface EventOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Silence in milliseconds after which a comment is sent. */
  readonly heartbeatMs: number;
  /** Says when a caller's key ends, and its streams with it; without, they last until the caller leaves. */
  readonly keys?: Pick<KeyRing, 'watch'> | undefined;
}

/** A request whose answer is a stream. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The first bytes: whoever listens knows that from here on nothing is missed. Reconnects come after two seconds. */
const OPENING = ': listening\nretry: 2000\n\n';

/** Gives the ids of events: they grow by the clock, also over a restart of the gateway. */
export function createEventIds(clock: Clock): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock.now());
    return last;
  };
}

/** One event as it goes over the wire. */
export function frame(event: string, id: number, data: object): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * `GET /events`: every change of a task or an account as it happens, until the caller leaves or `stop` aborts.
 * A reader that is slow gets the newest state of each task and account; an event `missed` counts what was given up.
 */
export function streamEvents(
  options: EventOptions & { readonly service: TaskService; readonly links: Links },
  nextId: () => number,
  stop: AbortSignal,
  exchange: Exchange,
): Promise<unknown> {
  const { request } = exchange;
  const linkOf = options.links.throughCdn(request);
  return streamFrames(options, stop, exchange, (signal) =>
    framesOf(options.service.watchAll(callerOf(request), signal), (change) =>
      frameOf(change, nextId(), linkOf),
    ),
  );
}

/**
 * Carries frames to a caller as fast as it reads, until there are no more, it leaves, its key is revoked or changed, or
 * `stop` aborts.
 * @param source is called once, before the first byte is sent: what happens from then on must be in the frames
 */
export async function streamFrames(
  { clock, log, heartbeatMs, keys }: EventOptions,
  stop: AbortSignal,
  { request, reply }: Exchange,
  source: (signal: AbortSignal) => AsyncIterable<string>,
): Promise<unknown> {
  const stream = new EventStream(reply, { clock, heartbeatMs });
  const ending = new AbortController();
  const unwatch = keys?.watch(callerOf(request), () => ending.abort());
  const signal = AbortSignal.any([departureOf(reply), stop, ending.signal]);
  const frames = source(signal);
  try {
    await stream.write(OPENING);
    for await (const text of frames) {
      if (stream.closed || ending.signal.aborted) break;
      await stream.write(text);
    }
  } catch (thrown) {
    const error = asGatewayError(thrown);
    if (!signal.aborted) noteError(log, request, error);
  } finally {
    unwatch?.();
    stream.end('');
  }
  return reply.hijack();
}

async function* framesOf(
  changes: AsyncIterable<WatchedChange>,
  frameFor: (change: WatchedChange) => string,
): AsyncGenerator<string> {
  for await (const change of changes) yield frameFor(change);
}

function frameOf(change: WatchedChange, id: number, linkOf: LinkOf): string {
  switch (change.type) {
    case 'task-changed':
      return frame('task', id, renderTask(change.task, linkOf));
    case 'account-changed':
      return frame('account', id, renderAccount(change.account));
    case 'changes-missed':
      return frame('missed', id, { count: change.count });
  }
}
