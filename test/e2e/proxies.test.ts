import { afterEach, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { PASSWORD, startConnectProxy, startSocksProxy, USER } from '../discord/support/proxies.ts';
import { promptsOf, range, user } from './scene.ts';
import { configFor, type EndToEnd, fasterClock, frontOf } from './world.ts';

let world: EndToEnd;

afterEach(async () => {
  // The proxy's password is a secret like a token.
  world.book.checkForSecrets([PASSWORD, encodeURIComponent(PASSWORD)]);
  await world.close();
});

const kinds = [
  { scheme: 'http', start: startConnectProxy },
  { scheme: 'socks5', start: startSocksProxy },
] as const;

/** Names that nobody but the proxy can resolve: what goes past it finds nothing. */
function hiddenHosts(sim: Sim) {
  const port = new URL(sim.ready.api).port;
  const at = (name: string) => `${name}.discord.invalid:${port}`;
  sim.world.files.uploadBase = `http://${at('upload')}`;
  return { api: `http://${at('api')}/api/v10`, gateway: `ws://${at('gateway')}`, cdn: `http://${at('cdn')}` };
}

async function startBehind(scheme: string, host: string, password = PASSWORD): Promise<Sim> {
  const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
  const proxy = `${scheme}://${encodeURIComponent(USER)}:${encodeURIComponent(password)}@${host}`;
  const discord = { ...hiddenHosts(sim), proxy, requestsPerSecond: 0 };
  const config = {
    ...configFor(sim, { send: ['bridge', 'alice'], idleMs: 60_000, deadlineMs: 120_000 }),
    discord,
  };
  world = await frontOf(sim, config, fasterClock(10));
  return sim;
}

describe.each(kinds)('behind a $scheme proxy with a password', ({ scheme, start }) => {
  it('all of it works and nothing goes past: answers, streams, files, uploads, resumed connections', async () => {
    const proxy = await start();
    const sim = await startBehind(scheme, proxy.host);
    const answers = await Promise.all(range(30).map((number) => world.ask(`question ${number}`)));
    expect(answers).toEqual(range(30).map((number) => `You said: question ${number}`));
    expect(await world.stream('streamed')).toMatchObject({
      text: 'You said: streamed',
      finish: 'stop',
      done: true,
    });
    const picture = { type: 'image_url', image_url: { url: `data:image/gif;base64,${GIF}` } };
    const body = { messages: [user([{ type: 'text', text: 'x'.repeat(3_000) }, picture])] };
    const replies = await Promise.all(range(4).map(() => world.chat(body)));
    for (const { text } of replies)
      expect(text).toMatch(/^You said \(from your file\) 3000 characters.*\nI see 1 picture: image\/gif$/s);
    sim.fault({ type: 'drop-sockets' });
    expect(await world.ask('after a break')).toBe('You said: after a break');
    const names = new Set(proxy.targets.map((target) => target.split('.')[0]));
    expect([...names].filter((name) => name !== '127').sort()).toEqual(['api', 'gateway', 'upload']);
    expect(proxy.refused).toBe(0);
    expect(new Set(promptsOf(sim).map(({ authorId }) => authorId)).size).toBe(2);
  });

  it('that refuses the password nothing is sent, the cause is named, and the password is not', async () => {
    const proxy = await start();
    const sim = await startBehind(scheme, proxy.host, 'wr0ng-password');
    const reply = await world.chat('hello');
    expect([502, 503]).toContain(reply.status);
    expect(reply.error?.message).toMatch(/prox|407|socks|authent/i);
    const ready = await world.get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.raw).not.toContain('disabled');
    expect(proxy.refused).toBeGreaterThan(0);
    expect(proxy.targets).toEqual([]);
    expect((sim.state() as { rest: { requests: number } }).rest.requests).toBe(0);
    world.book.checkForSecrets(['wr0ng-password']);
  });
});

const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
