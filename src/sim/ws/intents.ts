import type { WorldEvent } from '../world.ts';

/** Intent bits (Discord docs, "Gateway Intents"). */
export const INTENT = {
  GUILDS: 1 << 0,
  GUILD_MEMBERS: 1 << 1,
  GUILD_PRESENCES: 1 << 8,
  GUILD_MESSAGES: 1 << 9,
  GUILD_MESSAGE_REACTIONS: 1 << 10,
  GUILD_MESSAGE_TYPING: 1 << 11,
  DIRECT_MESSAGES: 1 << 12,
  DIRECT_MESSAGE_REACTIONS: 1 << 13,
  DIRECT_MESSAGE_TYPING: 1 << 14,
  MESSAGE_CONTENT: 1 << 15,
} as const;

/** Every bit that has a meaning. */
const KNOWN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 24, 25].reduce(
  (sum, bit) => sum + 2 ** bit,
  0,
);

/** Intents by event: in guilds, and in direct messages. Events that stand in neither go to people only. */
const NEEDED: Partial<Record<WorldEvent['name'], number>> = {
  MESSAGE_CREATE: INTENT.GUILD_MESSAGES,
  MESSAGE_UPDATE: INTENT.GUILD_MESSAGES,
  MESSAGE_DELETE: INTENT.GUILD_MESSAGES,
  MESSAGE_REACTION_ADD: INTENT.GUILD_MESSAGE_REACTIONS,
  MESSAGE_REACTION_REMOVE: INTENT.GUILD_MESSAGE_REACTIONS,
  TYPING_START: INTENT.GUILD_MESSAGE_TYPING,
  CHANNEL_CREATE: INTENT.GUILDS,
  CHANNEL_UPDATE: INTENT.GUILDS,
  CHANNEL_DELETE: INTENT.GUILDS,
};
const NEEDED_DIRECT: Partial<Record<WorldEvent['name'], number>> = {
  MESSAGE_CREATE: INTENT.DIRECT_MESSAGES,
  MESSAGE_UPDATE: INTENT.DIRECT_MESSAGES,
  MESSAGE_DELETE: INTENT.DIRECT_MESSAGES,
  MESSAGE_REACTION_ADD: INTENT.DIRECT_MESSAGE_REACTIONS,
  MESSAGE_REACTION_REMOVE: INTENT.DIRECT_MESSAGE_REACTIONS,
  TYPING_START: INTENT.DIRECT_MESSAGE_TYPING,
};

/** True when all bits of an intents value have a meaning. */
export function areKnown(intents: number): boolean {
  return Number.isInteger(intents) && intents >= 0 && (intents & ~KNOWN) === 0 && intents <= KNOWN;
}

/** True when a bot with these intents hears of the event. */
export function hears(intents: number, { name, guild }: WorldEvent): boolean {
  return (intents & ((guild ? NEEDED : NEEDED_DIRECT)[name] ?? 0)) !== 0;
}

/** The privileged intents among those asked for that the portal does not allow. */
export function disallowed(intents: number, messageContent: boolean): number {
  const privileged =
    INTENT.GUILD_MEMBERS | INTENT.GUILD_PRESENCES | (messageContent ? 0 : INTENT.MESSAGE_CONTENT);
  return intents & privileged;
}
