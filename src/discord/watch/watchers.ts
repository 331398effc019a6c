import type { MessageChange, MessageFilter, Snowflake } from '../../core/discord.ts';
import { createArrivals } from './arrivals.ts';
import { readEvent } from './events.ts';
import { type ChannelFeed, createFeed } from './feed.ts';
import { type RecoveryOptions, recoverChannel } from './recovery.ts';
import { createServerTime } from './server-time.ts';
import { createWatcher } from './watcher.ts';

/** Every watch of one account, by channel. */
export interface Watchers {
  /** See `DiscordPort.watch`. */
  watch(filter: MessageFilter, signal: AbortSignal): AsyncIterable<MessageChange>;
  /**
   * A gateway event, in the order of the gateway.
   * @param receivedAt when it came, in milliseconds of `performance.now()`
   */
  dispatch(event: string, data: unknown, receivedAt?: number): void;
  /** Events were lost: every watched channel is read again, and live events wait behind that. */
  recover(): void;
  /** The account itself made this message; it tells the time on the other side. */
  sawMessage(id: Snowflake): void;
  /** Every watch learns that the connection is lost, or there again. */
  tell(change: { readonly type: 'reading-paused' | 'reading-resumed' }): void;
  /** Ends every watch, and those to come, with an error. */
  fail(error: Error): void;
  /** Ends every watch. */
  close(): void;
}

/** Makes the watches of one account. */
export function createWatchers(options: RecoveryOptions): Watchers {
  const feeds = new Map<Snowflake, ChannelFeed>();
  const serverTime = createServerTime();
  const arrivals = createArrivals();
  let recovery = new AbortController();
  let closed = false;
  let failure: Error | undefined;
  const all = () => [...feeds.values()].flatMap((feed) => [...feed.watchers]);

  function feedOf(channelId: Snowflake): ChannelFeed {
    const feed = feeds.get(channelId) ?? createFeed();
    feeds.set(channelId, feed);
    return feed;
  }

  return {
    watch({ channelId }, signal) {
      const watcher = createWatcher(serverTime.floor(options.clock.now()), signal, (ended) => {
        const feed = feeds.get(channelId);
        feed?.watchers.delete(ended);
        if (feed?.watchers.size === 0) feeds.delete(channelId);
      });
      if (failure) watcher.fail(failure);
      else if (closed) watcher.end();
      else if (!signal.aborted) feedOf(channelId).watchers.add(watcher);
      return arrivals.followed(watcher);
    },
    dispatch(event, data, receivedAt) {
      const found = readEvent(event, data);
      if (!found) return;
      for (const change of found.changes) {
        if (change.type === 'message-created') serverTime.saw(change.message.id, options.clock.now());
        if (receivedAt !== undefined) arrivals.note(change, receivedAt);
        feeds.get(found.channelId)?.live(change);
      }
    },
    recover() {
      recovery.abort();
      recovery = new AbortController();
      for (const [channelId, feed] of feeds) startRecovery(channelId, feed, options, recovery.signal);
    },
    sawMessage(id) {
      serverTime.saw(id, options.clock.now());
    },
    tell(change) {
      for (const watcher of all()) watcher.push(change);
    },
    fail(error) {
      failure = error;
      for (const watcher of all()) watcher.fail(error);
    },
    close() {
      closed = true;
      recovery.abort();
      for (const watcher of all()) watcher.end();
    },
  };
}

function startRecovery(
  channelId: Snowflake,
  feed: ChannelFeed,
  options: RecoveryOptions,
  signal: AbortSignal,
): void {
  feed.hold();
  recoverChannel(channelId, feed, options, signal).catch((error: unknown) => {
    options.log.error({ account: options.accountId, channelId, err: error }, 'a recovery failed');
  });
}
