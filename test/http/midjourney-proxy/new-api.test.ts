/**
 * What new-api (and its kin one-api) does with a Midjourney-Proxy channel: it re-encodes what its own callers send, reads
 * answers into typed structures, and asks for all open tasks of the channel every 15 seconds.
 */
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { JOB } from '../../support/fake-tasks.ts';
import { type Answer, type Fixture, makeProxy, SECRET } from './support.ts';

const HEADERS = { 'mj-api-secret': SECRET, 'content-type': 'application/json', accept: '*/*' };

/** Go leaves a field empty for null, and fails the whole answer for a wrong type. */
const SUBMIT_TYPES = { code: 'number', description: 'string', result: 'string' } as const;
const TASK_TYPES = {
  id: 'string',
  action: 'string',
  customId: 'string',
  botType: 'string',
  prompt: 'string',
  promptEn: 'string',
  description: 'string',
  state: 'string',
  submitTime: 'number',
  startTime: 'number',
  finishTime: 'number',
  imageUrl: 'string',
  videoUrl: 'string',
  status: 'string',
  progress: 'string',
  failReason: 'string',
  maskBase64: 'string',
} as const;

function decoded(value: Record<string, unknown>, types: Record<string, string>): Record<string, unknown> {
  const zero: Record<string, unknown> = { string: '', number: 0 };
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const given = value[name] ?? zero[type];
      expect(typeof given, name).toBe(type);
      return [name, given];
    }),
  );
}

interface Row {
  readonly id: string;
  readonly action: string;
  status: string;
  progress: string;
  failReason: string;
  imageUrl: string;
  refunded: boolean;
}

/** The parts of new-api that talk to its channel. */
class NewApi {
  readonly rows = new Map<string, Row>();
  channelIsOn = true;
  readonly #proxy: Fixture;

  constructor(proxy: Fixture) {
    this.#proxy = proxy;
  }

  /** Gives what new-api's own caller is answered. */
  async submit(
    path: string,
    body: Record<string, unknown>,
    action: string,
  ): Promise<Record<string, unknown>> {
    const { accountFilter: _filter, notifyHook: _hook, ...sent } = body;
    const reply = await this.#proxy.post(`/mj/submit/${path}`, sent, HEADERS);
    const answer = decoded(reply.json, SUBMIT_TYPES);
    if (answer.code === 3) this.channelIsOn = false;
    if ([1, 21, 22].includes(Number(answer.code))) this.#note(String(answer.result), action);
    const opensWindow = action === 'INPAINT' || action === 'CUSTOM_ZOOM';
    const told = reply.text.replace(opensWindow ? '"code":22' : /"code":2[12]/, '"code":1');
    return JSON.parse(told);
  }

  /** A button of a task, whose meaning and price are read out of its custom id. */
  press(taskId: string, customId: string): Promise<Record<string, unknown>> {
    const parts = customId.split('::');
    const action = parts[1] === 'JOB' ? parts[2] : parts[1];
    const named = action === 'upsample' ? 'UPSCALE' : action === 'variation' ? 'VARIATION' : String(action);
    if (action === 'upsample') expect(Number(parts[3])).toBeGreaterThan(0);
    return this.submit('action', { taskId, customId }, named);
  }

  async poll(): Promise<void> {
    const ids = [...this.rows.values()].filter(({ progress }) => progress !== '100%').map(({ id }) => id);
    if (ids.length === 0) return;
    const reply: Answer = await this.#proxy.post('/mj/task/list-by-condition', { ids }, HEADERS);
    expect(reply.status).toBe(200);
    for (const item of reply.json) this.#update(decoded(item, TASK_TYPES), item);
  }

  /** Sends the body `null` along, as new-api does with every GET. */
  async seed(id: string): Promise<unknown> {
    const reply = await this.#proxy.app.inject({
      method: 'GET',
      url: `/midjourney-proxy/mj/task/${id}/image-seed`,
      headers: { ...HEADERS, 'content-type': '' },
      payload: 'null',
    });
    return decoded(JSON.parse(reply.body), SUBMIT_TYPES);
  }

  #note(id: string, action: string): void {
    const fresh = { status: '', progress: '0%', failReason: '', imageUrl: '', refunded: false };
    this.rows.set(id, { id, action, ...fresh });
  }

  #update(item: Record<string, unknown>, raw: Record<string, unknown>): void {
    const row = this.rows.get(String(item.id));
    if (row === undefined) throw new Error(`A task that nobody asked for: ${String(item.id)}`);
    for (const clip of (raw.videoUrls ?? []) as { url: unknown }[]) expect(typeof clip.url).toBe('string');
    const { finalPrompt } = (raw.properties ?? {}) as { finalPrompt?: unknown };
    expect(typeof (finalPrompt ?? '')).toBe('string');
    const { status, progress, failReason, imageUrl } = item;
    Object.assign(row, { status, progress, failReason, imageUrl });
    const isFailed =
      (progress !== '100%' && failReason !== '') || (progress === '100%' && status === 'FAILURE');
    if (isFailed) Object.assign(row, { progress: '100%', refunded: true });
  }
}

