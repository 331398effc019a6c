/** The gateway as a process of its own: what outlives it, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { ensureBuilt, ROOT } from './built.ts';
import { LogBook } from './log-book.ts';
import { expectNothingSentTwice, gatewayChannels, pause, promptsOf, range } from './scene.ts';
import { clientOf, configFor, KEY } from './world.ts';

type Client = ReturnType<typeof clientOf>;

/** A gateway that runs as a process. */
interface Served extends Client {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Sends the signal; resolves with exit code and duration once the process is gone. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }>;
}

let sim: Sim;
let folder: string;
const book = new LogBook();
const running = new Set<ChildProcess>();

beforeAll(ensureBuilt, 120_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-process-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  rmSync(folder, { recursive: true, force: true });
  book.checkForSecrets([KEY, ...sim.ready.accounts.map(({ token }) => token)]);
  await sim.close();
});

async function startWorld(options: SimOptions = {}): Promise<void> {
  sim = await startSim({ port: 0, speed: 20, limits: 'none', ...options });
}

function configOf(bot: object = {}, more: object = {}): ConfigInput {
  const store = { driver: 'sqlite', path: join(folder, 'data/store.db') } as const;
  return configFor(sim, bot, { store, log: { level: 'debug' }, ...more });
}

/** Runs `cordgate serve` until it says that it is ready. */
async function serve(config: ConfigInput): Promise<Served> {
  const file = join(folder, 'cordgate.yaml');
  writeFileSync(file, JSON.stringify(config));
  const args = [join(ROOT, 'bin/cordgate.js'), 'serve', '--config', file, '--port', '0', '--json'];
  const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } });
  running.add(child);
  let stdout = '';
  let stderr = '';
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    book.note(text);
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n')) resolve(JSON.parse(stdout.split('\n')[0] ?? '').url);
    });
    void exit.then((code) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
  return {
    ...clientOf(url, book),
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    async end(signal) {
      const startedAt = Date.now();
      child.kill(signal);
      const code = await exit;
      running.delete(child);
      return { code, tookMs: Date.now() - startedAt };
    },
  };
}

const inRoom = (name: string) => ({ 'x-conversation': name });
const orphans = () => gatewayChannels(sim).filter(({ name }) => name.startsWith('cg-'));

describe('kill -9', () => {
  it('at once after an answer costs no named conversation, and leaves no channel behind for long', async () => {
    await startWorld();
    const rooms = new Map<string, string>();
    for (const name of ['kitchen', 'hall', '厨房']) {
      const gateway = await serve(configOf());
      for (const known of rooms.keys())
        expect(await gateway.ask('recall', inRoom(encodeURIComponent(known)))).toMatch(
          new RegExp(`1\\. hello ${known}`),
        );
      await Promise.all(range(3).map((number) => gateway.ask(`unnamed ${number} before ${name}`)));
      expect(await gateway.ask(`hello ${name}`, inRoom(encodeURIComponent(name)))).toBe(
        `You said: hello ${name}`,
      );
      await gateway.end('SIGKILL');
      const prompt = promptsOf(sim).find(({ content }) => content.endsWith(`hello ${name}`));
      rooms.set(name, prompt?.channelId ?? '');
    }
    const left = orphans().filter(({ id }) => ![...rooms.values()].includes(id));
    expect(left.length).toBeGreaterThan(0);
    const gateway = await serve(configOf());
    await expect.poll(() => left.filter(({ id }) => sim.world.channels.has(id))).toEqual([]);
    for (const [name, channelId] of rooms) {
      expect(await gateway.ask('recall', inRoom(encodeURIComponent(name)))).toMatch(
        new RegExp(`1\\. hello ${name}`),
      );
      expect(sim.world.channels.has(channelId)).toBe(true);
    }
    expect((await gateway.end('SIGTERM')).code).toBe(0);
    expectNothingSentTwice(sim);
  });

  it('in the middle of streams leaves nothing that the next run stumbles over', async () => {
    await startWorld();
    sim.script({ match: 'slow', edits: 20, editEveryMs: 4_000, startAfterMs: 0, times: 6 });
    const first = await serve(configOf({ maxChannels: 8, spareChannels: 0 }));
    const streams = await Promise.all(
      range(6).map((number) => first.open(`slow story ${number}`, number === 0 ? inRoom('kitchen') : {})),
    );
    await Promise.all(streams.map((stream) => stream.until('You')));
    await first.end('SIGKILL');
    for (const stream of streams) await expect(stream.finish()).rejects.toThrow();
    const second = await serve(configOf({ maxChannels: 8, spareChannels: 0 }));
    const answers = await Promise.all(range(12).map((number) => second.ask(`quick ${number}`)));
    expect(answers).toEqual(range(12).map((number) => `You said: quick ${number}`));
    await expect.poll(() => gatewayChannels(sim).length).toBeLessThanOrEqual(8);
    const answer = await second.ask('and here?', inRoom('kitchen'));
    expect(answer).toBe('You said: and here?');
    await second.end('SIGTERM');
  });

  it('does not give an account its daily messages once more', async () => {
    await startWorld();
    const accounts = sim.ready.accounts.map(({ id, kind, token }) => ({
      id,
      kind,
      token,
      ...(id === 'alice' ? { dailyLimit: 3 } : {}),
    }));
    const config = configOf({ send: ['alice'] }, { accounts });
    for (const number of range(2)) {
      const gateway = await serve(config);
      expect(await gateway.ask(`question ${number}`)).toBe(`You said: question ${number}`);
      await gateway.end('SIGKILL');
    }
    const gateway = await serve(config);
    expect(await gateway.ask('the third')).toBe('You said: the third');
    expect(await gateway.chat('the fourth')).toMatchObject({ status: 429 });
    expect(promptsOf(sim).filter(({ content }) => content.includes('fourth'))).toEqual([]);
    await gateway.end('SIGKILL');
  });
});

