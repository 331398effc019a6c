/** Secrets planted everywhere, and a search for them in all that comes out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startSim } from '../../src/sim/index.ts';
import { ADMIN_KEY, studioConfig, waitFor } from '../e2e/drawing/studio.ts';
import { setConfig } from '../e2e/filming/set.ts';
import { configFor, KEY } from '../e2e/world.ts';
import { serveProcess } from './served-process.ts';

const SECRETS = {
  webhook: 'whsec-"planted"-5577',
  operatorPath: 'T00PLANTEDB00HOOKPATHKEY',
  operatorToken: 'operator-planted-token',
  redisPassword: 'redis-planted-password',
  s3Id: 'AKIAPLANTED0000000',
  s3Secret: 's3-planted-secret/with+signs',
  otlpPassword: 'otlp-planted-password',
  proxyPassword: 'proxy-planted-password',
};

/** What callers put into links of their own. */
const LINK = { signature: 'link-planted-signature', password: 'link-planted-password' };

/** A word of prompts: they are nobody's business. */
const PROMPT = 'walnut-and-moonlight';

/** Dead ports: nothing listens below 9 on loopback. */
const DEAD = '127.0.0.1:9';

const planted = {
  webhooks: {
    secret: SECRETS.webhook,
    operator: `http://${DEAD}/services/${SECRETS.operatorPath}?token=${SECRETS.operatorToken}`,
    allowPrivate: ['127.0.0.2/32'],
  },
  telemetry: { otlp: `http://tracer:${SECRETS.otlpPassword}@${DEAD}` },
  log: { level: 'trace' },
};

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-leaks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The signature in a link of Discord. */
const SIGNED = /[?&]hm=[0-9a-f]{8}/;

/** Fails without repeating the secret. */
function expectNone(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      const at = text.indexOf(form);
      if (at < 0) continue;
      const around = text.slice(Math.max(0, at - 300), at + 300).replaceAll(form, '(HERE)');
      throw new Error(`a secret was shown: ${around}`);
    }
  }
}

