import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { hasEnded, type Task } from '../core/task.ts';
import { TASK_BUCKETS } from './buckets.ts';

/** Keeps count of tasks by the changes that are told of them. */
export class TaskLedger {
  readonly #open = new Map<string, Pick<Task, 'botId' | 'status'>>();
  readonly #outcomes: Counter<'bot' | 'verb' | 'outcome'>;
  readonly #waits: Histogram<'bot'>;
  readonly #durations: Histogram<'bot' | 'verb'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#outcomes = new Counter({
      name: 'cordgate_tasks_ended_total',
      help: 'Tasks that ended, by bot, verb and outcome (succeeded, or the code of the failure).',
      labelNames: ['bot', 'verb', 'outcome'],
      registers,
    });
    this.#waits = new Histogram({
      name: 'cordgate_task_wait_seconds',
      help: 'Time from taking a task to sending it to Discord.',
      labelNames: ['bot'],
      buckets: TASK_BUCKETS,
      registers,
    });
    this.#durations = new Histogram({
      name: 'cordgate_task_duration_seconds',
      help: 'Time from sending a task to Discord to its success.',
      labelNames: ['bot', 'verb'],
      buckets: TASK_BUCKETS,
      registers,
    });
    this.#registerOpen(registry);
  }

  /** Takes up tasks of an earlier run. */
  takeUp(tasks: readonly Task[]): void {
    for (const { id, botId, status } of tasks) this.#open.set(id, { botId, status });
  }

  /** A task has changed. What is told after its end, or of one that ended before the start, counts nothing. */
  changed(task: Task): void {
    const { id, botId, status } = task;
    if (!hasEnded(task)) this.#open.set(id, { botId, status });
    else if (this.#open.delete(id)) this.#count(task);
  }

  #count({ botId: bot, request, status, failure, submittedAt, startedAt, finishedAt }: Task): void {
    const { verb } = request;
    this.#outcomes.inc({ bot, verb, outcome: status === 'succeeded' ? status : (failure?.code ?? status) });
    if (startedAt === undefined) return;
    this.#waits.observe({ bot }, Math.max(0, startedAt - submittedAt) / 1000);
    if (status !== 'succeeded' || finishedAt === undefined) return;
    this.#durations.observe({ bot, verb }, Math.max(0, finishedAt - startedAt) / 1000);
  }

  #registerOpen(registry: Registry): void {
    const open = this.#open;
    new Gauge({
      name: 'cordgate_tasks_open',
      help: 'Tasks that have not ended, by bot and state.',
      labelNames: ['bot', 'state'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { botId: bot, status: state } of open.values()) this.inc({ bot, state });
      },
    });
  }
}