describe('new-api', () => {
  it('imagines, polls to the end, and goes on from a button', async () => {
    const proxy = makeProxy();
    const client = new NewApi(proxy);
    const body = {
      prompt: 'a cat',
      base64Array: null,
      botType: '',
      notifyHook: 'http://x',
      accountFilter: {},
    };
    const { code, result } = await client.submit('imagine', body, 'IMAGINE');
    expect(code).toBe(1);
    const id = String(result);

    await client.poll();
    expect(client.rows.get(id)).toMatchObject({ status: 'NOT_START', progress: '0%', failReason: '' });
    proxy.tasks.event(id, { type: 'progress-changed', percent: 46 });
    await client.poll();
    expect(client.rows.get(id)).toMatchObject({ status: 'IN_PROGRESS', progress: '46%' });
    proxy.tasks.succeed(id);
    await client.poll();
    expect(client.rows.get(id)).toMatchObject({ status: 'SUCCESS', progress: '100%', refunded: false });
    expect(client.rows.get(id)?.imageUrl).toMatch(/^https:/);

    const upscaled = await client.press(id, `MJ::JOB::upsample::2::${JOB}`);
    expect(upscaled).toMatchObject({ code: 1 });
    expect(proxy.tasks.orders[1]).toMatchObject({ verb: 'act', parentId: id });
    expect(await client.seed(id)).toMatchObject({ code: 1, result: '3301190457' });
  });

  it('tells its own callers of tasks in line and of windows as of taken ones', async () => {
    const proxy = makeProxy();
    const client = new NewApi(proxy);
    proxy.tasks.ahead = 2;
    const queued = await client.submit('imagine', { prompt: 'a cat' }, 'IMAGINE');
    expect(queued).toMatchObject({ code: 1, description: '排队中，前面还有2个任务' });
    proxy.tasks.succeed(String(queued.result));
    proxy.tasks.asksForms = true;
    const asked = await client.press(String(queued.result), `MJ::JOB::variation::2::${JOB}`);
    expect(asked).toMatchObject({ code: 1, properties: { remix: true } });
    await client.poll();
    expect(client.rows.get(String(asked.result))).toMatchObject({ status: 'MODAL', progress: '0%' });
  });

  it.each([
    ['failed', new GatewayError('bot_failed', '[Banned prompt] …')],
    ['was cancelled', new GatewayError('task_stopped', 'Stopped')],
    ['took too long', new GatewayError('task_timeout', 'No picture in 10 minutes.')],
  ])('gives the money back for a task that %s', async (_name, error) => {
    const proxy = makeProxy();
    const client = new NewApi(proxy);
    const { result } = await client.submit('imagine', { prompt: 'a cat' }, 'IMAGINE');
    proxy.tasks.fail(String(result), error);
    await client.poll();
    expect(client.rows.get(String(result))).toMatchObject({
      progress: '100%',
      refunded: true,
      failReason: error.message,
    });
  });

  it('keeps its channel on when a line is full or a prompt is refused', async () => {
    const proxy = makeProxy();
    const client = new NewApi(proxy);
    for (const code of ['queue_full', 'prompt_refused', 'account_offline', 'bot_failed'] as const) {
      proxy.tasks.refuseWith(new GatewayError(code, 'Not now.'));
      await client.submit('imagine', { prompt: 'a cat' }, 'IMAGINE');
    }
    expect(client.channelIsOn).toBe(true);
    expect(client.rows.size).toBe(0);
    proxy.tasks.refuseWith(new GatewayError('no_account', 'No account.'));
    await client.submit('imagine', { prompt: 'a cat' }, 'IMAGINE');
    expect(client.channelIsOn).toBe(false);
  });
});
