import type { CancelTimer, Clock } from '../../core/clock.ts';
import type { Snowflake } from '../../core/discord.ts';
import type { OpenedFrame, OpenedModal } from '../../core/interaction.ts';
import type { TaskEvent, TaskVerb } from '../../core/task.ts';
import type { SentJob, TaskJob } from '../../core/task-driver.ts';
import type { Expectation } from './expectation.ts';
import { Inbox } from './inbox.ts';
import type { KeyKind } from './key-kind.ts';
import { type Key, keyOf, textsKey, WORDLESS, wordsKey } from './keys.ts';
import type { BotKnowledge } from './knowledge.ts';
import type { Matchable } from './open-jobs.ts';
import type { JobTimes } from './time-limits.ts';

/** So long after its first sign a job counts as known by the message that shows it, in milliseconds. */
const KNOWN_AFTER_MS = 2_000;

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
  /** See `Matchable`. */
  sentSince: number | undefined;
  /** When its interaction was handed to Discord. */
  sentAt: number | undefined;
  /** How often it was sent. */
  attempts = 0;
  /** Resolves once its result can be told from all others by an id, as far as it ever will be. */
  readonly known: Promise<void>;
  readonly #knownBy: readonly KeyKind[];
  #becomeKnown = () => {};
  #stopKnowing: CancelTimer | undefined;
  /** The form that was opened for it: a doubled event must not fill it in twice. */
  #formId: Snowflake | undefined;

  constructor(
    job: SentJob,
    applicationId: Snowflake,
    bot: Pick<BotKnowledge, 'expectationOf' | 'promptKey' | 'echoOf' | 'knownBy'>,
  ) {
    this.id = job.id;
    this.applicationId = applicationId;
    this.expects = bot.expectationOf(job.request);
    this.prompt = bot.echoOf(job);
    this.words = bot.promptKey(this.prompt);
    this.startedAt = job.startedAt;
    // With a nonce it was maybe sent by an earlier run.
    this.sentSince = job.trace.nonce === undefined ? undefined : job.startedAt;
    this.parentMessageId = job.request.verb === 'act' ? job.parent?.trace.messageId : undefined;
    this.parentJobId = job.request.verb === 'act' ? job.parent?.trace.jobId : undefined;
    for (const key of keysOf(job, this.#textKey(job.request.verb))) this.keys.add(key);
    const { progressMessageId, jobId } = job.trace;
    const wasSeen = progressMessageId !== undefined || jobId !== undefined;
    this.known = new Promise((resolve) => {
      this.#becomeKnown = resolve;
    });
    // The bot gives what it answers in texts no id of its own.
    this.#knownBy =
      this.expects.answer === 'texts' ? [...bot.knownBy, 'interaction', 'message'] : bot.knownBy;
    if (this.#isKnown()) this.#becomeKnown();
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

  /** To be called when something was heard of it: the bot's own id may be known now, or be long in coming. */
  meet(clock: Clock): void {
    if (this.#isKnown()) this.part();
    else if (this.isHeard) this.#stopKnowing ??= clock.after(KNOWN_AFTER_MS, this.#becomeKnown);
  }

  /** To be called when it is known, or over. */
  part(): void {
    this.#stopKnowing?.();
    this.#becomeKnown();
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

  #textKey(verb: TaskVerb): Key | undefined {
    if (verb === 'describe' || verb === 'shorten') return textsKey(verb);
    return wordsKey(this.words) ?? (this.expects.answer === 'picture' ? WORDLESS : undefined);
  }

  #isKnown(): boolean {
    return [...this.keys].some((key) => this.#knownBy.some((kind) => key.startsWith(`${kind}:`)));
  }

  /** Ends the job with an error. */
  fail(error: Error): void {
    this.steps.push({ type: 'fail', error });
  }
}

/** What is known of a job before anything was seen of it in this process. */
function keysOf(job: SentJob, textKey: Key | undefined): Key[] {
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
