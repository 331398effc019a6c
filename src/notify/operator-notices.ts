import { randomUUID } from 'node:crypto';
import type { StudioView } from '../core/tasks.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';

/** What notices to the operator are made with. */
export interface OperatorNoticesOptions extends OutboxOptions {
  /** The operator's own address, from the configuration; with none nothing is told. */
  readonly url: string | null;
  /** Ids of deliveries; random by default. */
  readonly newId?: (() => string) | undefined;
}

/** Tells the operator how the accounts are. */
export interface OperatorNotices {
  /** To be called with every change of every account; never waits, never throws. */
  accountChanged(view: StudioView): void;
  /** Takes no more; what waits gets one last try, at most 3 s together. */
  close(): Promise<void>;
}

/** How an account is that nothing was told of. */
const WELL = 'ready  false';

/**
 * Posts each new condition of an account once: that it needs a person, that its fast hours are used up, that all is
 * well again. A lost connection is not told: it is retried, and nobody needs to do anything.
 */
export function createOperatorNotices(options: OperatorNoticesOptions): OperatorNotices {
  const outbox = new Outbox(options);
  const told = new Map<string, string>();
  const newId = options.newId ?? randomUUID;
  return {
    accountChanged(view) {
      if (options.url === null || view.condition === 'offline') return;
      const key = `${view.botId} ${view.accountId}`;
      const condition = `${view.condition} ${view.reason ?? ''} ${view.isSlow}`;
      if ((told.get(key) ?? WELL) === condition) return;
      told.set(key, condition);
      const body = JSON.stringify(renderNotice(view));
      outbox.put({ key, deliveryId: newId(), url: options.url, matters: true, body: () => body });
    },
    close: () => outbox.close(),
  };
}

/** A notice; `since` is in milliseconds since the epoch, `message` one English sentence. Holds no secret. */
function renderNotice(view: StudioView) {
  return {
    type: 'account',
    account: view.accountId,
    bot: view.botId,
    state: view.condition,
    fast: !view.isSlow,
    reason: view.reason ?? null,
    text: view.text ?? null,
    link: view.link ?? null,
    remedy: view.remedy ?? null,
    since: view.since,
    message: sentenceOf(view),
  };
}

function sentenceOf({ accountId, botId, condition, reason, remedy, isSlow }: StudioView): string {
  const subject = `Account "${accountId}" of bot "${botId}"`;
  const because = reason === undefined ? '' : ` (${reason})`;
  const advice = remedy === undefined ? '' : `: ${remedy.replace(/\.+$/, '')}`;
  switch (condition) {
    case 'paused':
      return `${subject} is paused${because} and takes no new work${advice}.`;
    case 'disabled':
      return `${subject} is disabled${because}${advice}.`;
    case 'draining':
      return `${subject} ends its work and takes no more${because}.`;
    case 'offline':
      return `${subject} is not connected to Discord.`;
    case 'ready':
      return isSlow
        ? `${subject} has used up its fast hours and works in relax mode.`
        : `${subject} is ready again.`;
  }
}
