import type { EventName } from '../world.ts';

/** Intent bits (Discord docs, "Gateway Intents"). */
export const INTENT = {
  GUILDS: 1 << 0,
  GUILD_MEMBERS: 1 << 1,
  GUILD_PRESENCES: 1 << 8,
  GUILD_MESSAGES: 1 << 9,
  GUILD_MESSAGE_TYPING: 1 << 11,
  MESSAGE_CONTENT: 1 << 15,
} as const;

/** Every bit that has a meaning. */
const KNOWN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 24, 25].reduce(
  (sum, bit) => sum + 2 ** bit,
  0,
);

const NEEDED: Readonly<Record<EventName, number>> = {
  MESSAGE_CREATE: INTENT.GUILD_MESSAGES,
  MESSAGE_UPDATE: INTENT.GUILD_MESSAGES,
  MESSAGE_DELETE: INTENT.GUILD_MESSAGES,
  TYPING_START: INTENT.GUILD_MESSAGE_TYPING,
  CHANNEL_CREATE: INTENT.GUILDS,
  CHANNEL_UPDATE: INTENT.GUILDS,
  CHANNEL_DELETE: INTENT.GUILDS,
};

/** True when all bits of an intents value have a meaning. */
export function areKnown(intents: number): boolean {
  return Number.isInteger(intents) && intents >= 0 && (intents & ~KNOWN) === 0 && intents <= KNOWN;
}

/** True when a bot with these intents hears of the event. */
export function hears(intents: number, name: EventName): boolean {
  return (intents & NEEDED[name]) !== 0;
}

/** The privileged intents among those asked for that the portal does not allow. */
export function disallowed(intents: number, messageContent: boolean): number {
  const privileged =
    INTENT.GUILD_MEMBERS | INTENT.GUILD_PRESENCES | (messageContent ? 0 : INTENT.MESSAGE_CONTENT);
  return intents & privileged;
}