it('no log, no answer, no metric and no crash shows a secret, whatever goes wrong', async () => {
  const sim = await startSim({ port: 0, speed: 40, limits: 'none' });
  onTestFinished(() => sim.close());
  const [chat, draws] = [configFor(sim), setConfig(sim, { draws: true })];
  const s3 = {
    endpoint: `http://${DEAD}`,
    bucket: 'b',
    accessKeyId: SECRETS.s3Id,
    secretAccessKey: SECRETS.s3Secret,
  };
  const config = {
    ...chat,
    ...studioConfig(sim),
    ...planted,
    accounts: chat.accounts,
    bots: [...(chat.bots ?? []), ...(draws.bots ?? [])],
    discord: { ...studioConfig(sim).discord, ...chat.discord },
    store: { driver: 'memory', url: `redis://user:${SECRETS.redisPassword}@${DEAD}/0` },
    media: { keep: true, s3 },
  };
  const tokens = sim.ready.accounts.map(({ token }) => token);
  const secrets = [KEY, ADMIN_KEY, ...tokens, ...Object.values(SECRETS)];
  const served = serveProcess(config, folderOf(), '');
  const url = await served.url;

  const answers: string[] = [];
  const refusals: string[] = [];
  const call = async (path: string, body?: unknown, key: string = ADMIN_KEY) => {
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const head = JSON.stringify([...response.headers]);
    answers.push(head, text);
    if (response.status >= 400) refusals.push(text);
    return text;
  };
  const user = (content: unknown) => ({ model: 'gpt-4o', messages: [{ role: 'user', content }] });
  const link = `http://10.0.0.1/a.png?signature=${LINK.signature}`;
  const guarded = `http://me:${LINK.password}@example.org/a.png`;

  await call('/v1/chat/completions', user(`hello ${PROMPT}`));
  await call('/v1/chat/completions', { ...user('hello'), stream: true });
  for (const each of [link, guarded, `http://127.0.0.2:9/a.png?signature=${LINK.signature}`]) {
    await call('/v1/chat/completions', user([{ type: 'image_url', image_url: { url: each } }]));
    await call('/midjourney-proxy/mj/submit/imagine', { prompt: 'a cat', notifyHook: each });
    await call('/pika/animate', { prompt: 'a cat', image: each });
    await call('/v1/videos', { model: 'pika', prompt: 'a cat', input_reference: { image_url: each } });
    await call('/cordgate/v1/tasks', { model: 'midjourney', verb: 'describe', images: [each] });
  }
  const drawn = JSON.parse(await call('/mj/imagine', { prompt: `a small ${PROMPT}` }, KEY)).result as string;
  await waitFor(
    () => call(`/mj/status?taskId=${drawn}`, undefined, KEY),
    (text) => /Success|Failed/.test(text),
    60_000,
  );
  await call('/v1/images/generations', { model: 'midjourney', prompt: `a cat ${link}` });
  await call('/api/Chat', { prompt: 'hello' });
  await call(`/api/Chat?prompt=hello&key=${KEY}`);
  // A key where a name belongs, and in a path.
  await call('/v1/chat/completions', { model: KEY, messages: [] });
  await call('/v1/chat/completions', { model: ADMIN_KEY, messages: [{ role: 'user', content: 'x' }] });
  await call(`/v1/models/${KEY}`);
  await call(`/mj/status?taskId=${KEY}`);
  await call(`/v1/nowhere/${KEY}`);
  await call(`/api/RenameConversation?name=${KEY}&new_name=${ADMIN_KEY}`);
  for (const broken of ['{', '[]', '', `{"model":"${KEY}"`]) {
    for (const path of [
      '/v1/chat/completions',
      '/mj/imagine',
      '/api/Chat',
      '/midjourney-proxy/mj/submit/imagine',
    ]) {
      await call(path, broken);
    }
  }
  // What Discord does to accounts.
  sim.fault({ type: 'rest', action: 'status', status: 500, times: 3, body: { message: tokens.join(' ') } });
  await call('/v1/chat/completions', user('after a fault'));
  sim.fault({ type: 'rest', action: 'reset', times: 2 });
  await call('/v1/chat/completions', user('after a reset'));
  for (const { id } of sim.ready.accounts) sim.fault({ type: 'revoke-token', account: id });
  await call('/v1/chat/completions', user('after the token died'));
  await call('/mj/imagine', { prompt: 'a dog' });
  for (const path of [
    '/admin/api/accounts',
    '/admin/api/tasks',
    '/admin/api/usage',
    '/admin/api/overview',
    '/admin/api/keys',
    '/admin/api/config',
    '/client/online',
    '/cordgate/v1/me',
    '/metrics',
    '/readyz',
    '/healthz',
    '/openapi.json',
    '/ui/',
    '/',
  ]) {
    await call(path);
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);

  const lines = served.written();
  expect(lines).toContain('request finished');
  expect(lines).toMatch(/AKIA|copy|keep|media/);
  expectNone(lines, [...secrets, ...Object.values(LINK)]);
  expect(lines).not.toMatch(SIGNED);
  expect(lines).not.toContain(PROMPT);
  expectNone(answers.join('\n'), secrets);
  // Links to pictures are what was asked for, and a task shows the link it was given; an error shows neither.
  expect(answers.join('\n')).toMatch(SIGNED);
  expectNone(refusals.join('\n'), Object.values(LINK));
  expect(refusals.join('\n')).not.toMatch(SIGNED);
}, 180_000);

it('a start against a dead store through a dead proxy, and a crash, show no secret', async () => {
  const sim = await startSim({ port: 0 });
  onTestFinished(() => sim.close());
  const base = configFor(sim);
  const config = {
    ...base,
    ...planted,
    discord: { ...base.discord, proxy: `http://user:${SECRETS.proxyPassword}@${DEAD}` },
    store: { driver: 'redis', url: `redis://user:${SECRETS.redisPassword}@${DEAD}/0` },
  };
  const { s3Id: _id, s3Secret: _secret, ...configured } = SECRETS;
  const secrets = [KEY, ...sim.ready.accounts.map(({ token }) => token), ...Object.values(configured)];
  const served = serveProcess(config, folderOf(), secrets.join(' '));
  await waitFor(
    () => served.written(),
    (text) => text.includes('store') || served.child.exitCode !== null,
    60_000,
  );
  served.child.kill('SIGUSR2');
  expect(await served.exit).toBe(1);
  expect(served.written()).toContain('cordgate has crashed: Error: boom');
  expectNone(served.written(), secrets);
}, 120_000);
