/** The rooms of a drawing bot: whether each account sees its channel and may give commands there. */
import type { RoomConfig, StudioBotConfig } from '../../config/schema.ts';
import { discordCode, UNKNOWN_CHANNEL } from '../../core/discord.ts';
import { toGatewayError } from '../../core/errors.ts';
import type { ProbedPlace } from '../../discord/probe-commands.ts';
import type { CheckedAccount } from './account.ts';
import { commandFindings } from './commands.ts';
import { type Finding, type Findings, findingsOf } from './finding.ts';
import { missing, type PermissionName } from './permissions.ts';

/** Without these no command can be given. */
const NEEDED: readonly PermissionName[] = ['View Channels', 'Use Application Commands'];
/** Without these the gateway cannot look up what it missed, or bring pictures to the bot. */
const USEFUL: readonly PermissionName[] = ['Read Message History', 'Send Messages', 'Attach Files'];

/** Discord shows a person's session only what mentions it in guilds that are larger (docs, "Guild Create", field `large`). */
const LARGEST_QUIET_GUILD = 75_000;

/** Checks every room whose account is switched on. */
export async function checkRooms(
  bot: StudioBotConfig,
  accounts: readonly CheckedAccount[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const found = await Promise.all(
    bot.rooms.flatMap((room) => {
      const checked = accounts.find(({ account }) => account.id === room.account);
      return checked ? checkRoom(bot, room, checked, signal) : [];
    }),
  );
  return found.flat();
}

async function checkRoom(
  bot: StudioBotConfig,
  room: RoomConfig,
  checked: CheckedAccount,
  signal: AbortSignal,
): Promise<Finding[]> {
  const say = findingsOf({ bot: bot.id, account: room.account });
  if (!checked.works) {
    const message = 'could not be checked in its room, because the account does not work';
    return [say.warn('unchecked', message, 'Repair the account first, then check again.')];
  }
  const place = await checked.commands.getPlace(room.channelId, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return unseen(room, error, say);
  });
  if ('level' in place) {
    if (place.level === 'error') return [place];
    return [place, ...(await commandFindings(bot, room, checked, say, signal))];
  }
  const trouble = wrongGuild(room, place, say);
  if (trouble) return [trouble];
  return [
    ...(await guildFindings(bot, room, place, checked, say, signal)),
    ...(await commandFindings(bot, room, checked, say, signal)),
  ];
}

function unseen(room: RoomConfig, error: unknown, say: Findings): Finding {
  const { message: reason } = toGatewayError(error);
  if (!provesUnseen(error)) {
    const message = `the channel ${room.channelId} could not be looked up: ${reason}`;
    const remedy = 'Look in Discord that this account sees the channel and may use commands there.';
    return say.warn('room_unknown', message, remedy);
  }
  const remedy =
    room.guildId === undefined
      ? 'Write to the bot from this account by hand once, then put the id of that direct-message channel into channelId.'
      : 'Check channelId, let this account join the guild, and give it View Channels there.';
  return say.error('room_unreachable', `does not see the channel ${room.channelId}: ${reason}`, remedy);
}

/** A 404 without Discord's own code is a server that lacks the route, not a channel that is missing. */
function provesUnseen(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const status = typeof cause === 'object' && cause !== null && 'status' in cause ? cause.status : undefined;
  return status === 403 || discordCode(error) === UNKNOWN_CHANNEL;
}

function wrongGuild({ guildId }: RoomConfig, place: ProbedPlace, say: Findings): Finding | undefined {
  if (place.guildId === guildId) return undefined;
  const where = place.guildId === undefined ? 'direct messages' : `the guild ${place.guildId}`;
  const given = guildId === undefined ? 'no guildId is given' : `guildId is ${guildId}`;
  const message = `the channel ${place.id} belongs to ${where}, but ${given}`;
  const remedy =
    place.guildId === undefined
      ? 'Leave guildId out of this room.'
      : `Put "${place.guildId}" into guildId of this room, or correct channelId.`;
  return say.error('room_guild_wrong', message, remedy);
}

async function guildFindings(
  bot: StudioBotConfig,
  room: RoomConfig,
  place: ProbedPlace,
  checked: CheckedAccount,
  say: Findings,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { guildId } = room;
  if (guildId === undefined) return [say.ok('room', 'sees its direct messages with the bot')];
  return [
    await permissionFinding(guildId, place, checked, say, signal),
    ...(await sizeFindings(bot, guildId, checked, say, signal)),
  ];
}

async function permissionFinding(
  guildId: string,
  { id, name }: ProbedPlace,
  { probe }: CheckedAccount,
  say: Findings,
  signal: AbortSignal,
): Promise<Finding> {
  const where = `the channel "${name}" (${id})`;
  const remedy = 'Give a role of the account these in the settings of the channel.';
  try {
    const held = await probe.getPermissions(guildId, id, signal);
    const needed = missing(held, NEEDED);
    const useful = missing(held, USEFUL);
    const lacking = [...needed, ...useful].join(', ');
    if (needed.length > 0) {
      const message = `cannot give commands in ${where}: it lacks ${lacking}`;
      return say.error('room_permissions', message, remedy);
    }
    if (useful.length === 0) return say.ok('room', `may give commands in ${where}`);
    const message = `lacks permissions in ${where}: ${lacking}; pictures that callers send, or results that were missed, may be lost`;
    return say.warn('room_permissions', message, remedy);
  } catch (error) {
    signal.throwIfAborted();
    const message = `its permissions in ${where} could not be read: ${toGatewayError(error).message}`;
    const wanted = [...NEEDED, ...USEFUL].join(', ');
    return say.warn('permissions_unknown', message, `Look in Discord that it has: ${wanted}.`);
  }
}

/** Only a hint: what cannot be counted is not told. */
async function sizeFindings(
  bot: StudioBotConfig,
  guildId: string,
  { commands }: CheckedAccount,
  say: Findings,
  signal: AbortSignal,
): Promise<Finding[]> {
  const members = await commands.getMemberCount(guildId, signal).catch(() => undefined);
  signal.throwIfAborted();
  if (members === undefined || members <= LARGEST_QUIET_GUILD) return [];
  const message = `the guild has about ${members} members: Discord does not show every message of so large a guild, and results may come late`;
  const remedy =
    bot.driver === 'pika'
      ? `The channel is read every ${bot.pollSeconds} s besides (pollSeconds); the direct messages with the bot show all at once.`
      : 'Draw in a small guild of your own to which you invite the bot, or in its direct messages.';
  return [say.warn('guild_large', message, remedy)];
}
