import type { DiscordPort, Message, Snowflake } from '../../core/discord.ts';
import type { BotDriver, BotEvent, Job, Room } from '../../core/driver.ts';
import { readLatest } from './latest.ts';
import type { CozeOptions } from './options.ts';
import { composePrompt, layOutPrompt, type PromptPart } from './prompt.ts';
import { readAnswer } from './reader.ts';

/** What the driver itself needs of a Coze bot's options. */
export type CozeRoomOptions = Pick<CozeOptions, 'idleMs' | 'deadlineMs' | 'longPrompt'>;

/**
 * Talks to a bot that Coze hosts on Discord: a message that mentions it is answered by a reply that it keeps editing.
 * @throws GatewayError answer_timeout, account_limited, bot_exhausted, bot_busy, bot_failed, and all that
 * `DiscordPort.send` throws
 */
export const cozeDriver: BotDriver<CozeRoomOptions> = {
  name: 'coze',
  verbs: ['chat'],
  run: runChat,
  latest: readLatest,
};

async function* runChat(job: Job, room: Room<CozeRoomOptions>): AsyncGenerator<BotEvent> {
  const watching = new AbortController();
  const stopWatching = () => watching.abort();
  room.signal.throwIfAborted();
  room.signal.addEventListener('abort', stopWatching, { once: true });
  try {
    // Watch first, then send: a fast answer is never lost.
    const changes = room.listen.watch({ channelId: room.channelId }, watching.signal);
    const promptIds = new Set<Snowflake>();
    yield* sendPrompt(job, room, promptIds);
    yield* readAnswer(changes, {
      scope: { botUserId: room.botUserId, promptIds, unsettled: room.unsettled },
      readBack: (signal) => readBack(room, promptIds, signal),
      clock: room.clock,
      idleMs: room.options.idleMs,
      // What an earlier attempt has used up is gone.
      deadlineMs: Math.max(0, room.startedAt + room.options.deadlineMs - room.clock.now()),
      signal: room.signal,
    });
  } catch (error) {
    room.signal.throwIfAborted();
    throw error;
  } finally {
    room.signal.removeEventListener('abort', stopWatching);
    watching.abort();
  }
}

/** Most messages of one reading: the answer follows its prompt. */
const PAGE = 100;

/** The messages after the first one of the prompt, oldest first. */
function readBack(
  { listen, channelId }: Room<CozeRoomOptions>,
  promptIds: ReadonlySet<Snowflake>,
  signal: AbortSignal,
): Promise<Message[]> {
  const [after] = promptIds;
  return listen.history(channelId, after === undefined ? { limit: PAGE } : { after, limit: PAGE }, signal);
}

async function* sendPrompt(
  job: Job,
  room: Room<CozeRoomOptions>,
  promptIds: Set<Snowflake>,
): AsyncGenerator<BotEvent> {
  const parts = layOutPrompt(composePrompt(job.messages), room.botUserId, room.options.longPrompt);
  for (const [index, part] of parts.entries()) {
    const nonce = room.ids.nonce();
    yield { type: 'job-submitted', nonce };
    const isLast = index === parts.length - 1;
    const message = await sendPart(room.send, room, part, nonce, isLast);
    promptIds.add(message.id);
    yield { type: 'job-accepted', messageId: message.id };
  }
}

function sendPart(
  sender: DiscordPort,
  room: Room<CozeRoomOptions>,
  part: PromptPart,
  nonce: string,
  mentionsBot: boolean,
): Promise<Message> {
  const mentionUserIds = mentionsBot ? [room.botUserId] : [];
  return sender.send(room.channelId, { ...part, nonce, mentionUserIds }, room.signal);
}
