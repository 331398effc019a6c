import type { StudioView } from '../../core/tasks.ts';

/** How Discordxy's configuration calls the drivers. */
const DRIVER_NAMES: ReadonlyMap<string, string> = new Map([['midjourney', 'mj']]);

/** An account of a bot, as `GET /client/online` shows it; what is not known is empty or 0. Holds no secret. */
export function renderStudio(view: StudioView) {
  return {
    account: view.accountId,
    bot: view.botId,
    driver: view.driver,
    name: DRIVER_NAMES.get(view.driver) ?? view.driver,
    guildId: view.guildId ?? '',
    channelId: view.channelId,
    online: view.condition === 'ready' && !isSpent(view),
    state: view.condition,
    reason: view.reason ?? (isSpent(view) ? 'daily_limit' : ''),
    text: view.text ?? (isSpent(view) ? `The dailyLimit of ${view.dailyLimit} messages is used up.` : ''),
    link: view.link ?? '',
    remedy: view.remedy ?? '',
    since: Math.floor(view.since / 1000),
    running: view.running,
    queued: view.queued,
    concurrency: view.concurrency,
    queueSize: view.queueLimit,
    fast: !view.isSlow,
    sentToday: view.sentToday ?? 0,
    dailyLimit: view.dailyLimit ?? 0,
  };
}

/** True when the account has sent as much today as it may. */
function isSpent({ sentToday = 0, dailyLimit }: StudioView): boolean {
  return dailyLimit !== undefined && sentToday >= dailyLimit;
}
