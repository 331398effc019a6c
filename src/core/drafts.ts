import type { AttemptEvent } from './attempt.ts';
import type { ChatAnswer, ChatEvent, ChatRequest, Usage } from './chat.ts';
import type { Clock } from './clock.ts';
import type { Action, EndReason } from './driver.ts';
import type { Media } from './media.ts';
import type { ChatReport } from './observe.ts';

/** The answer while it grows. */
export class AnswerDraft {
  text = '';
  reason: EndReason = 'stop';
  #media: Media[] = [];
  #suggestions: readonly Action[] = [];

  /** Takes an event in; gives what of it concerns the caller. */
  take(event: AttemptEvent): ChatEvent | undefined {
    if (event.type === 'attempt-restarted') this.#clear();
    else if (event.type === 'text-delta') this.text += event.text;
    else if (event.type === 'text-replaced') this.text = event.text;
    else if (event.type === 'media-ready') this.#media.push(event.media);
    else {
      if (event.type === 'actions-offered') this.#suggestions = event.actions;
      if (event.type === 'job-ended') this.#end(event.reason, event.media);
    }
    return isShown(event) ? event : undefined;
  }

  #end(reason: EndReason, media: readonly Media[]): void {
    this.reason = reason;
    this.#media = [...media];
  }

  #clear(): void {
    this.text = '';
    this.#media = [];
    this.#suggestions = [];
  }

  /** The whole answer at this moment. */
  finish(usage: Usage): ChatAnswer {
    return {
      text: this.text,
      media: this.#media,
      suggestions: this.#suggestions,
      reason: this.reason,
      usage,
    };
  }
}

function isShown(event: AttemptEvent): event is Exclude<ChatEvent, { type: 'answer-completed' }> {
  return event.type === 'text-delta' || event.type === 'text-replaced' || event.type === 'media-ready';
}

/** The report while the chat runs. */
export class ReportDraft {
  botId = '';
  outcome: ChatReport['outcome'] = 'left';
  readonly #request: ChatRequest;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #firstTextMs: number | undefined;
  #usage: Usage | undefined;

  constructor(request: ChatRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Something was shown to the caller. */
  shown(): void {
    this.#firstTextMs ??= this.#clock.now() - this.#startedAt;
  }

  /** The answer came to its end. */
  complete(answer: AnswerDraft, usage: Usage): void {
    this.outcome = answer.reason === 'length' ? 'cut' : 'completed';
    this.#usage = usage;
  }

  /** What was used, also when the answer did not come to its end. */
  used(usage: Usage): void {
    this.#usage ??= usage;
  }

  /** The report at this moment. */
  finish(): ChatReport {
    const { caller, model, requestId } = this.#request;
    return {
      botId: this.botId,
      callerId: caller.id,
      model: model ?? '',
      requestId,
      outcome: this.outcome,
      firstTextMs: this.#firstTextMs,
      totalMs: this.#clock.now() - this.#startedAt,
      usage: this.#usage,
    };
  }
}
