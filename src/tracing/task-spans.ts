import type { Span } from '@opentelemetry/api';
import { hasEnded, type Task, type TaskStatus } from '../core/task.ts';
import type { SpanFactory } from './sdk.ts';

/** One span for the life of each task, however many requests look at it. */
export class TaskSpans {
  readonly #factory: () => SpanFactory | undefined;
  readonly #running = new Map<string, { readonly span: Span; status: TaskStatus }>();

  constructor(factory: () => SpanFactory | undefined) {
    this.#factory = factory;
  }

  /** The span of a task that has not ended. */
  of(taskId: string): Span | undefined {
    return this.#running.get(taskId)?.span;
  }

  /** A task has changed; `parent` is the span in which that happened. */
  changed(task: Task, parent: Span | undefined): void {
    const known = this.#running.get(task.id);
    if (hasEnded(task)) {
      this.#running.delete(task.id);
      if (known) endSpan(known.span, task);
      return;
    }
    const entry = known ?? this.#begin(task, parent);
    if (!entry || entry.status === task.status) return;
    entry.status = task.status;
    entry.span.addEvent(task.status);
    entry.span.setAttribute('cordgate.account', task.accountId);
  }

  /** What has not ended goes on in the next process, as a span of its own. */
  handOver(): void {
    for (const { span } of this.#running.values()) {
      span.setAttribute('cordgate.outcome', 'handed-over');
      span.end();
    }
    this.#running.clear();
  }

  #begin(task: Task, parent: Span | undefined) {
    const span = this.#factory()?.start({
      name: `task ${task.request.verb}`,
      kind: 'internal',
      // Only the request that has taken it in: a later change may happen inside of anybody's.
      parent: task.revision === 1 ? parent : undefined,
      startedAt: task.submittedAt,
      attributes: {
        'cordgate.task': task.id,
        'cordgate.bot': task.botId,
        'cordgate.driver': task.driver,
        'cordgate.verb': task.request.verb,
        'cordgate.account': task.accountId,
      },
    });
    if (!span) return undefined;
    const entry = { span, status: task.status };
    this.#running.set(task.id, entry);
    return entry;
  }
}

function endSpan(span: Span, { accountId, status, failure, finishedAt }: Task): void {
  span.setAttribute('cordgate.account', accountId);
  span.setAttribute('cordgate.outcome', status);
  if (failure) {
    span.setAttribute('error.type', failure.code);
    // The words of a failure may repeat the prompt: only its code is told.
    span.setStatus({ code: 2, message: failure.code });
  }
  span.end(finishedAt);
}
