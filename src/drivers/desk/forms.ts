/** The forms that a pressed button opens, filled in for the caller. */
import { GatewayError } from '../../core/errors.ts';
import type { Interaction, OpenedFrame, OpenedModal } from '../../core/interaction.ts';
import type { TaskJob } from '../../core/task-driver.ts';
import { pauseOf } from './account-notices.ts';
import type { DeskRoom, FrameAnswer } from './knowledge.ts';
import { fillModal } from './modals.ts';
import { parentPrompt } from './open-job.ts';
import { humanRequired, type Unsent } from './sending.ts';

const MOST_SHOWN = 200;

/** The answer to a form: the caller's words, else what the field holds already. @throws GatewayError invalid_request */
export function answerTo(modal: OpenedModal, job: TaskJob, applicationId: string, room: DeskRoom): Unsent {
  const components = fillModal(modal, { prompt: wordsFor(job) });
  const { guildId, channelId } = room;
  return (nonce): Interaction => ({
    type: 'modal',
    applicationId,
    guildId,
    channelId,
    nonce,
    modalId: modal.id,
    customId: modal.customId,
    components,
  });
}

function wordsFor({ request, parent }: TaskJob): string | undefined {
  if (request.form?.prompt !== undefined) return request.form.prompt;
  const isNew = request.prompt !== '' && request.prompt !== parent?.request.prompt;
  return isNew && request.prompt !== parentPrompt(parent) ? request.prompt : undefined;
}

/**
 * Answers a page of the bot's own, such as Midjourney's for painting a region. A lost answer leaves open whether it was taken: then the bot's message tells.
 * @throws GatewayError human_required for a page that asks for a person, invalid_request when the caller gave nothing to
 * answer with, bot_failed when the page refuses
 */
export async function answerFrame(
  frame: OpenedFrame,
  job: TaskJob,
  applicationId: string,
  room: DeskRoom,
  signal: AbortSignal,
): Promise<void> {
  if (room.bot.isCheck(frame)) {
    room.report(pauseOf('captcha', frame.title, room));
    throw humanRequired(`The bot asks for a person: ${frame.title}.`, room);
  }
  const answer = await post(frame, applicationId, room.bot.answerFrame(frame, job), room, signal);
  if (answer === undefined || answer.status === 200) return;
  const said = answer.body.slice(0, MOST_SHOWN);
  throw new GatewayError('bot_failed', `The page of the bot answered HTTP ${answer.status}: ${said}`);
}

async function post(
  frame: OpenedFrame,
  applicationId: string,
  { path, body }: FrameAnswer,
  room: DeskRoom,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  try {
    return await room.port.postToActivity(frame.applicationId ?? applicationId, path, body, signal);
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof GatewayError ? error.code : undefined;
    if (code !== 'discord_timeout' && code !== 'discord_unreachable') throw error;
    return undefined;
  }
}
