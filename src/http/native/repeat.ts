import type { Caller } from '../../core/caller.ts';
import { GatewayError } from '../../core/errors.ts';
import { hasEnded, type Task } from '../../core/task.ts';
import type { TaskOrder } from '../../core/tasks.ts';

/**
 * The order that asks for the same as a task did.
 * @param knows true for a model that the caller may use
 * @throws GatewayError parent_unfinished (it has not ended), not_repeatable (its pictures are not kept)
 */
export function repeatOrder(
  task: Task,
  caller: Caller,
  knows: (model: string) => boolean,
  signal: AbortSignal,
): TaskOrder {
  if (!hasEnded(task)) {
    throw new GatewayError('parent_unfinished', `Task ${task.id} has not ended.`, {
      hint: 'Wait for its end, or cancel it first.',
    });
  }
  const { request } = task;
  if (request.files > 0) {
    throw new GatewayError(
      'not_repeatable',
      `The ${request.files === 1 ? 'picture' : 'pictures'} that came with task ${task.id} were not kept.`,
    );
  }
  const { verb, links, parentId, action, form, files: _files, prompt, ...rest } = request;
  return {
    ...rest,
    ...(knows(task.model) ? { model: task.model } : { driver: task.driver }),
    caller,
    verb,
    // The words of a button were stored with its form.
    prompt: verb === 'act' ? '' : prompt,
    images: links.map((url) => ({ type: 'link', url })),
    parentId,
    action: action && { customId: action.customId },
    form: form && {
      ...(form.prompt === undefined ? {} : { prompt: form.prompt }),
      ...(form.mask === undefined ? {} : { mask: form.mask }),
    },
    accountId: task.isPinned ? task.accountId : undefined,
    state: task.state,
    notify: task.notify,
    signal,
  };
}
