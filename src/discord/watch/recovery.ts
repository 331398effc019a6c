import { type Clock, sleep } from '../../core/clock.ts';
import type { HistoryRange, Message, Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { compareSnowflakes } from '../snowflake.ts';
import type { ChannelFeed } from './feed.ts';

/** Reads one page of a channel, oldest first. */
export type ReadHistory = (
  channelId: Snowflake,
  range: HistoryRange,
  signal?: AbortSignal,
) => Promise<Message[]>;

/** What a recovery needs. */
export interface RecoveryOptions {
  readonly history: ReadHistory;
  readonly clock: Clock;
  readonly log: Log;
  /** For log lines. */
  readonly accountId: string;
}

const PAGE = 100;
/** A gap of more than this many pages is not a conversation any more. */
const MOST_PAGES = 10;
const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 1_000;

/**
 * Fills the gap of one channel after a lost session: what is new comes as created, what was seen before comes as
 * updated (it may have been edited meanwhile) or as deleted. The feed must be held; it is released in any case.
 */
export async function recoverChannel(
  channelId: Snowflake,
  feed: ChannelFeed,
  options: RecoveryOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (let tries = 1; feed.watchers.size > 0; tries += 1) {
      const failure = await readOnce(channelId, feed, options.history, signal);
      if (!failure) break;
      options.log.warn(
        { account: options.accountId, channelId, tries, code: failure.code },
        'the gap in a channel could not be read',
      );
      if (!failure.retryable || tries >= MOST_TRIES) break;
      await sleep(options.clock, failure.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tries - 1), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    // A newer recovery has taken the feed over when this one was cut short.
    if (!signal.aborted) feed.release();
  }
}

async function readOnce(
  channelId: Snowflake,
  feed: ChannelFeed,
  history: ReadHistory,
  signal: AbortSignal,
): Promise<GatewayError | undefined> {
  try {
    const newest = await history(channelId, { limit: PAGE }, signal);
    const [messages, complete] = await fillBefore(channelId, newest, feed.newestSeen(), history, signal);
    signal.throwIfAborted();
    feed.recovered(messages, complete);
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

/** The newest page, and the pages between it and the last message seen. */
async function fillBefore(
  channelId: Snowflake,
  newest: readonly Message[],
  lastSeen: Snowflake | undefined,
  history: ReadHistory,
  signal: AbortSignal,
): Promise<readonly [Message[], boolean]> {
  const byId = new Map(newest.map((message) => [message.id, message]));
  const [first] = newest;
  if (newest.length < PAGE || !first) return [[...newest], true];
  let after = lastSeen;
  for (let page = 0; after !== undefined && page < MOST_PAGES; page += 1) {
    if (compareSnowflakes(after, first.id) >= 0) break;
    const between = await history(channelId, { after, limit: PAGE }, signal);
    for (const message of between) if (!byId.has(message.id)) byId.set(message.id, message);
    after = between.at(-1)?.id;
  }
  const all = [...byId.values()].sort((left, right) => compareSnowflakes(left.id, right.id));
  return [all, false];
}
