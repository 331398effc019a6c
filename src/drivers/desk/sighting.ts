/** A message as the desk saw it, and whose it is: pure. */
import type { InteractionMetadata, Message, Snowflake } from '../../core/discord.ts';
import type { BotKnowledge } from './knowledge.ts';
import type { Parsed } from './parsed.ts';

/** A message, parsed once. */
export interface Sighting {
  readonly message: Message;
  readonly parsed: Parsed;
  /** The words of its prompt, made alike; empty where there are none to compare. */
  readonly words: string;
  /** True when it holds the words of a job although its prompt is another one; absent where that never counts. */
  readonly holds?: ((words: string) => boolean) | undefined;
  readonly isUpdate: boolean;
  /** True for what was read from the channel's history: it carries no nonce, and it may be old. */
  readonly isPast: boolean;
  /** When it was seen, in milliseconds since the epoch. */
  readonly seenAt: number;
}

/** Reads a message as it was seen. */
export function sightingOf(
  message: Message,
  bot: Pick<BotKnowledge, 'parse' | 'promptKey' | 'holds'>,
  how: Pick<Sighting, 'isUpdate' | 'isPast' | 'seenAt'>,
  prompts: () => readonly string[] = () => [],
): Sighting {
  const parsed = bot.parse(message, prompts);
  const { says } = parsed;
  if (says.type !== 'job') return { message, parsed, words: '', ...how };
  const words = says.isLoose ? '' : bot.promptKey(says.prompt);
  const { holds } = bot;
  return { message, parsed, words, holds: holds && ((key) => holds(says, key)), ...how };
}

/** First millisecond of Discord's snowflakes (Discord docs, "Snowflakes"). */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** When Discord gave out an id, in milliseconds since the epoch; 0 for what is no snowflake. */
export function timeOf(id: Snowflake): number {
  return /^\d{1,20}$/.test(id) ? Number((BigInt(id) >> 22n) + DISCORD_EPOCH_MS) : 0;
}

/** The first id that Discord could give out at a moment, in milliseconds since the epoch. */
export function idAt(atMs: number): Snowflake {
  const sinceMs = BigInt(Math.floor(atMs)) - DISCORD_EPOCH_MS;
  return (sinceMs > 0n ? sinceMs << 22n : 0n).toString();
}

/** The ids of the interactions that led to a message: the last one, and those that opened its form. */
export function interactionIdsOf(message: Message): Snowflake[] {
  const ids: Snowflake[] = [];
  let metadata: InteractionMetadata | null | undefined = message.interaction_metadata;
  for (; metadata; metadata = metadata.triggering_interaction_metadata) ids.push(metadata.id);
  if (message.interaction && !ids.includes(message.interaction.id)) ids.push(message.interaction.id);
  return ids;
}

/** The message that a message answers. */
export function referenceOf(message: Message): Snowflake | undefined {
  return message.message_reference?.message_id ?? message.referenced_message?.id;
}

/** The user whose work a message shows, where the message says so. */
function ownerOf(sighting: Sighting): Snowflake | undefined {
  const { message, parsed } = sighting;
  const named = parsed.says.type === 'job' ? parsed.says.userId : undefined;
  return named ?? message.interaction_metadata?.user?.id ?? message.interaction?.user?.id;
}

/** True when a message is another user's: it must never be matched by a weak key. */
export function isForeign(sighting: Sighting, ownUserId: Snowflake): boolean {
  const owner = ownerOf(sighting);
  return owner !== undefined && owner !== ownUserId;
}

/** True when a message shows by some sign that it is for this account; only its owner sees an ephemeral one (64). */
export function isOurs(sighting: Sighting, ownUserId: Snowflake): boolean {
  const owner = ownerOf(sighting);
  if (owner !== undefined) return owner === ownUserId;
  const isMentioned = sighting.message.mentions?.some((user) => user.id === ownUserId) ?? false;
  return isMentioned || ((sighting.message.flags ?? 0) & 64) !== 0;
}

/** True for a job's last message: texts, or a picture and nothing that speaks of work under way. */
export function isFinal(sighting: Pick<Sighting, 'parsed'>): boolean {
  const { says, media } = sighting.parsed;
  if (says.type === 'texts') return true;
  return says.type === 'job' && says.stage === 'final' && media.length > 0;
}
