import type { DiscordRefusal, Snowflake } from '../core/discord.ts';
import { GatewayError } from '../core/errors.ts';
import { DISCORD_EPOCH_MS } from '../core/ids.ts';

/** JSON error code of Discord for a malformed request. */
const INVALID_FORM_BODY = 50035;

/** True for what may be a Discord id: 1 to 20 decimal digits. */
export function isSnowflake(value: unknown): value is Snowflake {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}

/**
 * Gives an id back that is safe inside a path.
 * @throws GatewayError discord_refused, with the code that Discord itself gives for such an id (50035)
 */
export function checkedSnowflake(value: string, name: string): Snowflake {
  if (isSnowflake(value)) return value;
  const cause: DiscordRefusal = { status: 400, discordCode: INVALID_FORM_BODY };
  throw new GatewayError('discord_refused', `The ${name} is no Discord id: it must be 1 to 20 digits.`, {
    hint: `Correct the ${name}.`,
    cause,
  });
}

/** Order of two ids, which is the order of their creation: negative when `left` is older. */
export function compareSnowflakes(left: Snowflake, right: Snowflake): number {
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Milliseconds since the Unix epoch at which an id was made (Discord docs, "Snowflakes"). */
export function snowflakeTime(id: Snowflake): number {
  return Number(BigInt(id) >> 22n) + DISCORD_EPOCH_MS;
}

/** The smallest id that could be made at a time (milliseconds since the Unix epoch). */
export function snowflakeAt(timeMs: number): Snowflake {
  return (BigInt(Math.max(0, Math.floor(timeMs) - DISCORD_EPOCH_MS)) << 22n).toString();
}