describe('SIGTERM', () => {
  it('lets answers end that can, ends the others properly, takes nothing new, and is done within 10 s with 0', async () => {
    await startWorld();
    // Two seconds for these, far more than the patience for those.
    sim.script([
      { match: 'short', edits: 10, editEveryMs: 4_000, startAfterMs: 0 },
      { match: 'endless', edits: 300, editEveryMs: 4_000, startAfterMs: 0, text: 'word '.repeat(350) },
      { match: 'mute', silent: true },
    ]);
    const gateway = await serve(configOf({ deadlineMs: 60_000, idleMs: 30_000 }));
    const short = await Promise.all(range(5).map((number) => gateway.open(`short story ${number}`)));
    const endless = await Promise.all(range(5).map((number) => gateway.open(`endless story ${number}`)));
    const muteStream = gateway.stream('mute, streamed');
    const mute = gateway.chat('mute, whole');
    const whole = gateway.ask('short and whole');
    await Promise.all([
      ...short.map((stream) => stream.until('You')),
      ...endless.map((stream) => stream.until('word')),
    ]);
    await expect.poll(() => promptsOf(sim).length).toBe(13);
    const ending = gateway.end('SIGTERM');
    await pause(300);
    const late = await gateway.chat('too late').catch(() => 'refused');
    if (late !== 'refused') expect(late).toMatchObject({ status: 503, error: { code: 'shutting_down' } });
    const ended = await Promise.all(short.map((stream) => stream.finish()));
    expect(ended.map(({ text, finish, done }) => [text, finish, done])).toEqual(
      range(5).map((number) => [`You said: short story ${number}`, 'stop', true]),
    );
    expect(await whole).toBe('You said: short and whole');
    for (const { text, error, done, finish } of await Promise.all(endless.map((stream) => stream.finish()))) {
      expect(text).toMatch(/^word word/);
      // Partial text with a reason, or an error in the stream: never a connection that just breaks.
      expect({ error: error?.code, done, finish }).toEqual({
        error: 'shutting_down',
        done: false,
        finish: undefined,
      });
    }
    for (const reply of [await mute, await muteStream])
      expect(reply).toMatchObject({ status: 503, error: { code: 'shutting_down' } });
    const { code, tookMs } = await ending;
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    expect(gateway.stdout().trimEnd().split('\n')).toHaveLength(1);
    expect(promptsOf(sim).some(({ content }) => content.includes('too late'))).toBe(false);
  });

  it('to an idle gateway with open connections ends it at once', async () => {
    await startWorld();
    const gateway = await serve(configOf());
    await gateway.ask('hello');
    const { code, tookMs } = await gateway.end('SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(2_000);
    expect(gateway.stderr()).not.toContain('"level":"error"');
  });
});

describe('the log of a process', () => {
  it('at its most talkative shows no token and no key, whatever goes wrong', async () => {
    await startWorld({ users: 2 });
    const gateway = await serve(configOf({ send: ['alice', 'bob'] }, { log: { level: 'trace' } }));
    sim.fault({ type: 'rest', action: 'reset', times: 2, method: 'POST', path: '/messages' });
    sim.fault({ type: 'revoke-token', account: 'alice' });
    sim.fault({ type: 'drop-sockets' });
    await Promise.all(range(5).map((number) => gateway.chat(`question ${number}`)));
    await gateway.chat('hello', { authorization: `Basic ${KEY}` });
    await gateway.get(`/v1/models?key=${KEY}`);
    await gateway.post('/v1/chat/completions', `{"key": "${KEY}", `);
    expect(gateway.stderr()).toContain('"level"');
    await gateway.end('SIGTERM');
    expect(gateway.stderr()).not.toContain(KEY);
    for (const { token } of sim.ready.accounts) expect(gateway.stderr()).not.toContain(token);
  });
});
