import type { Message, Snowflake } from '../../core/discord.ts';
import type { LatestAnswer, ReadingRoom } from '../../core/driver.ts';
import { type Answer, EMPTY_ANSWER, hasBegun, mediaOf, takeMessage, textOf } from './answer.ts';

/** One page of history holds the last prompt and its answer; more would be another conversation's length. */
const PAGE = 100;

/** The answer to the newest prompt in a channel, read from its history. */
export async function readLatest(room: ReadingRoom<unknown>): Promise<LatestAnswer | undefined> {
  const history = await room.listen.history(room.channelId, { limit: PAGE }, room.signal);
  for (const prompt of history.toReversed()) {
    const botUserId = addressee(prompt, room.botUserIds);
    if (botUserId === undefined) continue;
    const answer = answerTo(prompt, botUserId, history);
    return hasBegun(answer) ? { text: textOf(answer), media: mediaOf(answer) } : undefined;
  }
  return undefined;
}

/** The bot that a message of somebody else mentions. */
function addressee(message: Message, botUserIds: readonly Snowflake[]): Snowflake | undefined {
  if (message.author === undefined || botUserIds.includes(message.author.id)) return undefined;
  return botUserIds.find((id) => message.content?.includes(`<@${id}>`));
}

function answerTo(prompt: Message, botUserId: Snowflake, history: readonly Message[]): Answer {
  const scope = { botUserId, promptIds: new Set([prompt.id]), unsettled: false };
  return history.reduce((answer, message) => takeMessage(answer, message, scope), EMPTY_ANSWER);
}
