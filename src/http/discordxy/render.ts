import type { Task, TaskAction, TaskStatus } from '../../core/task.ts';
import { clipOf, isVideo, showsClip } from '../clips.ts';
import { actionWord, wordFor } from './actions.ts';

/** A success in this dialect's shape. */
export function success<Result>(result: Result) {
  return { code: 0, result, message: 'Success' };
}

/** The words of the seed document. */
const STATUS_WORDS: Readonly<Record<TaskStatus, string>> = {
  form: 'Submit',
  queued: 'Queuing',
  submitted: 'Submit',
  accepted: 'Create',
  waiting: 'Queuing',
  running: 'Running',
  succeeded: 'Success',
  failed: 'Failed',
  cancelled: 'Failed',
  'timed-out': 'Timeout',
};

/** The CDN as Discord writes it into links. */
const DISCORD_CDN = 'https://cdn.discordapp.com/';

/**
 * A task as `status` and callbacks show it: the seed document's fields, unknown ones empty as Go's structs marshal
 * them, then those that cordgate adds.
 * @param cdn address that stands in `imageUrl` in place of https://cdn.discordapp.com
 * @param pressedMessageId the message whose button was pressed, where it is known; else the one that the result replies to
 */
export function renderTask(task: Task, cdn: string, pressedMessageId = '') {
  const { trace } = task;
  const image = task.media.find((media) => !isVideo(media))?.url ?? '';
  const video = (showsClip(task) && clipOf(task)?.url) || '';
  return {
    action: actionWord(task),
    channelId: task.channelId,
    finalPrompt: task.title ?? task.finalPrompt ?? '',
    finishTime: seconds(task.finishedAt),
    imageRawUrl: image,
    imageUrl: onCdn(image, cdn),
    messageHash: trace.jobId ?? '',
    messageId: trace.messageId ?? '',
    nonce: trace.nonce ?? '',
    ...paramsOf(task, pressedMessageId),
    progress: `${task.percent}%`,
    prompt: task.request.prompt,
    referenceMessageId: trace.referenceMessageId ?? '',
    startTime: seconds(task.startedAt),
    status: STATUS_WORDS[task.status],
    submitTime: seconds(task.submittedAt),
    taskId: task.id,
    failReason: task.failure?.message ?? '',
    previewUrl: onCdn(task.preview?.url ?? '', cdn),
    videoRawUrl: video,
    videoUrl: onCdn(video, cdn),
    text: task.text ?? '',
    warning: task.warning ?? '',
    state: task.state ?? '',
    buttons: task.actions.map(renderButton),
  };
}

/** A task of Pika: the nonce of the seed document is what the submission gave; Discord's own stands beside it. */
export function renderPikaTask(task: Task, cdn: string, pressedMessageId?: string) {
  const rendered = renderTask(task, cdn, pressedMessageId);
  return { ...rendered, nonce: task.id, discordNonce: rendered.nonce };
}

/** Which button a change presses; left out of all other tasks. The index is a text. */
function paramsOf({ request, trace }: Task, pressedMessageId: string) {
  if (request.action === undefined) return {};
  const { customId, index } = request.action;
  // `MJ::JOB::reroll::0::<uuid>`: the fourth part is the index, also where the button has none to show.
  const written = /^\d+$/.exec(customId.split('::')[3] ?? '')?.[0] ?? '';
  const params = {
    customId,
    index: index === undefined ? written : String(index),
    messageId: pressedMessageId || (trace.referenceMessageId ?? ''),
  };
  return { params };
}

function renderButton(action: TaskAction) {
  const { customId, label, emoji, style, type } = action;
  return { customId, label, emoji, style, type, action: wordFor(action) };
}

function onCdn(url: string, cdn: string): string {
  return url.startsWith(DISCORD_CDN) ? `${cdn.replace(/\/+$/, '')}/${url.slice(DISCORD_CDN.length)}` : url;
}

/** Unix seconds; 0 for what has not happened. */
function seconds(atMs: number | undefined): number {
  return atMs === undefined ? 0 : Math.floor(atMs / 1000);
}
