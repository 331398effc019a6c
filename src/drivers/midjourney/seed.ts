/** Asks Midjourney for the seed of a finished job. */
import type { Message, MessageChange, Snowflake } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import { findCommand } from '../desk/find-command.ts';
import type { DeskRoom } from '../desk/knowledge.ts';
import { paceOf } from '../desk/pace.ts';
import { isFinal } from '../desk/sighting.ts';
import { commandOptions } from './commands.ts';
import { parseMessage } from './parse.ts';

/** The reaction on which the bot writes what it knows of a job. */
const ENVELOPE = '✉️';
/** Longest wait for each of its two answers, together. */
const PATIENCE_MS = 90_000;

/** In a direct message: `/show` the job, react to it with an envelope, read `**seed** 123`. @throws GatewayError bot_failed */
export async function askSeed(
  jobId: string,
  applicationId: Snowflake,
  room: DeskRoom,
  signal: AbortSignal,
): Promise<string> {
  const leaving = new AbortController();
  const cancel = room.clock.after(PATIENCE_MS, () => leaving.abort(silent(jobId)));
  const whole = AbortSignal.any([signal, leaving.signal]);
  try {
    const channelId = await room.port.openDirectChannel(applicationId, whole);
    const changes = room.port.watch({ channelId }, whole);
    await show(jobId, applicationId, channelId, room, whole);
    return await readSeed(changes, jobId, channelId, room, whole);
  } catch (error) {
    whole.throwIfAborted();
    throw error;
  } finally {
    cancel();
    leaving.abort();
  }
}

function silent(jobId: string): GatewayError {
  const seconds = Math.round(PATIENCE_MS / 1_000);
  return new GatewayError('bot_failed', `The bot told no seed of job ${jobId} within ${seconds} s.`);
}

async function show(
  jobId: string,
  applicationId: Snowflake,
  channelId: Snowflake,
  room: DeskRoom,
  signal: AbortSignal,
): Promise<void> {
  const request = { verb: 'show', prompt: '', links: [], files: 0, jobId } as const;
  const { name, options } = commandOptions(request, []);
  const command = findCommand(await room.port.commands({ channelId }, signal), name, applicationId);
  if (!command) {
    throw new GatewayError('command_missing', `The bot offers no command /${name} in direct messages.`);
  }
  await paceOf(room.port).turn(room.clock, room.bot.limits.spacingMs, signal);
  const nonce = room.ids.nonce();
  await room.port.interact({ type: 'command', applicationId, channelId, nonce, command, options }, signal);
}

async function readSeed(
  changes: AsyncIterable<MessageChange>,
  jobId: string,
  channelId: Snowflake,
  room: DeskRoom,
  signal: AbortSignal,
): Promise<string> {
  let wasAsked = false;
  for await (const change of changes) {
    if (change.type !== 'message-created' && change.type !== 'message-updated') continue;
    const seed = seedIn(change.message, jobId);
    if (seed !== undefined) return seed;
    if (wasAsked || !shows(change.message, jobId)) continue;
    wasAsked = true;
    await room.port.react(channelId, change.message.id, ENVELOPE, signal);
  }
  throw silent(jobId);
}

function shows(message: Message, jobId: string): boolean {
  const parsed = parseMessage(message);
  return parsed.jobId === jobId && isFinal({ parsed });
}

/** `**Job ID**: 1c1a… **seed** 123`. */
function seedIn(message: Message, jobId: string): string | undefined {
  const { says } = parseMessage(message);
  if (says.type !== 'words' || says.of !== 'seed') return undefined;
  const text = message.content ?? says.text;
  return text.includes(jobId) ? /\bseed\b\D*?(\d+)/i.exec(text)?.[1] : undefined;
}
