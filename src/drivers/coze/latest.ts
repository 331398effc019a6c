import type { Message, Snowflake } from '../../core/discord.ts';
import type { LatestAnswer, ReadingRoom } from '../../core/driver.ts';
import { type Answer, EMPTY_ANSWER, hasBegun, mediaOf, takeMessage, textOf, textsOf } from './answer.ts';
import { judge } from './limits.ts';

/** One page of history holds the last prompt and its answer; more would be another conversation's length. */
const PAGE = 100;

/** The answer to the newest prompt in a channel, read from its history. */
export async function readLatest(room: ReadingRoom<unknown>): Promise<LatestAnswer | undefined> {
  const history = await room.listen.history(room.channelId, { limit: PAGE }, room.signal);
  for (const prompt of history.toReversed()) {
    const botUserId = addressee(prompt, room.botUserIds);
    if (botUserId === undefined) continue;
    const answer = answerTo(prompt, botUserId, history);
    // What Coze says about its limits is no answer.
    if (!hasBegun(answer) || textsOf(answer).some((text) => typeof judge(text) === 'object'))
      return undefined;
    return { text: textOf(answer), media: mediaOf(answer) };
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
