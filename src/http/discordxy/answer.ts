/** How the paths of this dialect answer: with the id of a new task, or with a task. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/caller.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Task } from '../../core/task.ts';
import type { TaskOrder, TaskService } from '../../core/tasks.ts';
import { departureOf } from '../departure.ts';
import { measuresOf, regionOf } from '../mask.ts';
import { press, wordsWarning } from '../pressing.ts';
import { callerOf } from '../request-context.ts';
import { ignoredWarning, warn } from '../warnings-header.ts';
import { offeredWords } from './actions.ts';
import { success } from './render.ts';
import { type ChangeRequest, readTaskId } from './request.ts';

/** How a path asks for a task, and shows it. */
export interface StatusForm {
  /** The parameter that holds the id. */
  readonly name: 'taskId' | 'nonce';
  readonly render: (task: Task, pressedMessageId: string | undefined) => unknown;
}

/** An order of this dialect: no path of it fills a form, so that one that needs it would wait for ever. */
type Order = Omit<TaskOrder, 'caller' | 'signal' | 'cannotBeAsked'>;

/** Submits an order; answers with the id of its task. @throws GatewayError what `submitTask` throws */
export async function submit(
  service: TaskService,
  request: FastifyRequest,
  reply: FastifyReply,
  order: Order,
): Promise<unknown> {
  return answer(reply, async (signal) => {
    const asked = { ...order, cannotBeAsked: true, caller: callerOf(request), signal };
    const { task } = await service.submitTask(asked);
    return success(task.id);
  });
}

/**
 * Presses a button; answers with the id of its task. A form that the button opens keeps the words it shows, unless others
 * are given.
 * @throws GatewayError what `submitTask` throws, media_invalid
 */
export async function change(
  { service, driver, warnings }: Changing,
  request: FastifyRequest,
  reply: FastifyReply,
  { taskId: parentId, action, asked, prompt, mask, state, notify, ignored }: ChangeRequest,
): Promise<unknown> {
  const caller = callerOf(request);
  const ahead = [ignoredWarning(ignored), ...warnings];
  warn(reply, ...ahead);
  return answer(reply, async (signal) => {
    const findParent = () => service.findTask(caller, parentId, signal);
    const region = mask === undefined ? undefined : await regionFor(mask, await findParent());
    const form = { ...(prompt === '' ? {} : { prompt }), ...(region === undefined ? {} : { mask: region }) };
    const order = { driver, verb: 'act', prompt, images: [], parentId, form, state, notify } as const;
    const { task } = await press({
      action,
      asked,
      offered: offeredWords,
      findParent,
      submit: (wish) => service.submitTask({ ...order, action: wish, cannotBeAsked: true, caller, signal }),
    }).catch(inOwnNames);
    warn(reply, ...ahead, wordsWarning(task, prompt));
    return success(task.id);
  });
}

/** What pressing a button needs beside the request. */
export interface Changing {
  readonly service: TaskService;
  readonly driver: string;
  /** What is to be said of the request beyond its ignored fields. */
  readonly warnings: readonly (string | undefined)[];
}

const MASK_FORM = { marks: 'white', param: 'maskBase64' } as const;

function regionFor(mask: string, parent: Task | undefined): Promise<string> {
  return regionOf(Buffer.from(mask, 'base64'), parent && measuresOf(parent), MASK_FORM);
}

/** What a form lacks is told by the name of the field that this dialect has for it. */
function inOwnNames(error: unknown): never {
  if (!(error instanceof GatewayError) || error.code !== 'invalid_request') throw error;
  const name = error.param === 'mask' ? 'maskBase64' : error.param;
  if (name !== 'maskBase64' && name !== 'prompt') throw error;
  throw new GatewayError('invalid_request', `${error.message.replace(/\.$/, '')}: the field "${name}".`, {
    param: name,
    hint:
      name === 'prompt'
        ? 'Send the words as "prompt".'
        : 'Send a PNG as base64, white where it shall change.',
    cause: error,
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
