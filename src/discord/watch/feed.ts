import type { Message, MessageChange, Snowflake } from '../../core/discord.ts';
import { compareSnowflakes } from '../snowflake.ts';
import type { Watcher } from './watcher.ts';

/** What a watched channel has shown so far, and who is watching it. */
export interface ChannelFeed {
  readonly watchers: Set<Watcher>;
  /** A live change: delivered, or kept behind a recovery that is under way. */
  live(change: MessageChange): void;
  /** From now on live changes wait. */
  hold(): void;
  /** Delivers what history holds. */
  recovered(history: readonly Message[], complete: boolean): void;
  /** Delivers what has waited, and lets live changes through again. */
  release(): void;
  /** The newest message of this watch. */
  newestSeen(): Snowflake | undefined;
}

/** More than one page of history is never compared. */
const MOST_SEEN = 200;
/** Message flag (Discord docs, "Message Flags"). */
const EPHEMERAL = 1 << 6;

/**
 * Whether a message that is missing in the history was deleted: yes when it was `listed`; no when it is ephemeral, for
 * such a message is in no history; nobody knows while only partial updates without flags were seen.
 */
type Standing = 'listed' | 'ephemeral' | 'unknown';

/** Makes the feed of one channel. */
export function createFeed(): ChannelFeed {
  return new SeenFeed();
}

class SeenFeed implements ChannelFeed {
  readonly watchers = new Set<Watcher>();
  /** By id, in the order in which they were first seen. */
  readonly #seen = new Map<Snowflake, Standing>();
  #held: MessageChange[] | undefined;
  /** What the recovery delivered, to tell which of the held changes are older. */
  #fromHistory = new Map<Snowflake, Message>();

  live(change: MessageChange): void {
    if (this.#held) this.#held.push(change);
    else this.#deliver(change);
  }

  hold(): void {
    this.#held ??= [];
    this.#fromHistory = new Map();
  }

  recovered(history: readonly Message[], complete: boolean): void {
    const [oldest] = history;
    const present = new Set(history.map((message) => message.id));
    for (const [id, standing] of [...this.#seen]) {
      const covered = complete || (oldest !== undefined && compareSnowflakes(id, oldest.id) >= 0);
      if (standing === 'listed' && covered && !present.has(id))
        this.#deliver({ type: 'message-deleted', messageId: id });
    }
    for (const message of history) this.#deliverFromHistory(message);
  }

  release(): void {
    const waiting = this.#held ?? [];
    this.#held = undefined;
    for (const change of waiting) if (!isOutdated(change, this.#fromHistory)) this.#deliver(change);
    this.#fromHistory = new Map();
  }

  newestSeen(): Snowflake | undefined {
    return [...this.#seen.keys()].sort(compareSnowflakes).at(-1);
  }

  #deliver(change: MessageChange): void {
    this.#note(change);
    for (const watcher of this.watchers) watcher.push(change);
  }

  #deliverFromHistory(message: Message): void {
    const known = this.#seen.has(message.id);
    const change: MessageChange = { type: known ? 'message-updated' : 'message-created', message };
    const wanting = [...this.watchers].filter(
      ({ floor }) => known || compareSnowflakes(message.id, floor()) > 0,
    );
    if (wanting.length === 0) return;
    for (const watcher of wanting) watcher.push(change);
    this.#see(message.id, 'listed');
    this.#fromHistory.set(message.id, message);
  }

  #note(change: MessageChange): void {
    if (change.type === 'message-deleted') this.#seen.delete(change.messageId);
    if (change.type !== 'message-created' && change.type !== 'message-updated') return;
    const { id, flags } = change.message;
    const assumed = change.type === 'message-created' ? 'listed' : (this.#seen.get(id) ?? 'unknown');
    const told = ((flags ?? 0) & EPHEMERAL) === 0 ? 'listed' : 'ephemeral';
    this.#see(id, flags === undefined ? assumed : told);
  }

  #see(id: Snowflake, standing: Standing): void {
    this.#seen.set(id, standing);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_SEEN && oldest !== undefined) this.#seen.delete(oldest);
  }
}

/** True for a held change that the history, read later, has already shown in its newer form. */
function isOutdated(change: MessageChange, fromHistory: ReadonlyMap<Snowflake, Message>): boolean {
  if (change.type !== 'message-created' && change.type !== 'message-updated') return false;
  const shown = fromHistory.get(change.message.id);
  if (!shown) return false;
  if (change.type === 'message-created') return true;
  const [before, after] = [change.message.edited_timestamp, shown.edited_timestamp];
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  return Date.parse(before) < Date.parse(after);
}
