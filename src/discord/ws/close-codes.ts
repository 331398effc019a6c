import { GatewayCloseCodes } from 'discord-api-types/gateway/v10';

/** What a lost connection means for the next one. */
export interface CloseMeaning {
  /**
   * `resume` take the session up again; `fresh` log in anew; `refused` log in anew after a long, growing delay,
   * because only the operator can change the cause; `dead` never again: the token is not valid.
   */
  readonly next: 'resume' | 'fresh' | 'refused' | 'dead';
  /** For the operator. */
  readonly reason: string;
}

const fresh = (reason: string): CloseMeaning => ({ next: 'fresh', reason });
const refused = (reason: string): CloseMeaning => ({ next: 'refused', reason });

/** Source: Discord docs, "Opcodes and Status Codes", section "Gateway Close Event Codes". */
const MEANINGS: Readonly<Record<number, CloseMeaning>> = {
  [GatewayCloseCodes.AuthenticationFailed]: {
    next: 'dead',
    reason: 'Discord does not accept the token (4004)',
  },
  [GatewayCloseCodes.InvalidSeq]: fresh('Discord did not know the place to resume at (4007).'),
  [GatewayCloseCodes.SessionTimedOut]: fresh('The session timed out (4009).'),
  [GatewayCloseCodes.InvalidShard]: refused('Discord refused the shard (4010).'),
  [GatewayCloseCodes.ShardingRequired]: refused(
    'The bot is in too many guilds for one connection (4011). Use a bot of your own in few guilds.',
  ),
  [GatewayCloseCodes.InvalidAPIVersion]: refused('The gateway does not serve this API version (4012).'),
  [GatewayCloseCodes.InvalidIntents]: refused('The gateway does not know the intents (4013).'),
  [GatewayCloseCodes.DisallowedIntents]: refused(
    'The bot may not read message content (4014). Switch on "Message Content Intent" on the page "Bot" of the ' +
      'application at https://discord.com/developers/applications.',
  ),
};

/** What a close code means; everything unlisted, and every break without a code, is a reason to resume. */
export function meaningOf(closeCode: number, detail: string): CloseMeaning {
  const known = MEANINGS[closeCode];
  if (known) return known;
  return {
    next: 'resume',
    reason: `The gateway connection was lost (${closeCode}${detail === '' ? '' : `: ${detail}`}).`,
  };
}
