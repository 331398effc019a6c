/** The key that the load client uses. */
export const KEY = 'sk-bench-0123456789';

/** Channels of each of the two bots: enough for 200 streams, and with both below Discord's 500 of a guild. */
export const MOST_CHANNELS = 240;
