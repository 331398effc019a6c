import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import { startGateway } from '../../src/gateway.ts';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { readTraceparent } from '../../src/tracing/traceparent.ts';
import { createTracing } from '../../src/tracing/tracing.ts';
import { drawerOf } from '../e2e/drawing/studio.ts';
import { LogBook } from '../e2e/log-book.ts';
import { clientOf, KEY } from '../e2e/world.ts';
import { type Collector, startCollector } from './collector.ts';
import { wholeConfig } from './world.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const traceparent = `00-${TRACE}-${PARENT}-01`;
const PROMPT = 'a walrus that must not be seen';

let closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function start(collector: Collector, more: object = {}, sim?: Sim) {
  const discord = sim ?? (await startSim({ port: 0, speed: 40, limits: 'none' }));
  if (!sim) closing.push(() => discord.close());
  const input = wholeConfig(discord, { telemetry: { otlp: collector.url }, ...more });
  const { config } = loadConfig({ text: JSON.stringify(input), env: {}, flags: { server: { port: 0 } } });
  const book = new LogBook();
  const gateway = await startGateway(config, { log: book, env: {} });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= gateway.close());
  closing.push(close);
  return {
    sim: discord,
    gateway,
    close,
    ...clientOf(gateway.url, book),
    ...drawerOf(gateway.url, book),
  };
}

async function collect(status?: () => number): Promise<Collector> {
  const collector = await startCollector(status);
  closing.push(() => collector.close());
  return collector;
}

