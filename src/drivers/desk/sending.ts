/** What is sent to Discord for a job, and what its refusals mean. */
import { discordCode, type Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ApplicationCommand, Interaction, StoredFile } from '../../core/interaction.ts';
import type { MediaFile } from '../../core/media.ts';
import type { TaskRequest } from '../../core/task.ts';
import type { AccountNotice, TaskJob } from '../../core/task-driver.ts';
import { linkOf, pauseOf } from './account-notices.ts';
import type { CommandBook } from './command-book.ts';
import type { DeskRoom } from './knowledge.ts';

/** An interaction that still lacks its nonce. */
export type Unsent = (nonce: string) => Interaction;

/** Discord's code for a message that is gone (Discord docs, "JSON Error Codes"). */
const UNKNOWN_MESSAGE = 10_008;
/**
 * Discord's codes for a bot that is not here any more, and for a command that was taken back, or registered anew under
 * another id.
 */
const GONE: ReadonlySet<number> = new Set([10_002, 10_063]);
/** How long to wait when Discord asks to slow down and does not say for how long. */
const LIMITED_MS = 5_000;

/** Puts a picture into the room's channel; gives the link of its attachment. */
export async function postPicture(room: DeskRoom, file: MediaFile, signal: AbortSignal): Promise<string> {
  const draft = { content: '', nonce: room.ids.nonce(), files: [file], mentionUserIds: [] };
  const message = await room.port.send(room.channelId, draft, signal);
  const link = message.attachments?.[0]?.url;
  if (link !== undefined) return link;
  throw new GatewayError('discord_refused', 'Discord took the picture but gave no link to it.');
}

/** Makes ready what a job sends first: its button, or its command with the files that go with it. */
export function prepare(
  job: TaskJob,
  applicationId: Snowflake,
  room: DeskRoom,
  book: CommandBook,
  signal: AbortSignal,
): Promise<Unsent> {
  if (job.request.verb === 'act') return Promise.resolve(pressing(job, applicationId, room));
  return prepareCommand(job, applicationId, room, book, signal);
}

function pressing(job: TaskJob, applicationId: Snowflake, room: DeskRoom): Unsent {
  const { action } = job.request;
  const { messageId, messageFlags = 0 } = job.parent?.trace ?? {};
  if (action === undefined || messageId === undefined) {
    throw new GatewayError('parent_gone', 'The message that carries the button is not known.');
  }
  const { guildId, channelId } = room;
  const { customId } = action;
  return (nonce) => ({
    type: 'component',
    applicationId,
    guildId,
    channelId,
    nonce,
    messageId,
    messageFlags,
    customId,
  });
}

async function prepareCommand(
  job: TaskJob,
  applicationId: Snowflake,
  room: DeskRoom,
  book: CommandBook,
  signal: AbortSignal,
): Promise<Unsent> {
  const { request, files } = await withFiles(job, room, signal);
  const { bot } = room;
  const call = bot.commandOf(request, files);
  const command = await book.command(call.name, applicationId, signal);
  const { options, files: attached } = bot.fitCall?.(call, command) ?? call;
  const { guildId, channelId } = room;
  return (nonce) => ({
    type: 'command',
    applicationId,
    guildId,
    channelId,
    nonce,
    command,
    options,
    files: attached,
  });
}

/** Some commands take pictures as links in their prompts, the others as files in Discord's storage. */
async function withFiles(
  { request, files }: TaskJob,
  room: DeskRoom,
  signal: AbortSignal,
): Promise<{ request: TaskRequest; files: StoredFile[] }> {
  const takesLinks = room.bot.takesLinks(request.verb);
  const links: string[] = [];
  const stored: StoredFile[] = [];
  for (const file of files) {
    if (takesLinks) links.push(await postPicture(room, file, signal));
    else stored.push(await room.port.store(room.channelId, file, signal));
  }
  return { request: { ...request, links: [...links, ...request.links] }, files: stored };
}

/** What Discord's answer to an interaction means. */
export type Refusal =
  /** Nobody knows whether it was taken: wait for the bot. */
  | { readonly type: 'unknown' }
  | { readonly type: 'outdated'; readonly command: ApplicationCommand }
  /** Not taken now, but it would be later. */
  | { readonly type: 'limited'; readonly error: Error; readonly afterMs: number }
  | { readonly type: 'refused'; readonly error: Error; readonly notice?: AccountNotice };

/** Reads an error that `interact` threw. */
export function readRefusal(error: unknown, interaction: Interaction, room: DeskRoom): Refusal {
  if (!(error instanceof GatewayError)) return { type: 'refused', error: asError(error) };
  switch (error.code) {
    case 'discord_timeout':
    case 'discord_unreachable':
      return { type: 'unknown' };
    case 'command_outdated':
      return interaction.type === 'command'
        ? { type: 'outdated', command: interaction.command }
        : { type: 'refused', error };
    // Nothing has left: without a connection Discord could not tell what becomes of it.
    case 'account_offline':
    case 'rate_limited':
      return { type: 'limited', error, afterMs: error.retryAfterMs ?? LIMITED_MS };
    case 'human_required':
      return checked(error, room);
    case 'discord_refused':
      return interaction.type === 'command' && GONE.has(discordCode(error) ?? 0)
        ? { type: 'outdated', command: interaction.command }
        : refused(error, room);
    default:
      return { type: 'refused', error };
  }
}

function checked(error: GatewayError, room: DeskRoom): Refusal {
  const notice = pauseOf('discord_captcha', error.message, room);
  return { type: 'refused', error: humanRequired(error.message, room, error), notice };
}

function refused(error: GatewayError, room: DeskRoom): Refusal {
  if (discordCode(error) === UNKNOWN_MESSAGE) {
    const text = 'The message that carries the button is gone.';
    return { type: 'refused', error: new GatewayError('parent_gone', text, { cause: error }) };
  }
  // A page of some proxy in between is no verdict of Discord's: that carries a code.
  const isForbidden = statusOf(error) === 403 && (discordCode(error) ?? 0) > 0;
  return isForbidden
    ? { type: 'refused', error, notice: pauseOf('refused', error.message, room) }
    : { type: 'refused', error };
}

/** HTTP status of Discord's answer; see `DiscordRefusal`. */
function statusOf(error: GatewayError): number | undefined {
  const { cause } = error;
  const hasStatus = typeof cause === 'object' && cause !== null && 'status' in cause;
  return hasStatus && typeof cause.status === 'number' ? cause.status : undefined;
}

/** The error of a check that only a person may answer, with the place where that can be done. */
export function humanRequired(text: string, room: DeskRoom, cause?: unknown): GatewayError {
  const hint = `Open ${linkOf(room)} in Discord with this account, answer the check, then resume the account.`;
  return new GatewayError('human_required', text, cause === undefined ? { hint } : { hint, cause });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
