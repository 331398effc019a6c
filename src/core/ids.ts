import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Makes the ids of the product. A port, so that tests can name them. */
export interface Ids {
  /** 24 lower-case hexadecimal characters. */
  hex(): string;
  /**
   * A nonce in snowflake form: decimal, at most 20 digits (Discord allows 25 characters), unique per process.
   * Source: Discord docs, "Create Message", field `nonce`.
   */
  nonce(): string;
}

/** First second of 2015 in milliseconds: the zero of Discord's snowflakes (Discord docs, "Snowflakes"). */
export const DISCORD_EPOCH_MS = 1_420_070_400_000;

/** Random ids; nonces carry the clock's time like Discord's own snowflakes. */
export function randomIds(clock: Clock): Ids {
  let counter = randomInt(1 << 22);
  return {
    hex: () => randomBytes(12).toString('hex'),
    nonce: () => {
      counter = (counter + 1) & 0x3fffff;
      return ((BigInt(clock.now() - DISCORD_EPOCH_MS) << 22n) | BigInt(counter)).toString();
    },
  };
}
