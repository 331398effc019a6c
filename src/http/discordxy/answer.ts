/** How the paths of this dialect answer: with the id of a new task, or with a task. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/caller.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Task } from '../../core/task.ts';
import type { TaskOrder, TaskService } from '../../core/tasks.ts';
import { departureOf } from '../departure.ts';
import { callerOf } from '../request-context.ts';
import { success } from './render.ts';
import { readTaskId } from './request.ts';

/** Response header that names what the gateway did not obey. */
const WARNINGS_HEADER = 'x-cordgate-warnings';

/** How a path asks for a task, and shows it. */
export interface StatusForm {
  /** The parameter that holds the id. */
  readonly name: 'taskId' | 'nonce';
  readonly render: (task: Task, pressedMessageId: string | undefined) => unknown;
}

/** Submits an order; answers with the id of its task. @throws GatewayError what `submitTask` throws */
export async function submit(
  service: TaskService,
  request: FastifyRequest,
  reply: FastifyReply,
  order: Omit<TaskOrder, 'caller' | 'signal'>,
): Promise<unknown> {
  return answer(reply, async (signal) => {
    // No path of this dialect fills a form: an order that needs one would wait for ever.
    const answerable = { ...order, cannotBeAsked: true, caller: callerOf(request), signal };
    const { task } = await service.submitTask(answerable);
    return success(task.id);
  });
}

/** Answers with the task that the query names. @throws GatewayError invalid_request, task_not_found */
export async function status(
  service: TaskService,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, render }: StatusForm,
): Promise<unknown> {
  const caller = callerOf(request);
  const id = readTaskId((request.query as Readonly<Record<string, unknown>>)[name], name);
  return answer(reply, async (signal) => {
    const task = await service.findTask(caller, id, signal);
    if (task) return success(render(task, await pressedMessage(service, caller, task, signal)));
    throw new GatewayError('task_not_found', 'There is no task of this id.', { param: name });
  });
}

/** Tells what is not obeyed. */
export function warn(reply: FastifyReply, ...warnings: readonly (string | undefined)[]): void {
  const said = warnings.filter((warning) => warning !== undefined);
  if (said.length > 0) reply.header(WARNINGS_HEADER, said.join('; '));
}

/** Only names that a header can carry are repeated. */
export function ignoredWarning(ignored: readonly string[]): string | undefined {
  const names = ignored.filter((name) => /^[\w.-]{1,40}$/.test(name)).slice(0, 20);
  return names.length > 0 ? `unsupported parameters ignored: ${names.join(', ')}` : undefined;
}

/** The message whose button a change presses: its parent's; undefined when that is forgotten. */
async function pressedMessage(service: TaskService, caller: Caller, task: Task, signal: AbortSignal) {
  const { parentId, action } = task.request;
  if (parentId === undefined || action === undefined) return undefined;
  const parent = await service.findTask(caller, parentId, signal);
  return parent?.trace.messageId;
}

/** To a caller who has left nothing is said. */
async function answer(reply: FastifyReply, work: (signal: AbortSignal) => Promise<unknown>) {
  const signal = departureOf(reply);
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return reply.hijack();
  }
}
