/** The key that the load client uses. */
export const KEY = 'sk-bench-0123456789';

/** Channels of the bot without names: enough for 200 streams, and with the other bot's below Discord's 500 of a guild. */
export const MOST_CHANNELS = 230;

/** Channels of the bot with named conversations: they may take four fifths of them. */
export const NAMED_CHANNELS = 250;
