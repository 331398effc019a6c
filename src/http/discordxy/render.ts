import type { Task, TaskAction, TaskStatus } from '../../core/task.ts';
import { clipOf, isVideo, showsClip } from '../clips.ts';
import type { LinkOf } from '../links.ts';
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

/**
 * A task as `status` and callbacks show it: the seed document's fields, unknown ones empty as Go's structs marshal
 * them, then those that cordgate adds.
 * @param linkOf gives `imageUrl` and `videoUrl`; the raw ones are Discord's own
 * @param pressedMessageId the message whose button was pressed, where it is known; else the one that the result replies to
 */
export function renderTask(task: Task, linkOf: LinkOf, pressedMessageId = '') {
  const { trace } = task;
  const image = task.media.find((media) => !isVideo(media));
  const video = showsClip(task) ? clipOf(task) : undefined;
  const { preview } = task;
  return {
    action: actionWord(task),
    channelId: task.channelId,
    finalPrompt: task.title ?? task.finalPrompt ?? '',
    finishTime: seconds(task.finishedAt),
    imageRawUrl: image?.url ?? '',
    imageUrl: image ? linkOf(image) : '',
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
    previewUrl: preview ? linkOf(preview) : '',
    videoRawUrl: video?.url ?? '',
    videoUrl: video ? linkOf(video) : '',
    text: task.text ?? '',
    warning: task.warning ?? '',
    state: task.state ?? '',
    buttons: task.actions.map(renderButton),
  };
}

/** A task of Pika: the nonce of the seed document is what the submission gave; Discord's own stands beside it. */
export function renderPikaTask(task: Task, linkOf: LinkOf, pressedMessageId?: string) {
  const rendered = renderTask(task, linkOf, pressedMessageId);
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

/** Unix seconds; 0 for what has not happened. */
function seconds(atMs: number | undefined): number {
  return atMs === undefined ? 0 : Math.floor(atMs / 1000);
}
