/** Composition: what happens to the parts from their opening to their end. */
import type { ChatBot } from '../core/bot.ts';
import { sleep } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Parts } from './parts.ts';
import type { Tools } from './tools.ts';

/** How long running answers get at a stop, in milliseconds. */
const GRACE_MS = 5_000;

/** Sees all bots. */
const EVERYONE = { id: '', admin: true, bots: ['*'] };

/** How long the start waits for the accounts to log in before it goes on all the same, in milliseconds. */
const LOGIN_PATIENCE_MS = 8_000;

/** Pauses between two tries to reach the store, in milliseconds. */
const STORE_PAUSE_MS = { first: 250, longest: 5_000 } as const;

/**
 * Opens the store. One that cannot be reached is waited for: `onWaiting` is called once, when it begins to be.
 * @throws Error when the store can never be used
 */
export async function openStore({ store, tools }: Parts, onWaiting: () => Promise<unknown>): Promise<void> {
  const { first, longest } = STORE_PAUSE_MS;
  for (let pauseMs: number = first; ; pauseMs = Math.min(2 * pauseMs, longest)) {
    try {
      return await store.open();
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'store_unavailable') throw error;
      tools.log.warn(
        { reason: error.message, retryInMs: pauseMs },
        'the store does not answer; trying again',
      );
      if (pauseMs === first) await onWaiting();
      await sleep(tools.clock, pauseMs, new AbortController().signal);
    }
  }
}

/** Reads what must be known before the first request. */
export async function openParts({ accounts, tasks, store, keeping, observing, http }: Parts): Promise<void> {
  await http.admin?.keyBook?.open();
  for (const account of accounts.values()) await account.quota.open();
  observing.metrics.tasksTakenUp(await store.openTasks());
  await tasks.open();
  keeping?.keeper.start();
}

/**
 * Connects the accounts that read. What is not there after a while is waited for by the requests that need it.
 * @param signal gives the start up
 */
export async function logIn(
  { bots, tasks, accounts, live, tools }: Parts,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return;
  const reading = new Set(bots.map((bot) => bot.setup.listener.port));
  const drawing = new Set(tasks.studios(EVERYONE).map(({ accountId }) => accountId));
  const listening = [...accounts.values()].filter(
    ({ client, config }) => reading.has(client) || drawing.has(config.id),
  );
  for (const { client } of listening) client.connect();
  const patience = new AbortController();
  const giveUp = () => patience.abort();
  const cancel = tools.clock.after(LOGIN_PATIENCE_MS, giveUp);
  signal?.addEventListener('abort', giveUp, { once: true });
  await Promise.allSettled(listening.map(({ client }) => client.whenReady(patience.signal)));
  cancel();
  if (signal?.aborted) return;
  await openBots(bots, tools);
  live.keepalive.start();
}

/** Requests wait for the channels if Discord does not answer; the start does not. */
async function openBots(bots: readonly ChatBot[], { clock, log }: Tools): Promise<void> {
  const opening = bots.map((bot) =>
    bot.open().catch((error: unknown) => {
      log.error({ bot: bot.setup.id, error: String(error) }, 'the bot could not be opened');
    }),
  );
  const patience = new AbortController();
  await Promise.race([
    Promise.all(opening),
    sleep(clock, LOGIN_PATIENCE_MS, patience.signal).catch(() => {}),
  ]);
  patience.abort();
}

/**
 * Takes no new work, lets running answers end within 5 s while `closeDoors` runs, then stops everything.
 * @param closeDoors is given a promise that resolves once no answer is on its way any more
 */
export async function stopParts(
  parts: Parts,
  closeDoors: (answered: Promise<void>) => Promise<unknown>,
): Promise<void> {
  const { chat, tasks, notices, live, usage, keeping, accounts, store, observing } = parts;
  live.keepalive.stop();
  const answered = chat.close(GRACE_MS);
  await Promise.all([answered, closeDoors(answered)]);
  await tasks.close();
  await keeping?.keeper.close();
  await notices.close();
  await Promise.allSettled([...accounts.values()].map(({ client }) => client.close()));
  await usage.write();
  await store.close();
  await observing.tracing?.close();
}
