/** Questions to Discord about the place in which an account gives commands to a bot, for `cordgate check`. */
import type { Snowflake } from '../core/discord.ts';
import type { ApplicationCommand, CommandPlace } from '../core/interaction.ts';
import type { ProbeOptions } from './probe.ts';
import { openExit } from './proxy.ts';
import { createRedact } from './redact.ts';
import { readCommands } from './rest/commands.ts';
import { nonsenseError } from './rest/errors.ts';
import { createRest, type Rest } from './rest/rest.ts';
import { checkedSnowflake } from './snowflake.ts';

/** A channel of any kind. */
export interface ProbedPlace {
  readonly id: Snowflake;
  /** Empty for direct messages. */
  readonly name: string;
  /** Discord docs, "Channel Types": 0 text, 1 direct messages. */
  readonly type: number;
  /** Absent for direct messages. */
  readonly guildId?: Snowflake;
}

/** Questions about one account. All throw `GatewayError` like `DiscordPort`. */
export interface CommandProbe {
  getPlace(channelId: Snowflake, signal?: AbortSignal): Promise<ProbedPlace>;
  /** The commands that the account can see in a place, of all bots. */
  getCommands(place: CommandPlace, signal?: AbortSignal): Promise<ApplicationCommand[]>;
  /** About how many members the guild has; undefined when Discord does not tell. */
  getMemberCount(guildId: Snowflake, signal?: AbortSignal): Promise<number | undefined>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 15_000;

/** Makes the probe of one account. @throws TypeError when the proxy's address cannot be used */
export function createCommandProbe(options: ProbeOptions): CommandProbe {
  const { account, hosts, proxy, clock, log, random = Math.random, timeoutMs = TIMEOUT_MS } = options;
  const exit = openExit(proxy);
  const rest = createRest({
    account,
    api: hosts.api,
    dispatcher: exit.dispatcher,
    clock,
    log,
    redact: createRedact([account.token, exit.secret]),
    random,
    timeoutMs,
    patienceMs: timeoutMs,
    onDeadToken: () => {},
  });
  return {
    getPlace: (channelId, signal) => readPlace(rest, channelId, signal),
    getCommands: (place, signal) => readCommands(rest, clock, place, signal),
    getMemberCount: (guildId, signal) => readMemberCount(rest, guildId, signal),
    close: () => exit.close(),
  };
}

async function readPlace(rest: Rest, channelId: Snowflake, signal?: AbortSignal): Promise<ProbedPlace> {
  const id = checkedSnowflake(channelId, 'channel id');
  const template = '/channels/{id}';
  const answer = await get(rest, `/channels/${id}`, template, id, signal);
  if (typeof answer.id !== 'string' || typeof answer.type !== 'number') {
    throw nonsenseError(`GET ${template}`);
  }
  return {
    id: answer.id,
    name: typeof answer.name === 'string' ? answer.name : '',
    type: answer.type,
    ...(typeof answer.guild_id === 'string' ? { guildId: answer.guild_id } : {}),
  };
}

async function readMemberCount(
  rest: Rest,
  guildId: Snowflake,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const id = checkedSnowflake(guildId, 'guild id');
  const answer = await get(rest, `/guilds/${id}?with_counts=true`, '/guilds/{id}', id, signal);
  const count = answer.approximate_member_count ?? answer.member_count;
  return typeof count === 'number' ? count : undefined;
}

async function get(
  rest: Rest,
  path: string,
  template: string,
  major: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await rest.call({ method: 'GET', path, template, major, repeatable: true }, signal);
  return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
}
