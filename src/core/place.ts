import type { ChatMessage } from './chat.ts';
import type { Snowflake } from './discord.ts';
import type { EndReason } from './driver.ts';

/** What became of a place while a request had it. */
export type PlaceResult =
  /** Nothing was sent there. */
  | { readonly type: 'unused' }
  /** The bot answered to the end. `answer` is the text the caller was given, undefined when it did not say. */
  | {
      readonly type: 'answered';
      readonly botUserId: Snowflake;
      readonly answer: string | undefined;
      readonly reason: EndReason;
    }
  /** Something was sent, and the answer is missing, cut or nobody's. */
  | { readonly type: 'broken' };

/** Where one request is answered: a channel that no other request uses meanwhile. */
export interface Place {
  readonly channelId: Snowflake;
  /** The bot that knows this conversation; undefined when none does. */
  readonly botUserId: Snowflake | undefined;
  /** True when an earlier answer in the channel was left before its end. */
  readonly unsettled: boolean;
  /** Aborted when the conversation is deleted while it is being answered. */
  readonly ended?: AbortSignal;
  /** What is to be sent to the bot that knows the conversation. */
  readonly news: readonly ChatMessage[];
  /** What is to be sent to a bot that does not. */
  readonly whole: readonly ChatMessage[];
  /** Gives the place up. Only the first call counts. */
  leave(result: PlaceResult): void;
  /** Gives the place up because its channel is gone from Discord, and takes another for the same request. */
  move(signal: AbortSignal): Promise<Place>;
}
