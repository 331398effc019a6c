/** Composition: who is told of changes outside of HTTP answers: callbacks of tasks, and the operator. */
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Copies } from '../core/keeping.ts';
import { withTrueCopies } from '../core/kept-tasks.ts';
import type { Log } from '../core/log.ts';
import type { CallbackOutcome } from '../core/observe.ts';
import type { Task } from '../core/task.ts';
import type { TaskChange } from '../core/tasks.ts';
import { renderTask as renderForDiscordxy, renderPikaTask } from '../http/discordxy/render.ts';
import { PIKA_DIALECT } from '../http/discordxy/request.ts';
import { createLinks } from '../http/links.ts';
import { renderTask as renderForProxy } from '../http/midjourney-proxy/render.ts';
import { DIALECT as NATIVE_DIALECT } from '../http/native/order.ts';
import { renderTask as renderNatively } from '../http/native/render.ts';
import { createGuardedPost } from '../media/post.ts';
import { createOperatorNotices } from '../notify/operator-notices.ts';
import { createTaskHooks } from '../notify/task-hooks.ts';

/** Tells others of changes. */
export interface Notices {
  /** Never waits, never throws. */
  changed(change: TaskChange): void;
  /** @throws GatewayError invalid_request, media_forbidden */
  checkHook(url: string): Promise<void>;
  /** What waits gets one last try. */
  close(): Promise<void>;
}

/** The operator's own address is trusted: it comes from the configuration. */
const ANYWHERE = ['0.0.0.0/0', '::/0'];

/** Makes the notices that the configuration asks for. */
export function createNotices(
  { webhooks, discord, server }: Config,
  tools: {
    clock: Clock;
    log: Log;
    copies?: Copies | undefined;
    onTold: (taskId: string) => void;
    onOutcome?: (outcome: CallbackOutcome) => void;
  },
): Notices {
  const { allowPrivate, secret, operator } = webhooks;
  const guarded = createGuardedPost({ allowPrivate });
  const trusted = createGuardedPost({ allowPrivate: ANYWHERE });
  const linkOf = createLinks({ publicUrl: server.publicUrl, cdn: discord.cdn }).unasked;
  const shown = (task: Task) => withTrueCopies(task, tools.copies);
  const hooks = createTaskHooks({
    ...tools,
    secret,
    post: (url, call) => guarded.post(url, call),
    render: {
      'midjourney-proxy': (task) => renderForProxy(shown(task), linkOf),
      discordxy: (task) => renderForDiscordxy(shown(task), linkOf),
      [PIKA_DIALECT]: (task) => renderPikaTask(shown(task), linkOf),
      [NATIVE_DIALECT]: (task) => renderNatively(shown(task), linkOf),
    },
  });
  const notices = createOperatorNotices({
    ...tools,
    secret,
    url: operator,
    post: (url, call) => trusted.post(url, call),
  });
  return {
    changed(change) {
      if (change.type === 'task-changed') hooks.taskChanged(change.task);
      else notices.accountChanged(change.account);
    },
    checkHook: (url) => guarded.checkHook(url),
    close: async () => void (await Promise.all([hooks.close(), notices.close()])),
  };
}
