import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { hasEnded } from '../../core/task.ts';
import type { TaskChange, TaskService } from '../../core/tasks.ts';
import { departureOf } from '../departure.ts';
import { asGatewayError, noteError } from '../errors.ts';
import { callerOf } from '../request-context.ts';
import { EventStream } from '../sse.ts';
import { type KeyedChange, LatestChanges } from './latest-changes.ts';
import { renderAccount, renderTask } from './render.ts';

/** What the live events need. */
export interface EventOptions {
  readonly service: TaskService;
  readonly clock: Clock;
  readonly log: Log;
  /** Silence in milliseconds after which a comment is sent. */
  readonly heartbeatMs: number;
}

/** Keys that may wait for a reader that is too slow; beyond it changes are dropped, and the reader is told. */
const MOST_WAITING = 2_000;

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

/**
 * `GET /events`: every change of a task or an account as it happens, until the caller leaves or `stop` aborts.
 * A reader that is slow gets the newest state of each task and account; an event `missed` counts what was given up.
 */
export async function streamEvents(
  { service, clock, log, heartbeatMs }: EventOptions,
  nextId: () => number,
  stop: AbortSignal,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<unknown> {
  const signal = AbortSignal.any([departureOf(reply), stop]);
  const changes = new LatestChanges<TaskChange>(MOST_WAITING);
  const stream = new EventStream(reply, { clock, heartbeatMs });
  const gathering = gather(service.watchAll(callerOf(request), signal), changes, signal);
  try {
    await stream.write(OPENING);
    await tell(changes, stream, nextId);
    await gathering;
  } catch (thrown) {
    const error = asGatewayError(thrown);
    if (!signal.aborted) noteError(log, request, error);
  } finally {
    stream.end('');
  }
  return reply.hijack();
}

/** Reads as fast as changes come, however slow the reader is. */
async function gather(
  source: AsyncIterable<TaskChange>,
  changes: LatestChanges<TaskChange>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const change of source) changes.add(keyed(change));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    changes.close();
  }
}

async function tell(
  changes: LatestChanges<TaskChange>,
  stream: EventStream,
  nextId: () => number,
): Promise<void> {
  for (let next = await changes.next(); next !== undefined; next = await changes.next()) {
    if (stream.closed) return;
    const missed = next.dropped > 0 ? frame('missed', nextId(), { count: next.dropped }) : '';
    await stream.write(missed + frameOf(next.value, nextId()));
  }
}

function keyed(change: TaskChange): KeyedChange<TaskChange> {
  if (change.type === 'task-changed') {
    return { key: `task ${change.task.id}`, value: change, isLast: hasEnded(change.task) };
  }
  const { botId, accountId, channelId } = change.account;
  return { key: `account ${botId} ${accountId} ${channelId}`, value: change, isLast: true };
}

function frameOf(change: TaskChange, id: number): string {
  return change.type === 'task-changed'
    ? frame('task', id, renderTask(change.task))
    : frame('account', id, renderAccount(change.account));
}

function frame(event: string, id: number, data: object): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}
