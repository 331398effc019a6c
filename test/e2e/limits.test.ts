import { afterEach, describe, expect, it } from 'vitest';
import { LIMIT_TEXTS } from '../../src/sim/bots/limit-texts.ts';
import { startSim } from '../../src/sim/index.ts';
import { fingerprint, promptsOf, range } from './scene.ts';
import { configFor, type EndToEnd, frontOf, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

/** What each of Coze's texts means: whose fault it is, and how it is told when nobody is left. */
const TEXTS = [
  { name: 'free', fault: 'account', status: 429, code: 'rate_limit_exceeded' },
  { name: 'daily', fault: 'account', status: 429, code: 'rate_limit_exceeded' },
  { name: 'credits', fault: 'account', status: 429, code: 'rate_limit_exceeded' },
  { name: 'creator', fault: 'bot', status: 429, code: 'insufficient_quota' },
  { name: 'busy', fault: 'bot', status: 503, code: 'bot_busy' },
  { name: 'traffic', fault: 'bot', status: 503, code: 'bot_busy' },
  { name: 'error', fault: 'bot', status: 502, code: 'bot_failed' },
  { name: 'error-community', fault: 'bot', status: 502, code: 'bot_failed' },
] as const;
const accounts = { send: ['alice', 'bob'] };
const text = (name: string) => LIMIT_TEXTS[name] ?? '';
const authors = () => promptsOf(world.sim).map(({ authorId }) => authorId);
const addressed = () => promptsOf(world.sim).map(({ mentionIds }) => mentionIds[0]);

describe.each(TEXTS)('Coze’s text "$name"', ({ name, fault, status, code }) => {
  const sim = { users: 2, cozeBots: fault === 'bot' ? 2 : 1 };

  it.each([{ stream: true }, { stream: false }])(
    'makes another one answer (stream: $stream)',
    async ({ stream }) => {
      world = await startBoth(sim, accounts);
      world.sim.script({ limit: name, times: 1 });
      const reply = stream ? await world.stream('hello') : await world.chat('hello');
      expect(reply).toMatchObject({ status: 200, text: 'You said: hello', finish: 'stop' });
      expect(new Set(fault === 'bot' ? addressed() : authors()).size).toBe(2);
      expect(new Set(promptsOf(world.sim).map(({ channelId }) => channelId)).size).toBe(1);
    },
  );

  it('is an error and never an answer when it comes from all of them', async () => {
    world = await startBoth({ ...sim, coze: { limit: name } }, accounts);
    const replies = [await world.chat('hello'), await world.stream('hello')];
    for (const reply of replies) {
      expect(reply).toMatchObject({ status, error: { code } });
      if (status === 429) expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(reply.text).toBe('');
    }
  });

  it('is an answer when the bot only quotes it', async () => {
    world = await startBoth(sim, accounts);
    const quote = `The message you ask about reads: "${text(name)}"`;
    world.sim.script({ text: quote });
    expect(await world.ask('what does it say?')).toBe(quote);
  });

  it('is held back while it grows word by word, so that no part of it is ever streamed', async () => {
    world = await startBoth(sim, accounts);
    world.sim.script({ text: text(name), edits: 12, suggestions: false, times: 1 });
    expect(await world.stream('hello')).toMatchObject({ status: 200, text: 'You said: hello' });
  });

  it('after the first byte of a stream is an error in the stream; nobody else begins anew', async () => {
    world = await startBoth(sim, accounts);
    world.sim.script({
      chunks: ['Of course, ', 'here it is: '],
      rewrite: text(name),
      suggestions: false,
      times: 1,
    });
    const reply = await world.stream('hello');
    expect(reply.status).toBe(200);
    expect(reply.text).toMatch(/^Of course,( here it is:)?$/);
    expect(reply.error).toMatchObject({ code });
    expect(reply).toMatchObject({ done: false, finish: undefined });
    expect(promptsOf(world.sim)).toHaveLength(1);
  });
});

describe('those who are limited', () => {
  it('rest: everything else goes to the others, and when all rest Discord is not bothered any more', async () => {
    world = await startBoth({ users: 2 }, accounts);
    world.sim.script({ limit: 'daily', times: 1 });
    await world.ask('first');
    const [limited] = authors();
    for (const number of range(6)) await world.ask(`question ${number}`);
    expect(authors().filter((author) => author === limited)).toHaveLength(1);
    world.sim.script({ limit: 'daily', times: 1 });
    expect(await world.chat('last')).toMatchObject({ status: 429 });
    await expect.poll(() => world.sim.world.counts.channelsDeleted).toBe(1);
    const before = fingerprint(world.sim);
    const refused = await world.chat('nobody left');
    expect(refused).toMatchObject({ status: 429, error: { code: 'rate_limit_exceeded' } });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(86_400 + 300);
    expect(fingerprint(world.sim)).toBe(before);
  });

  it('share the work of a hundred requests when one of two is limited in the middle', async () => {
    world = await startBoth({ users: 2 }, accounts);
    world.sim.script({ match: '5', limit: 'credits', times: 1 });
    const answers = await Promise.all(range(100).map((number) => world.ask(`question ${number}`)));
    expect(answers).toEqual(range(100).map((number) => `You said: question ${number}`));
  });

  it('by dailyLimit send exactly as many messages as the operator allows', async () => {
    const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
    const accountsOfSim = sim.ready.accounts.map(({ id, kind, token }) => ({
      id,
      kind,
      token,
      ...(id === 'alice' ? { dailyLimit: 3 } : {}),
    }));
    world = await frontOf(sim, configFor(sim, { send: ['alice'] }, { accounts: accountsOfSim }));
    for (const number of range(3))
      expect(await world.ask(`question ${number}`)).toBe(`You said: question ${number}`);
    const refused = await world.chat('one too many');
    expect(refused).toMatchObject({ status: 429, error: { code: 'rate_limit_exceeded' } });
    expect(refused.error?.message).toContain('dailyLimit');
    expect(promptsOf(sim)).toHaveLength(3);
  });
});

describe('a whole answer', () => {
  it('that turns into a limit text before anything was sent to the client is taken over by another bot', async () => {
    world = await startBoth({ cozeBots: 2 });
    world.sim.script({
      chunks: ['Of course, ', 'here it is: '],
      rewrite: text('busy'),
      suggestions: false,
      times: 1,
    });
    expect(await world.chat('hello')).toMatchObject({ status: 200, text: 'You said: hello' });
  });
});

describe('a refusal of the model', () => {
  it('is an answer like any other', async () => {
    world = await startBoth({ cozeBots: 2 });
    world.sim.script({ limit: 'refusal' });
    expect(await world.ask('something bad')).toBe("I'm sorry, but I can't assist with that.");
    expect(promptsOf(world.sim)).toHaveLength(1);
  });

  it('and other answers that only begin like one of Coze’s texts come out whole', async () => {
    world = await startBoth();
    for (const answer of [
      'There are too many cooks in this kitchen.',
      'There are too many users now',
      'Hi there!',
      'Hi there! You',
    ]) {
      world.sim.script({ text: answer, edits: 8, times: 2 });
      expect(await world.ask('say it')).toBe(answer);
      expect((await world.stream('say it')).text).toBe(answer);
    }
  });
});

describe('several Coze bots', () => {
  it('share the work, and a conversation stays with the one that knows it', async () => {
    world = await startBoth({ cozeBots: 3 });
    await Promise.all(range(30).map((number) => world.ask(`question ${number}`)));
    expect(new Set(addressed()).size).toBe(3);
    const said = [{ role: 'user', content: 'remember me' }];
    const first = await world.chat({ messages: said });
    const messages = [
      ...said,
      { role: 'assistant', content: first.text },
      { role: 'user', content: 'recall' },
    ];
    expect((await world.chat({ messages })).text).toMatch(/1\. remember me$/);
  });
});
