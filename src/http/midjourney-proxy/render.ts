import type { Media } from '../../core/media.ts';
import type { Task, TaskAction, TaskStatus } from '../../core/task.ts';
import type { StudioView, TaskReceipt } from '../../core/tasks.ts';
import { showsClip } from '../clips.ts';
import type { LinkOf } from '../links.ts';
import { actionNameOf, descriptionOf } from './action-name.ts';

/** The answer to a submission. */
export interface SubmitAnswer {
  /** 1 taken, 21 waits for words, 22 in line, 23 line full, 24 banned word, 3 not found, 4 invalid, 9 failed. */
  readonly code: number;
  readonly description: string;
  /** Id of the task. */
  readonly result: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Midjourney-Proxy's words for where a task stands. */
const STATUSES: Readonly<Record<TaskStatus, string>> = {
  form: 'MODAL',
  queued: 'NOT_START',
  submitted: 'SUBMITTED',
  accepted: 'IN_PROGRESS',
  waiting: 'IN_PROGRESS',
  running: 'IN_PROGRESS',
  succeeded: 'SUCCESS',
  failed: 'FAILURE',
  'timed-out': 'FAILURE',
  cancelled: 'CANCEL',
};

/**
 * What became of a submission. Clients look for the word `confirm` of code 21, and put `finalPrompt` into the window.
 * @param windowPrompt the words that the window of a waiting task holds
 */
export function renderReceipt({ task, ahead }: TaskReceipt, windowPrompt: string): SubmitAnswer {
  if (task.status === 'form') {
    return {
      code: 21,
      description: 'Waiting for window confirm',
      result: task.id,
      properties: { finalPrompt: windowPrompt, remix: true },
    };
  }
  const instance = { discordInstanceId: task.accountId };
  if (ahead > 0) {
    const properties = { numberOfQueues: ahead, ...instance };
    return { code: 22, description: `排队中，前面还有${ahead}个任务`, result: task.id, properties };
  }
  return { code: 1, description: '提交成功', result: task.id, properties: instance };
}

/** The picture of a task: the result, or while it runs its newest preview. */
export function pictureOf(task: Task): Media | undefined {
  return task.media[0] ?? task.preview;
}

/**
 * A task as `/mj/task/{id}/fetch` and `notifyHook` tell it. What is not known is null, lists are empty.
 * @param linkOf gives the links to pictures and clips
 */
export function renderTask(task: Task, linkOf: LinkOf) {
  const { id, request, trace } = task;
  const words = wordsOf(task);
  return {
    id,
    action: actionNameOf(request),
    status: STATUSES[task.status],
    ...words,
    description: descriptionOf(request),
    state: task.state ?? null,
    submitTime: task.submittedAt,
    startTime: task.startedAt ?? null,
    finishTime: task.finishedAt ?? null,
    ...picturesOf(task, linkOf),
    progress: progressOf(task),
    failReason: task.failure?.message ?? null,
    buttons: task.actions.map(renderButton),
    properties: propertiesOf(task, words.promptFull),
    parentId: request.parentId ?? null,
    botType: request.variant === 'niji' ? 'NIJI_JOURNEY' : 'MID_JOURNEY',
    mode: request.mode?.toUpperCase() ?? null,
    nonce: trace.nonce ?? null,
    messageId: trace.messageId ?? null,
    instanceId: task.accountId,
    channelId: task.channelId,
    jobId: trace.jobId ?? null,
    seed: task.seed ?? null,
    customId: request.action?.customId ?? null,
  };
}

/** The task in the shape of this dialect. */
export type RenderedTask = ReturnType<typeof renderTask>;

/** Answers in words take the place of the prompt: all four of describe, and in part those of shorten. */
function wordsOf(task: Task) {
  const { prompt, verb } = task.request;
  const answer = verb === 'describe' || verb === 'shorten' ? answerOf(task) : undefined;
  const full = answer ?? task.finalPrompt ?? prompt;
  return {
    prompt: verb === 'describe' ? (answer ?? prompt) : prompt,
    promptEn: answer ?? prompt,
    promptFull: full,
  };
}

/** The lines of an answer with their numbers, as the bot shows them: `1️⃣ …`, a blank line between two. */
function answerOf({ text, texts }: Task): string | undefined {
  if (texts === undefined || texts.length === 0) return text;
  return texts.map((line, index) => `${index + 1}\uFE0F\u20E3 ${line}`).join('\n\n');
}

/** A failed task has no progress. */
function progressOf({ status, percent }: Task): string {
  if (status === 'succeeded') return '100%';
  return status === 'failed' || status === 'timed-out' || status === 'cancelled' ? '' : `${percent}%`;
}

function picturesOf(task: Task, linkOf: LinkOf) {
  const picture = pictureOf(task);
  const links = task.media.map((media) => ({ url: linkOf(media) }));
  const clips = showsClip(task) ? links : [];
  const { width = null, height = null, contentType = null } = task.media[0] ?? {};
  return {
    imageUrl: picture === undefined ? null : linkOf(picture),
    imageUrls: links,
    videoUrl: clips[0]?.url ?? null,
    videoUrls: clips,
    imageWidth: width,
    imageHeight: height,
    width,
    height,
    contentType,
  };
}

function renderButton({ customId, emoji, label, style, type }: TaskAction) {
  return { customId, emoji, label, style, type };
}

function propertiesOf({ notify, trace, accountId, warning }: Task, finalPrompt: string) {
  return {
    notifyHook: notify?.url ?? null,
    warning: warning ?? null,
    finalPrompt,
    messageId: trace.messageId ?? null,
    messageHash: trace.jobId ?? null,
    progressMessageId: trace.progressMessageId ?? null,
    flags: trace.messageFlags ?? 0,
    nonce: trace.nonce ?? null,
    discordInstanceId: accountId,
    referencedMessageId: trace.referenceMessageId ?? null,
  };
}

/** An account in a channel; its token is no part of a view, and so of no answer. */
export function renderAccount(view: StudioView) {
  return {
    id: view.accountId,
    guildId: view.guildId ?? null,
    channelId: view.channelId,
    enable: view.condition === 'ready' || view.condition === 'offline' || view.condition === 'draining',
    running: view.condition === 'ready' || view.condition === 'draining',
    disabledReason: view.text ?? view.reason ?? null,
    coreSize: view.concurrency,
    queueSize: view.queueLimit,
    runningCount: view.running,
    queueCount: view.queued,
    dayDrawLimit: view.dailyLimit ?? null,
    dayDrawCount: view.sentToday ?? null,
    fastExhausted: view.isSlow,
    properties: {},
  };
}
