/** How this dialect has a drawing bot work: an order, its progress, its result. */
import type { Caller } from '../../core/caller.ts';
import { GatewayError } from '../../core/errors.ts';
import { hasEnded, type Task, type TaskVerb } from '../../core/task.ts';
import type { TaskOrder, TaskReceipt, TaskService } from '../../core/tasks.ts';

/** Response header with the id of the task that a request has begun. */
export const TASK_HEADER = 'x-cordgate-task-id';

/** Who orders, and how long somebody is there to read the result. */
export interface Client {
  readonly service: TaskService;
  readonly caller: Caller;
  /** Aborted when the caller has left or the gateway stops; a task that has begun goes on all the same. */
  readonly signal: AbortSignal;
}

/** An order without what the client adds. */
export type Order = Omit<TaskOrder, 'caller' | 'signal'>;

/** Stands for all who may use every bot, to tell a model that is refused from one that does not exist. */
export const ANYBODY: Caller = { id: '', admin: false, bots: ['*'] };

/** True when a drawing or filming bot offers the model, whoever may use it. */
export function isTaskModel(service: TaskService, model: string): boolean {
  return service.taskModels(ANYBODY).some(({ id }) => id === model);
}

/** What the bots of a model can do. */
export function verbsOf(service: TaskService, model: string): readonly TaskVerb[] {
  return service.taskModels(ANYBODY).find(({ id }) => id === model)?.verbs ?? [];
}

/**
 * Submits an order. Where a button opens a form for words (remix mode), those of the order or of its parent are given.
 * @throws GatewayError what `submitTask` and `fillForm` throw
 */
export async function submit({ service, caller, signal }: Client, order: Order): Promise<TaskReceipt> {
  const receipt = await service.submitTask({ ...order, caller, signal });
  const { id, status, request } = receipt.task;
  return status === 'form' ? service.fillForm(caller, id, { prompt: request.prompt }) : receipt;
}

/**
 * A task's states, the last one its success.
 * @throws GatewayError why it failed; the signal's reason
 */
export async function* follow({ service, caller, signal }: Client, id: string): AsyncGenerator<Task> {
  let last: Task | undefined;
  for await (const task of service.watchTask(caller, id, signal)) {
    last = task;
    if (task.status === 'succeeded' || !hasEnded(task)) yield task;
  }
  if (last?.status === 'succeeded') return;
  if (last?.failure) throw new GatewayError(last.failure.code, last.failure.message);
  signal.throwIfAborted();
  throw stopping();
}

/** Waits for a task. @throws GatewayError why it failed; the signal's reason */
export async function finish(client: Client, id: string): Promise<Task> {
  let last: Task | undefined;
  for await (const task of follow(client, id)) last = task;
  if (last) return last;
  throw new GatewayError('internal', 'The task ended without an end.');
}

/** Submits an order and waits for its end. @throws GatewayError */
export async function run(client: Client, order: Order): Promise<Task> {
  const { task } = await submit(client, order);
  return finish(client, task.id);
}

/** Told to those who wait for a picture while the gateway stops: the task is saved and goes on. */
export function stopping(): GatewayError {
  return new GatewayError('shutting_down', 'The gateway is stopping; the task goes on when it is back.', {
    retryAfterMs: 5_000,
  });
}
