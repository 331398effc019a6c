/** Single questions to Discord, for `cordgate check`: each tells one thing that an account needs to do its job. */
import type { Clock } from '../core/clock.ts';
import { type DiscordRefusal, discordCode, type Snowflake } from '../core/discord.ts';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AccountIdentity, AccountStatus, LoggedInUser } from './account.ts';
import type { DiscordHosts } from './hosts.ts';
import { userAgentOf } from './identity.ts';
import { type Overwrite, permissionsOf, type RoleGrant } from './permissions.ts';
import { type Exit, openExit } from './proxy.ts';
import { createRedact, type Redact } from './redact.ts';
import { nonsenseError } from './rest/errors.ts';
import { NoAnswer, performRequest } from './rest/request.ts';
import { createRest, type Rest } from './rest/rest.ts';
import { checkedSnowflake } from './snowflake.ts';
import { createSession, type GatewaySession } from './ws/session.ts';

/** Whom to probe, and where. */
export interface ProbeOptions {
  readonly account: AccountIdentity;
  readonly hosts: Omit<DiscordHosts, 'activity'>;
  readonly proxy?: string | null | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Numbers of [0, 1); default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds for one question; default 15,000. */
  readonly timeoutMs?: number | undefined;
}

/** What a bot's application may do. */
export interface ApplicationFlags {
  /** Discord docs, "Application Flags". */
  readonly flags: number;
  /** True when "Message Content Intent" is switched on. */
  readonly messageContent: boolean;
}

/** A guild, as far as it is checked. */
export interface ProbedGuild {
  readonly id: Snowflake;
  readonly name: string;
  readonly ownerId: Snowflake;
  readonly roles: readonly RoleGrant[];
}

/** A member of a guild. */
export interface ProbedMember {
  readonly userId: Snowflake;
  readonly username: string;
  readonly bot: boolean;
  readonly roleIds: readonly Snowflake[];
}

/** A channel or category of a guild. */
export interface ProbedChannel {
  readonly id: Snowflake;
  readonly name: string;
  /** Discord docs, "Channel Types": 0 text, 4 category. */
  readonly type: number;
  /** The category it is in. */
  readonly parentId?: Snowflake;
  readonly overwrites: readonly Overwrite[];
}

/** How a login to the gateway went. */
export interface LoginReport {
  readonly ok: boolean;
  readonly userId?: Snowflake;
  /** Discord's close code when it refused: 4004 dead token, 4014 intent not allowed. */
  readonly closeCode?: number;
  readonly reason?: string;
}

/** Whether anything answers at `discord.api`, through the proxy when there is one. */
export interface ReachReport {
  readonly reachable: boolean;
  /** Milliseconds until the answer. */
  readonly tookMs: number;
  readonly reason?: string;
}

