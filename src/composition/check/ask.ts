/** `cordgate check --ask`: one real prompt through the whole chain. It writes to Discord, so it is never done unasked. */

import { type Config, type CozeBotConfig, isCoze } from '../../config/schema.ts';
import type { ChatBot } from '../../core/bot.ts';
import type { Caller } from '../../core/caller.ts';
import type { ChatAnswer } from '../../core/chat.ts';
import { systemClock } from '../../core/clock.ts';
import type { Snowflake } from '../../core/discord.ts';
import { toGatewayError } from '../../core/errors.ts';
import { randomIds } from '../../core/ids.ts';
import { silentLog } from '../../core/log.ts';
import { createParts, type Parts } from '../parts.ts';
import { logIn, openParts, stopParts } from '../running.ts';
import { type Finding, type Findings, findingsOf } from './finding.ts';

/** What the bots are asked. */
export const QUESTION = 'This is a test of the connection. Please answer with one short sentence.';

/** Longest time for one answer, in milliseconds; a smaller `deadlineMs` counts. */
const PATIENCE_MS = 60_000;
const SHOWN_CHARACTERS = 80;
const CONVERSATION = 'cordgate-check';

/**
 * Asks every chat bot one question, each in a channel of its own that is deleted afterwards, and tells what it answered
 * and how fast, or what is likely wrong. Costs a message per bot; bots that draw are left alone, for pictures cost more. Rejects only with the signal's reason.
 * @param findings what was found before: a bot with an error is not asked
 */
export async function askBots(
  config: Config,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const errors = findings.filter(({ level }) => level === 'error');
  const isBroken = ({ id, listen }: CozeBotConfig) =>
    errors.some(({ bot, account }) => (bot === undefined ? account === listen : bot === id));
  const chatting = config.bots.filter(isCoze);
  const able = chatting.filter((bot) => !isBroken(bot));
  const drawing = config.bots.filter((bot) => !isCoze(bot)).map(({ id }) => notDrawn(id));
  const skipped = [...drawing, ...chatting.filter(isBroken).map(({ id }) => notAsked(id))];
  return able.length === 0 ? skipped : [...skipped, ...(await askAll(config, able, signal))];
}

function notAsked(bot: string): Finding {
  const message = 'was not asked, because of the errors above';
  return findingsOf({ bot }).warn('not_asked', message, 'Repair these first, then check again.');
}

function notDrawn(bot: string): Finding {
  const message = 'was not asked for a picture: that would cost its account time or money';
  return findingsOf({ bot }).ok('not_drawn', message);
}

async function askAll(
  config: Config,
  bots: readonly CozeBotConfig[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const clock = systemClock;
  const single = bots.flatMap(oneByOne);
  const parts = createParts(
    forAsking(
      config,
      single.map(({ bot }) => bot),
    ),
    { clock, ids: randomIds(clock), log: silentLog },
  );
  try {
    await openParts(parts);
    await logIn(parts, signal);
    const asked = await Promise.all(single.map((target) => askBot(parts, target, config, signal)));
    signal.throwIfAborted();
    return asked.flat();
  } finally {
    await stopParts(parts, () => Promise.resolve());
  }
}

/** A bot with one Coze bot behind it, under an id of its own. */
interface Target {
  readonly bot: CozeBotConfig;
  /** Its id in the configuration. */
  readonly id: string;
  /** What it is called in findings. */
  readonly name: string;
}

/** Each of several Coze bots is asked by itself: a pool would choose one of them. */
function oneByOne(bot: CozeBotConfig): Target[] {
  const { id, botUserIds } = bot;
  return botUserIds.map((userId) => ({
    bot: { ...bot, id: `${id}/${userId}`, botUserIds: [userId] },
    id,
    name: botUserIds.length > 1 ? `the Coze bot ${userId} ` : '',
  }));
}

/** The same bots without anything that would outlast the question. */
function forAsking(config: Config, bots: readonly CozeBotConfig[]): Config {
  return {
    ...config,
    store: { ...config.store, driver: 'memory' },
    bots: bots.map((bot) => ({
      ...bot,
      spareChannels: 0,
      conversations: {},
      deadlineMs: Math.min(bot.deadlineMs, PATIENCE_MS),
      keepalive: { ...bot.keepalive, everyMinutes: 0 },
    })),
  };
}

async function askBot(
  parts: Parts,
  target: Target,
  { accounts }: Config,
  signal: AbortSignal,
): Promise<Finding[]> {
  const say = findingsOf({ bot: target.id });
  const bot = parts.bots.find(({ setup }) => setup.id === target.bot.id);
  if (!bot) return [];
  const caller = { id: CONVERSATION, admin: false, bots: [target.bot.id] };
  const startedAt = parts.tools.clock.now();
  let channelId: Snowflake | undefined;
  const findings: Finding[] = [];
  try {
    channelId = (await parts.http.service.createConversation(caller, CONVERSATION, signal)).channelId;
    const answer = await answerOf(parts, caller, signal);
    findings.push(answered(answer, parts.tools.clock.now() - startedAt, target.name, say));
  } catch (error) {
    const onlyBots = accounts.every(({ id, kind }) => kind === 'bot' || !target.bot.send.includes(id));
    findings.push(unanswered(error, onlyBots, target.name, say));
  }
  if (channelId !== undefined) findings.push(...(await tidyUp(bot, channelId, say)));
  return findings;
}

async function answerOf({ chat, tools }: Parts, caller: Caller, signal: AbortSignal): Promise<ChatAnswer> {
  const { events } = chat.chat({
    caller,
    model: undefined,
    messages: [{ role: 'user', text: QUESTION, files: [] }],
    streamed: false,
    conversation: CONVERSATION,
    signal,
    requestId: `check-${tools.ids.hex()}`,
  });
  for await (const event of events) if (event.type === 'answer-completed') return event.answer;
  throw new Error('the answer ended without an end');
}

function answered({ text, media }: ChatAnswer, tookMs: number, who: string, say: Findings): Finding {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  const start = characters.slice(0, SHOWN_CHARACTERS).join('');
  const more = characters.length > SHOWN_CHARACTERS ? '…' : '';
  const shown = line === '' ? `${media.length} pictures or files` : `"${start}${more}"`;
  return say.ok('answered', `${who}answered within ${(tookMs / 1_000).toFixed(1)} s: ${shown}`);
}

function unanswered(error: unknown, onlyBotsSend: boolean, who: string, say: Findings): Finding {
  const { code, message, hint } = toGatewayError(error);
  if (code !== 'answer_timeout')
    return say.error('not_answered', `${who}did not answer (${code}): ${message}`, hint);
  const remedy = onlyBotsSend
    ? 'Most likely the Coze bot ignores what bots write: send with an account of kind: user. Else see on coze.com whether it is published to Discord and has credits left.'
    : 'See on coze.com whether the bot is published to Discord and has credits left, and write to it in Discord by hand.';
  return say.error('not_answered', `${who}did not answer: ${message}`, remedy);
}

/** Deletes the channel here and now: the gateway itself would do it after the question, when it is already stopping. */
async function tidyUp(bot: ChatBot, channelId: Snowflake, say: Findings): Promise<Finding[]> {
  try {
    await bot.setup.listener.port.deleteChannel(channelId);
    return [];
  } catch (error) {
    const message = `the channel "${CONVERSATION}" (${channelId}) could not be deleted: ${toGatewayError(error).message}`;
    return [say.warn('channel_left', message, 'Delete it in Discord.')];
  }
}
