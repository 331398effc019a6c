import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '../e2e/drawing/receiver.ts';
import { waitFor } from '../e2e/drawing/studio.ts';
import { startWhole, type WholeGateway } from './world.ts';

let world: WholeGateway;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startWhole({ heartbeatIntervalMs: 2_500 });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

/** What a metric grew by while something was done. */
async function growthOf(
  name: string,
  labels: Record<string, string>,
  action: () => Promise<unknown>,
): Promise<number> {
  const before = (await world.scrape()).value(name, labels);
  await action();
  const after = await waitFor(
    async () => (await world.scrape()).value(name, labels),
    (value) => !Number.isNaN(value) && value !== before,
    15_000,
  );
  return after - (Number.isNaN(before) ? 0 : before);
}

describe('metrics of a gateway at work', () => {
  it('count one rate-limit wait, of its length, for one 429 of Discord', async () => {
    const wait = { account: 'bridge', limit: 'bucket' };
    world.sim.fault({ type: 'rest', status: 429, method: 'POST', path: '/messages', retryAfterMs: 400 });
    const waits = await growthOf('cordgate_discord_rate_limit_waits_total', wait, () => world.ask('wait'));
    const scrape = await world.scrape();
    expect(waits).toBe(1);
    expect(scrape.value('cordgate_discord_rate_limit_waits_total', { limit: 'global' })).toBeNaN();
    const seconds = scrape.value('cordgate_discord_rate_limit_wait_seconds_total', wait);
    expect(seconds).toBeGreaterThan(0.38);
    expect(seconds).toBeLessThan(2);
    const post = { method: 'POST', route: '/channels/{id}/messages' };
    expect(scrape.value('cordgate_discord_requests_total', { ...post, status: '429' })).toBe(1);
    expect(scrape.value('cordgate_discord_requests_total', { ...post, status: '200' })).toBe(1);
    expect(scrape.value('cordgate_discord_request_duration_seconds_count', post)).toBe(2);
  });

  it('tell global limits from those of a bucket', async () => {
    const wait = { account: 'bridge', limit: 'global' };
    world.sim.fault({
      type: 'rest',
      status: 429,
      global: true,
      method: 'POST',
      path: '/messages',
      retryAfterMs: 100,
    });
    expect(
      await growthOf('cordgate_discord_rate_limit_waits_total', wait, () => world.ask('global')),
    ).toBeGreaterThanOrEqual(1);
  });

  it('show an open stream while it is open, and what the gateway added to each of its pieces', async () => {
    const stream = await world.open('a stream');
    await stream.until(' ');
    const during = await world.scrape();
    expect(during.value('cordgate_streams_open')).toBe(1);
    expect(during.value('cordgate_chats_open', { bot: 'coze' })).toBe(1);
    const { pieces } = await stream.finish();
    const after = await waitFor(
      () => world.scrape(),
      (scrape) => scrape.value('cordgate_streams_open') === 0,
    );
    expect(after.value('cordgate_chats_open', { bot: 'coze' })).toBe(0);
    const inward = { direction: 'to_caller' };
    const measured = after.value('cordgate_added_delay_seconds_count', inward);
    expect(measured).toBeGreaterThanOrEqual(1);
    expect(measured).toBeLessThanOrEqual(pieces.length);
    // An answer of the simulator takes far longer than that: only the gateway's own time is in it.
    expect(after.value('cordgate_added_delay_seconds_sum', inward) / measured).toBeLessThan(0.1);
  });

  it('measure the way to Discord without Discord’s own time', async () => {
    world.sim.fault({ type: 'rest', status: 429, method: 'POST', path: '/messages', retryAfterMs: 1_000 });
    const way = { direction: 'to_discord' };
    const before = (await world.scrape()).value('cordgate_added_delay_seconds_sum', way);
    expect(await growthOf('cordgate_added_delay_seconds_count', way, () => world.ask('outward'))).toBe(1);
    const after = (await world.scrape()).value('cordgate_added_delay_seconds_sum', way);
    expect(after - before).toBeLessThan(0.5);
  });

  it('count requests by dialect, route and status, with their time', async () => {
    const labels = { dialect: 'openai', route: '/v1/models', status: '200' };
    const grown = await growthOf('cordgate_http_requests_total', labels, () => world.get('/v1/models'));
    expect(grown).toBe(1);
    const scrape = await world.scrape();
    const { status: _, ...timed } = labels;
    expect(scrape.value('cordgate_http_request_duration_seconds_count', timed)).toBe(
      scrape.value('cordgate_http_requests_total', { route: '/v1/models' }),
    );
  });

  it('follow tasks from their line to their end', async () => {
    const imagine = { bot: 'midjourney', verb: 'imagine' };
    const id = await world.imagine('a lighthouse', { notifyHook: receiver.url });
    await world.done(id);
    await receiver.next(({ status }) => status === 'Success');
    const scrape = await waitFor(
      () => world.scrape(),
      (now) =>
        now.value('cordgate_webhook_calls_total', { outcome: 'delivered' }) >= receiver.deliveries.length,
    );
    expect(scrape.value('cordgate_webhook_calls_total', { outcome: 'delivered' })).toBe(
      receiver.deliveries.length,
    );
    expect(scrape.value('cordgate_webhook_calls_total', { outcome: 'given-up' })).toBe(0);
    expect(scrape.value('cordgate_tasks_ended_total', { ...imagine, outcome: 'succeeded' })).toBe(1);
    expect(scrape.value('cordgate_task_wait_seconds_count', { bot: 'midjourney' })).toBe(1);
    expect(scrape.value('cordgate_task_duration_seconds_count', imagine)).toBe(1);
    expect(scrape.value('cordgate_queue_depth', { bot: 'midjourney' })).toBe(0);
    expect(scrape.value('cordgate_room_state', { bot: 'midjourney', state: 'ready' })).toBeGreaterThan(0);
  });

  it('show tasks that wait and run, by state, bot and account', async () => {
    for (const { account } of await world.accounts()) await world.order(account, 'pause').catch(() => {});
    const refused = await world.call('/mj/imagine', { prompt: 'nobody is there' });
    expect(refused.status).toBe(503);
    for (const { account } of await world.accounts()) await world.order(account, 'resume').catch(() => {});
    const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => world.imagine(`many ${index}`)));
    const scrape = await world.scrape();
    expect(scrape.value('cordgate_tasks_open', { bot: 'midjourney' })).toBeGreaterThan(0);
    const shown =
      scrape.value('cordgate_queue_depth', { bot: 'midjourney' }) +
      scrape.value('cordgate_tasks_running', { bot: 'midjourney' });
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(12);
    for (const id of ids) await world.done(id);
  });

  it('count failures by their code', async () => {
    world.sim.script({
      midjourney: { match: 'forbidden', notice: 'banned-prompt' },
    });
    const id = await world.imagine('forbidden fruit');
    const { status } = await world.ended(id);
    expect(status).toBe('Failed');
    const scrape = await world.scrape();
    const ended = scrape
      .samples('cordgate_tasks_ended_total')
      .filter(({ labels }) => labels.outcome !== 'succeeded');
    expect(ended).toHaveLength(1);
    expect(ended[0]?.value).toBe(1);
  });

  it('time heartbeats, and count reconnects by kind and code', { timeout: 45_000 }, async () => {
    const resumed = { account: 'bridge', kind: 'resume', code: '4000' };
    const count = await growthOf('cordgate_discord_reconnects_total', resumed, async () =>
      world.sim.fault({ type: 'drop-sockets', account: 'bridge', code: 4000 }),
    );
    expect(count).toBe(1);
    const own = { account: 'bridge', kind: 'resume', code: 'none' };
    expect(
      await growthOf('cordgate_discord_reconnects_total', own, async () =>
        world.sim.fault({ type: 'reconnect', account: 'bridge' }),
      ),
    ).toBe(1);
    const latency = await waitFor(
      async () =>
        (await world.scrape()).value('cordgate_discord_gateway_latency_seconds', { account: 'bridge' }),
      (seconds) => seconds > 0,
      10_000,
    );
    expect(latency).toBeGreaterThan(0);
    expect(latency).toBeLessThan(1);
    expect(
      (await world.scrape()).value('cordgate_account_state', { account: 'bridge', state: 'ready' }),
    ).toBe(1);
  });

  it('show what an account has sent today beside its limit', async () => {
    const sent = await growthOf('cordgate_account_sent_today', { account: 'bridge' }, () => world.ask('one'));
    expect(sent).toBe(1);
    const scrape = await world.scrape();
    expect(scrape.value('cordgate_account_daily_limit', { account: 'bridge' })).toBe(500);
    expect(scrape.value('cordgate_account_daily_limit', { account: 'alice' })).toBeNaN();
  });

  it('time the calls of the store', async () => {
    const scrape = await world.scrape();
    for (const operation of ['addTask', 'saveTask', 'openTasks', 'increment']) {
      expect(
        scrape.value('cordgate_store_operation_duration_seconds_count', { operation }),
        operation,
      ).toBeGreaterThan(0);
    }
    expect(scrape.samples('cordgate_store_errors_total')).toEqual([]);
  });

  it('tell which build it is, and how late the event loop runs', async () => {
    const scrape = await world.scrape();
    const [build] = scrape.samples('cordgate_build_info');
    expect(build?.labels).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+/),
      node: process.version,
    });
    expect(scrape.names).toContain('nodejs_eventloop_lag_seconds');
  });

  it('hold no secret, no prompt and no id of a channel or a person', async () => {
    const { text } = await world.scrape();
    for (const word of [
      'lighthouse',
      'forbidden',
      'sk-',
      world.sim.ready.guildId,
      ...world.sim.ready.accounts.map(({ token }) => token),
    ]) {
      expect(text).not.toContain(word);
    }
    // A snowflake would be a label of its own.
    expect(text).not.toMatch(/"\d{17,}"/);
  });
});