/** Questions about one account. All throw `GatewayError` like `DiscordPort`, unless they report instead. */
export interface Probe {
  reach(signal?: AbortSignal): Promise<ReachReport>;
  getCurrentUser(signal?: AbortSignal): Promise<LoggedInUser>;
  /** Bots only. */
  getApplicationFlags(signal?: AbortSignal): Promise<ApplicationFlags>;
  getGuild(guildId: Snowflake, signal?: AbortSignal): Promise<ProbedGuild>;
  /** All channels and categories of the guild, without its threads. */
  getChannels(guildId: Snowflake, signal?: AbortSignal): Promise<ProbedChannel[]>;
  /** Undefined when the user is no member. */
  getMember(guildId: Snowflake, userId: Snowflake, signal?: AbortSignal): Promise<ProbedMember | undefined>;
  /**
   * The account's permissions as a bit set (Discord docs, "Permissions"): in the guild, or in one of its channels
   * or categories.
   */
  getPermissions(guildId: Snowflake, channelId?: Snowflake, signal?: AbortSignal): Promise<bigint>;
  /** One login to the gateway, ended as soon as its outcome is known. */
  logIn(signal?: AbortSignal): Promise<LoginReport>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 15_000;
/** GATEWAY_MESSAGE_CONTENT and GATEWAY_MESSAGE_CONTENT_LIMITED. */
const MESSAGE_CONTENT_FLAGS = (1 << 18) | (1 << 19);
const UNKNOWN_MEMBER = 10007;
const UNKNOWN_USER = 10013;

interface Tools extends ProbeOptions {
  readonly exit: Exit;
  readonly redact: Redact;
  readonly rest: Rest;
}

/** Makes the probe of one account. @throws TypeError when the proxy's address cannot be used */
export function createProbe(options: ProbeOptions): Probe {
  const exit = openExit(options.proxy);
  const redact = createRedact([options.account.token, exit.secret]);
  const rest = createRest({
    account: options.account,
    api: options.hosts.api,
    dispatcher: exit.dispatcher,
    clock: options.clock,
    log: options.log,
    redact,
    random: options.random ?? Math.random,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    patienceMs: options.timeoutMs ?? TIMEOUT_MS,
    onDeadToken: () => {},
  });
  const tools: Tools = { ...options, exit, redact, rest };
  const getMember: Probe['getMember'] = (guildId, userId, signal) =>
    readMember(rest, guildId, userId, signal);
  const getGuild: Probe['getGuild'] = (guildId, signal) => readGuild(rest, guildId, signal);
  const getCurrentUser: Probe['getCurrentUser'] = async (signal) =>
    userOf(await get(rest, '/users/@me', '/users/@me', '', signal), 'GET /users/@me');
  return {
    reach: (signal) => reach(tools, signal),
    getCurrentUser,
    getApplicationFlags: (signal) => readFlags(rest, signal),
    getGuild,
    getChannels: (guildId, signal) => readChannels(rest, guildId, signal),
    getMember,
    async getPermissions(guildId, channelId, signal) {
      const user = await getCurrentUser(signal);
      const guild = await getGuild(guildId, signal);
      const member = await getMember(guildId, user.id, signal);
      const overwrites =
        channelId === undefined ? [] : await readOverwrites(rest, guildId, channelId, signal);
      return permissionsOf({
        guildId,
        ownerId: guild.ownerId,
        userId: user.id,
        memberRoleIds: member?.roleIds ?? [],
        roles: guild.roles,
        overwrites,
      });
    },
    logIn: (signal) => logIn(tools, signal),
    close: () => exit.close(),
  };
}

/** Any answer at all proves the way; the address is open to everybody, so no token is sent. */
async function reach(tools: Tools, signal?: AbortSignal): Promise<ReachReport> {
  const startedAt = tools.clock.now();
  const request = {
    method: 'GET',
    url: `${tools.hosts.api.replace(/\/+$/, '')}/gateway`,
    headers: { 'user-agent': userAgentOf(tools.account) },
    timeoutMs: tools.timeoutMs ?? TIMEOUT_MS,
    maxBytes: 1024 * 1024,
  } as const;
  try {
    await performRequest(tools.exit.dispatcher, request, tools.clock, signal);
    return { reachable: true, tookMs: tools.clock.now() - startedAt };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { reachable: false, tookMs: tools.clock.now() - startedAt, reason: tools.redact(error.message) };
  }
}

function logIn(tools: Tools, signal?: AbortSignal): Promise<LoginReport> {
  return new Promise((resolve, reject) => {
    let userId: Snowflake | undefined;
    const finish = (report: LoginReport) => {
      end();
      resolve(report);
    };
    const onAbort = () => {
      end();
      reject(signal?.reason);
    };
    const late = tools.clock.after(tools.timeoutMs ?? TIMEOUT_MS, () =>
      finish({ ok: false, reason: 'The gateway took too long to answer.' }),
    );
    const end = () => {
      late();
      signal?.removeEventListener('abort', onAbort);
      session.stop();
    };
    const session: GatewaySession = createSession(
      {
        account: tools.account,
        hosts: tools.hosts,
        agent: tools.exit.socketAgent,
        clock: tools.clock,
        log: tools.log,
        redact: tools.redact,
        random: tools.random ?? Math.random,
        compress: true,
      },
      {
        status: (status) => {
          const report = reportOf(status, userId);
          if (report) finish(report);
        },
        loggedIn: (id) => {
          userId = id;
        },
        dispatch: () => {},
      },
    );
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    session.start();
  });
}

function reportOf(status: AccountStatus, userId: Snowflake | undefined): LoginReport | undefined {
  if (status.state === 'ready') return { ok: true, ...(userId === undefined ? {} : { userId }) };
  if (status.state !== 'reconnecting' && status.state !== 'disabled') return undefined;
  const { reason, closeCode } = status;
  // Discord lets a bot log in every 5 s and says "invalid session" before that (docs, "Rate Limiting"): it is tried again.
  if (status.state === 'reconnecting' && closeCode === undefined) return undefined;
  return {
    ok: false,
    ...(reason === undefined ? {} : { reason }),
    ...(closeCode === undefined ? {} : { closeCode }),
  };
}

function get(
  rest: Rest,
  path: string,
  template: string,
  major: string,
  signal?: AbortSignal,
): Promise<unknown> {
  return rest.call({ method: 'GET', path, template, major, repeatable: true }, signal);
}

async function readFlags(rest: Rest, signal?: AbortSignal): Promise<ApplicationFlags> {
  const path = '/applications/@me';
  const answer = recordOf(await get(rest, path, path, '', signal));
  const flags = typeof answer.flags === 'number' ? answer.flags : 0;
  return { flags, messageContent: (flags & MESSAGE_CONTENT_FLAGS) !== 0 };
}

async function readGuild(rest: Rest, guildId: Snowflake, signal?: AbortSignal): Promise<ProbedGuild> {
  const id = checkedSnowflake(guildId, 'guild id');
  const answer = recordOf(await get(rest, `/guilds/${id}`, '/guilds/{id}', id, signal));
  if (typeof answer.id !== 'string') throw nonsenseError('GET /guilds/{id}');
  const roles = Array.isArray(answer.roles) ? answer.roles.map(recordOf) : [];
  return {
    id: answer.id,
    name: textOf(answer.name),
    ownerId: textOf(answer.owner_id),
    roles: roles.map((role) => ({ id: textOf(role.id), permissions: textOf(role.permissions) })),
  };
}

async function readMember(
  rest: Rest,
  guildId: Snowflake,
  userId: Snowflake,
  signal?: AbortSignal,
): Promise<ProbedMember | undefined> {
  const [guild, user] = [checkedSnowflake(guildId, 'guild id'), checkedSnowflake(userId, 'user id')];
  const template = '/guilds/{id}/members/{id}';
  try {
    const answer = recordOf(await get(rest, `/guilds/${guild}/members/${user}`, template, guild, signal));
    const { id, username, bot } = userOf(answer.user, `GET ${template}`);
    const roleIds = Array.isArray(answer.roles) ? answer.roles.map(textOf) : [];
    return { userId: id, username, bot, roleIds };
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  const code = discordCode(error);
  if (code === UNKNOWN_MEMBER || code === UNKNOWN_USER) return true;
  const refusal = error instanceof GatewayError ? (error.cause as DiscordRefusal | undefined) : undefined;
  return refusal?.status === 404 && refusal.discordCode === 0;
}

async function readChannels(rest: Rest, guildId: Snowflake, signal?: AbortSignal): Promise<ProbedChannel[]> {
  const guild = checkedSnowflake(guildId, 'guild id');
  const answer = await get(rest, `/guilds/${guild}/channels`, '/guilds/{id}/channels', guild, signal);
  return (Array.isArray(answer) ? answer.map(recordOf) : []).map((channel) => ({
    id: textOf(channel.id),
    name: textOf(channel.name),
    type: typeof channel.type === 'number' ? channel.type : -1,
    ...(typeof channel.parent_id === 'string' ? { parentId: channel.parent_id } : {}),
    overwrites: overwritesOf(channel.permission_overwrites),
  }));
}

async function readOverwrites(
  rest: Rest,
  guildId: Snowflake,
  channelId: Snowflake,
  signal?: AbortSignal,
): Promise<readonly Overwrite[]> {
  const wanted = checkedSnowflake(channelId, 'channel id');
  const found = (await readChannels(rest, guildId, signal)).find(({ id }) => id === wanted);
  if (found) return found.overwrites;
  const cause: DiscordRefusal = { status: 404, discordCode: 10003 };
  throw new GatewayError('discord_refused', 'The guild has no channel or category of this id.', { cause });
}

function overwritesOf(value: unknown): Overwrite[] {
  return (Array.isArray(value) ? value.map(recordOf) : []).map(({ id, allow, deny }) => ({
    id: textOf(id),
    allow: textOf(allow),
    deny: textOf(deny),
  }));
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function userOf(value: unknown, call: string): LoggedInUser {
  const { id, username, bot } = recordOf(value);
  if (typeof id !== 'string') throw nonsenseError(call);
  return { id, username: textOf(username), bot: bot === true };
}
