import type { MessageChange } from '../../src/core/discord.ts';

/** A change of messages or typing, as opposed to news about the connection. */
export type HeardChange = Exclude<MessageChange, { type: 'reading-paused' | 'reading-resumed' }>;

export function isHeard(change: MessageChange): change is HeardChange {
  return change.type !== 'reading-paused' && change.type !== 'reading-resumed';
}

/** What was heard, without the news about the connection. */
export async function* heard(changes: AsyncIterable<MessageChange>): AsyncGenerator<HeardChange> {
  for await (const change of changes) if (isHeard(change)) yield change;
}
