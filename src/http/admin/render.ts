import type { Task } from '../../core/task.ts';
import type { StudioView } from '../../core/tasks.ts';

/** An account of a drawing or filming bot, as the management API shows it. Times are milliseconds since the epoch. */
export function renderAccount(view: StudioView) {
  const { accountId, botId, condition, isSlow, ...rest } = view;
  return { account: accountId, bot: botId, state: condition, fast: !isSlow, ...rest };
}

/** A task as the management API shows it: all that is known, but for what only the bot or the receiver may see. */
export function renderTask(task: Task) {
  const { botId, callerId, accountId, request, notify, ...rest } = task;
  const { form, ...asked } = request;
  return {
    ...rest,
    bot: botId,
    key: callerId,
    account: accountId,
    request: {
      ...asked,
      ...(form ? { form: { prompt: form.prompt, hasMask: form.mask !== undefined } } : {}),
    },
    // Path and query of a callback may hold a secret of the receiver.
    ...(notify ? { notify: { origin: originOf(notify.url), dialect: notify.dialect } } : {}),
  };
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? '';
}
