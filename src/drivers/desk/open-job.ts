import type { Snowflake } from '../../core/discord.ts';
import type { OpenedFrame, OpenedModal } from '../../core/interaction.ts';
import type { TaskEvent } from '../../core/task.ts';
import type { TaskJob } from '../../core/task-driver.ts';
import type { Expectation } from './expectation.ts';
import { Inbox } from './inbox.ts';
import { type Key, keyOf, WORDLESS, wordsKey } from './keys.ts';
import type { BotKnowledge } from './knowledge.ts';
import type { Matchable } from './open-jobs.ts';
import type { JobTimes } from './time-limits.ts';

/** What whoever runs the job has to do next. */
export type Step =
  | { readonly type: 'event'; readonly event: TaskEvent }
  /** Send. */
  | { readonly type: 'send' }
  | { readonly type: 'modal'; readonly modal: OpenedModal }
  | { readonly type: 'frame'; readonly frame: OpenedFrame }
  | { readonly type: 'fail'; readonly error: Error };

/** One job that runs: how it is recognised, what has happened to it, and what is to be done for it. */
export class OpenJob implements Matchable {
  readonly id: string;
  readonly applicationId: Snowflake;
  readonly expects: Expectation;
  /** The prompt that the bot may repeat. */
  readonly prompt: string;
  readonly words: string;
  readonly startedAt: number;
  readonly parentMessageId: Snowflake | undefined;
  readonly parentJobId: string | undefined;
  readonly keys = new Set<Key>();
  readonly times: JobTimes;
  readonly steps = new Inbox<Step>();
  /** Flags of the message that shows it: an update may leave out what did not change. */
  messageFlags = 0;
  /** The button that cancels it, as the message that shows its progress offers it. */
  cancelId: string | undefined;
  /** When an event last told anything of it, unlike what was found in the channel's history. */
  toldAt: number | undefined;
  /** True once the message that showed its progress was deleted. */
  isCleared = false;
  /** When its interaction was handed to Discord. */
  sentAt: number | undefined;
  /** How often it was sent. */
  attempts = 0;
  /** The form that was opened for it: a doubled event must not fill it in twice. */
  #formId: Snowflake | undefined;

  constructor(
    job: TaskJob,
    applicationId: Snowflake,
    bot: Pick<BotKnowledge, 'expectationOf' | 'promptKey' | 'echoOf'>,
  ) {
    this.id = job.id;
    this.applicationId = applicationId;
    this.expects = bot.expectationOf(job.request);
    this.prompt = bot.echoOf(job);
    this.words = bot.promptKey(this.prompt);
    this.startedAt = job.startedAt;
    this.parentMessageId = job.request.verb === 'act' ? job.parent?.trace.messageId : undefined;
    this.parentJobId = job.request.verb === 'act' ? job.parent?.trace.jobId : undefined;
    const textKey = wordsKey(this.words) ?? (this.expects.answer === 'picture' ? WORDLESS : undefined);
    for (const key of keysOf(job, textKey)) this.keys.add(key);
    const { progressMessageId, jobId } = job.trace;
    const wasSeen = progressMessageId !== undefined || jobId !== undefined;
    this.times = {
      startedAt: job.startedAt,
      askedAt: job.startedAt,
      heardAt: wasSeen ? job.startedAt : undefined,
      waitingSince: undefined,
      waitedMs: 0,
      failedAt: undefined,
      clearedAt: undefined,
      mayHaveMissed: false,
      resend: undefined,
    };
  }

  /** True once the bot has shown anything of it. */
  get isHeard(): boolean {
    return this.times.heardAt !== undefined;
  }

  /** Hands an event to the caller. */
  tell(event: TaskEvent): void {
    this.steps.push({ type: 'event', event });
  }

  /** It was refused for certain, but only for now: plans to send it again, once. */
  sendAgain(at: number, refusal: Error): void {
    this.times.resend ??= { at, refusal };
    this.times.heardAt = undefined;
    this.steps.stir();
  }

  /** Has the form that opened filled in, once. */
  openForm(step: Extract<Step, { type: 'modal' | 'frame' }>): void {
    const { id } = step.type === 'modal' ? step.modal : step.frame;
    if (this.#formId === id) return;
    this.#formId = id;
    this.steps.push(step);
  }

  /** Ends the job with an error. */
  fail(error: Error): void {
    this.steps.push({ type: 'fail', error });
  }
}

/** What is known of a job before anything was seen of it in this process. */
function keysOf(job: TaskJob, textKey: Key | undefined): Key[] {
  const { trace, request, parent } = job;
  const keys: (Key | undefined)[] = [
    trace.nonce === undefined ? undefined : keyOf('nonce', trace.nonce),
    trace.formNonce === undefined ? undefined : keyOf('nonce', trace.formNonce),
    trace.interactionId === undefined ? undefined : keyOf('interaction', trace.interactionId),
    trace.progressMessageId === undefined ? undefined : keyOf('message', trace.progressMessageId),
    trace.jobId === undefined ? undefined : keyOf('job', trace.jobId),
    textKey,
  ];
  if (request.verb === 'act' && parent?.trace.messageId !== undefined) {
    keys.push(keyOf('parent', parent.trace.messageId));
  }
  return keys.filter((key) => key !== undefined);
}

/** The prompt of the finished task whose button is pressed. */
export function parentPrompt(parent: TaskJob['parent']): string {
  return parent?.finalPrompt ?? parent?.request.prompt ?? '';
}