describe('traces', () => {
  it('follow a chat from the caller’s own span to Discord, and are sent at the stop at the latest', async () => {
    const collector = await collect();
    const world = await start(collector);
    const reply = await world.chat(PROMPT, { traceparent });
    expect(reply.status).toBe(200);
    await world.close();
    const { spans } = collector;
    const request = spans.find(({ name }) => name === 'POST /v1/chat/completions');
    expect(request).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, kind: 2 });
    expect(request?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'cordgate.dialect': 'openai',
    });
    const chat = spans.find(({ name }) => name === 'chat');
    expect(chat).toMatchObject({ traceId: TRACE, parentSpanId: request?.spanId });
    expect(chat?.attributes).toMatchObject({ 'cordgate.bot': 'coze', 'cordgate.outcome': 'completed' });
    const sent = spans.find(({ name }) => name === 'discord POST /channels/{id}/messages');
    expect(sent).toMatchObject({ traceId: TRACE, parentSpanId: chat?.spanId, kind: 3 });
    expect(sent?.attributes).toMatchObject({
      'http.response.status_code': 200,
      'cordgate.account': 'bridge',
    });
    expect(chat?.resource['service.name']).toBe('cordgate');
  });

  it('hold a task over its whole life, beyond the request that brought it', async () => {
    const collector = await collect();
    const world = await start(collector);
    const { json } = await world.call('/mj/imagine', { prompt: PROMPT }, { traceparent });
    await world.done(String(json.result));
    await world.close();
    const task = collector.spans.find(({ name }) => name === 'task imagine');
    const request = collector.spans.find(({ name }) => name === 'POST /mj/imagine');
    expect(task).toMatchObject({ traceId: TRACE, parentSpanId: request?.spanId });
    expect(task?.attributes).toMatchObject({
      'cordgate.task': json.result,
      'cordgate.bot': 'midjourney',
      'cordgate.driver': 'midjourney',
      'cordgate.verb': 'imagine',
      'cordgate.outcome': 'succeeded',
    });
    expect(task!.endMs).toBeGreaterThan(request!.endMs);
    const events = task?.events.map(({ name }) => name) ?? [];
    expect(events.filter((name) => !name.startsWith('store'))).toEqual(
      expect.arrayContaining(['submitted', 'running']),
    );
    expect(events).toContain('store saveTask');
    const command = collector.spans.find(({ name }) => name === 'discord POST /interactions');
    expect(command).toMatchObject({ traceId: TRACE, parentSpanId: task?.spanId });
  });

  it('say by which code a task failed, not in which words', async () => {
    const collector = await collect();
    const world = await start(collector);
    world.sim.script({ midjourney: { match: 'walrus', notice: 'banned-prompt' } });
    const id = await world.imagine(PROMPT);
    await world.ended(id);
    await world.close();
    const task = collector.spans.find(({ name }) => name === 'task imagine');
    expect(task?.status.code).toBe(2);
    expect(task?.attributes).toMatchObject({
      'cordgate.outcome': 'failed',
      'error.type': expect.stringMatching(/^[a-z_]+$/),
    });
    expect(collector.bodies.join()).not.toContain('gore');
  });

  it('never hold a prompt, a key, a token or a link', async () => {
    const collector = await collect();
    const world = await start(collector);
    await world.chat(PROMPT, { traceparent });
    await world.done(await world.imagine(PROMPT));
    await world.close();
    const text = collector.bodies.join();
    expect(collector.spans.length).toBeGreaterThan(5);
    for (const secret of [
      'walrus',
      KEY,
      ...world.sim.ready.accounts.map(({ token }) => token),
      'http://',
      'attachments/',
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  it('hand a task over to the next process: each process has a span of it', async () => {
    const collector = await collect();
    const sim = await startSim({ port: 0, speed: 1, limits: 'none' });
    closing.push(() => sim.close());
    const world = await start(collector, {}, sim);
    const id = await world.imagine(PROMPT);
    await world.until(id, ['Submitted', 'Running']);
    await world.close();
    const task = collector.spans.find(({ name }) => name === 'task imagine');
    expect(task?.attributes['cordgate.outcome']).toBe('handed-over');
  });

  it('disturb nothing when the collector fails, and say so once', async () => {
    const collector = await collect(() => 400);
    const world = await start(collector);
    expect((await world.chat('hello')).status).toBe(200);
    const startedAt = Date.now();
    await world.close();
    expect(Date.now() - startedAt).toBeLessThan(6_000);
    expect(collector.bodies.length).toBeGreaterThan(0);
    expect(
      world.book.lines.filter((line) => JSON.stringify(line).includes('traces could not be sent')),
    ).toHaveLength(1);
  });

  it('disturb nothing when there is no collector', async () => {
    const collector = await startCollector();
    await collector.close();
    const world = await start(collector);
    expect((await world.chat('hello')).status).toBe(200);
    const startedAt = Date.now();
    await world.close();
    expect(Date.now() - startedAt).toBeLessThan(6_000);
  });
});

describe('tracing', () => {
  const make = (env: Record<string, string>, endpoint: string | null = null) =>
    createTracing({ endpoint, env, log: silentLog });

  it.each([
    [{}, null, false],
    [{}, 'http://127.0.0.1:4318', true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, null, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, null, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, null, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' }, null, false],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'http://127.0.0.1:4318', false],
  ] as const)('with %j and %s is on: %s', (env, endpoint, isOn) => {
    expect(make(env, endpoint) !== undefined).toBe(isOn);
  });

  it('loads nothing of OpenTelemetry while it is off, and takes name and sampler from the environment when on', async () => {
    const collector = await collect();
    const run = (env: Record<string, string>) =>
      execFileAsync(
        `
        const { createTracing } = await import('./src/tracing/tracing.ts');
        const quiet = { debug() {}, info() {}, warn() {}, error() {} };
        const tracing = createTracing({ endpoint: null, env: process.env, log: quiet });
        await tracing?.open();
        tracing?.request({ method: 'GET', traceparent: undefined }).end({ dialect: 'x', route: '/x', status: 200 });
        await tracing?.close();
        const { createRequire } = await import('node:module');
        const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('@opentelemetry'));
        console.log(loaded.length);
      `,
        env,
      );
    expect(await run({})).toBe('0');
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'night-shift' };
    expect(Number(await run(on))).toBeGreaterThan(10);
    expect(collector.spans.map(({ resource }) => resource['service.name'])).toEqual(['night-shift']);
    await run({ ...on, OTEL_TRACES_SAMPLER: 'always_off' });
    expect(collector.spans).toHaveLength(1);
  });
});

describe('a traceparent', () => {
  it.each([
    [traceparent, true],
    [`00-${TRACE}-${PARENT}-00`, true],
    [`01-${TRACE}-${PARENT}-01-more`, true],
    [`00-${TRACE}-${PARENT}-01-more`, false],
    [`ff-${TRACE}-${PARENT}-01`, false],
    [`00-${'0'.repeat(32)}-${PARENT}-01`, false],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, false],
    [`00-${TRACE.toUpperCase()}-${PARENT}-01`, false],
    ['nonsense', false],
    [undefined, false],
    [['a', 'b'], false],
  ])('%s is taken over: %s', (header, isTaken) => {
    expect(readTraceparent(header) !== undefined).toBe(isTaken);
  });
});

async function execFileAsync(code: string, env: Record<string, string>): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const { PATH = '' } = process.env;
    execFile(
      process.execPath,
      ['--input-type=module', '-e', code],
      { cwd: process.cwd(), env: { PATH, ...env } },
      (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout.trim())),
    );
  });
}
