import { afterEach, describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../src/sim/index.ts';
import { expectNothingSentTwice, metric, pause, range } from './scene.ts';
import { type EndToEnd, fasterClock, startBoth } from './world.ts';

const MANY = 200;
let world: EndToEnd;

afterEach(() => world.close());

/** Asks `count` requests side by side, every second one streamed; gives the answers in the order of the requests. */
function askAll(
  count: number,
  textOf: (number: number) => string,
  headersOf: (number: number) => object = () => ({}),
) {
  return Promise.all(
    range(count).map(async (number) => {
      const headers = { ...headersOf(number) } as Record<string, string>;
      const reply =
        number % 2 === 0
          ? await world.chat(textOf(number), headers)
          : await world.stream(textOf(number), headers);
      const { status, text, error, finish } = reply;
      return { status, text, finish, ...(error ? { error } : {}) };
    }),
  );
}

/** The answers that are not, word for word, what the bot said to the request. */
function wrongOnes(
  answers: readonly { status: number; text: string; finish: unknown }[],
  expected: (number: number) => string,
) {
  return answers.flatMap((answer, number) =>
    answer.status === 200 && answer.text === expected(number) && answer.finish === 'stop'
      ? []
      : [{ number, ...answer }],
  );
}

/** Two seconds from the prompt to the end, at the speed of these tests. */
const SLOWER = { startAfterMs: 4_000, edits: 9, editEveryMs: 4_000 };

const own = (number: number) => `question ${number} of ${(number * 7919) % 1009}`;
const ownAnswer = (number: number) => `You said: ${own(number)}`;

/** Repeats faults every so often until it is stopped. */
function disturbEvery(periodMs: number, faults: readonly FaultOrder[]): () => void {
  let turn = 0;
  const timer = setInterval(() => {
    const fault = faults[turn % faults.length];
    if (fault) world.sim.fault(fault);
    turn += 1;
  }, periodMs);
  return () => clearInterval(timer);
}

async function expectAtRest() {
  await expect.poll(() => metric(world, 'cordgate_queued_requests')).toBe(0);
  expectNothingSentTwice(world.sim);
  expect(await world.ask('are you well?')).toBe('You said: are you well?');
}

describe('two hundred requests side by side', () => {
  it('each get exactly their own answer', async () => {
    world = await startBoth();
    expect(wrongOnes(await askAll(MANY, own), ownAnswer)).toEqual([]);
    await expectAtRest();
  });

  it('with one and the same prompt share the bot’s answers out one by one, none twice, none mixed', async () => {
    world = await startBoth({ coze: { stamp: true } });
    const said = new Map<string, string>();
    world.sim.world.listen(({ message }) => {
      if (message && message.authorId === world.sim.ready.bots.coze.userId)
        said.set(message.id, message.content);
    });
    const answers = await askAll(MANY, () => 'the same to all');
    expect(new Set(answers.map(({ text }) => text)).size).toBe(MANY);
    expect(answers.map(({ text }) => text).sort()).toEqual([...said.values()].sort());
  });

  it('with one and the same prompt in conversations of their own never swap answers', async () => {
    world = await startBoth({ coze: { stamp: true } });
    const saidIn = new Map<string, string>();
    world.sim.world.listen(({ message, channel }) => {
      if (message?.authorId === world.sim.ready.bots.coze.userId) saidIn.set(channel.id, message.content);
    });
    const answers = await askAll(
      MANY,
      () => 'the same to all',
      (number) => ({ 'x-conversation': `room-${number}` }),
    );
    const nameOf = (id: string) => world.sim.world.channels.get(id)?.name;
    await expect.poll(() => [...saidIn.keys()].every((id) => nameOf(id)?.startsWith('room-'))).toBe(true);
    const saidTo = new Map([...saidIn].map(([id, text]) => [nameOf(id), text]));
    expect(wrongOnes(answers, (number) => saidTo.get(`room-${number}`) ?? '?')).toEqual([]);
  });

  it('get their own answers while the socket drops again and again and is resumed', async () => {
    world = await startBoth({ coze: SLOWER }, { idleMs: 15_000 });
    const stop = disturbEvery(700, [
      { type: 'drop-sockets' },
      { type: 'reconnect' },
      { type: 'drop-sockets', code: 4000 },
      { type: 'invalid-session', resumable: true },
    ]);
    const answers = await askAll(MANY, own);
    stop();
    expect(wrongOnes(answers, ownAnswer)).toEqual([]);
    expect((world.sim.state() as { gateway: { resumes: number } }).gateway.resumes).toBeGreaterThan(1);
    await expectAtRest();
  });

  it('get their own answers while sessions are lost for good', async () => {
    // The gateway's own pauses before it logs in anew are up to five seconds.
    world = await startBoth({ coze: SLOWER }, { idleMs: 60_000, deadlineMs: 80_000 }, {}, fasterClock(4));
    const asked = askAll(MANY, own);
    await pause(600);
    world.sim.fault({ type: 'drop-sockets', resumable: false });
    expect(wrongOnes(await asked, ownAnswer)).toEqual([]);
    expect((world.sim.state() as { gateway: { identifies: number } }).gateway.identifies).toBeGreaterThan(1);
    await expectAtRest();
  });

  it('get their own answers while Discord asks to slow down, fails, and loses its answers', async () => {
    world = await startBoth();
    world.sim.fault({
      type: 'rest',
      status: 429,
      retryAfterMs: 200,
      times: 25,
      method: 'POST',
      path: '/messages',
    });
    world.sim.fault({ type: 'rest', status: 429, retryAfterMs: 150, times: 10, path: '/guilds' });
    world.sim.fault({ type: 'rest', status: 429, retryAfterMs: 300, global: true, times: 2 });
    world.sim.fault({ type: 'rest', status: 502, times: 8, method: 'POST', path: '/messages' });
    world.sim.fault({ type: 'rest', action: 'lose-answer', times: 12, method: 'POST', path: '/messages' });
    world.sim.fault({ type: 'rest', action: 'reset', times: 8, method: 'POST', path: '/messages' });
    expect(wrongOnes(await askAll(MANY, own), ownAnswer)).toEqual([]);
    await expectAtRest();
  });

  it('get their own answers while events come twice and out of order', async () => {
    world = await startBoth({ coze: { duplicate: true } });
    world.sim.fault({ type: 'duplicate-events', times: 400 });
    world.sim.fault({ type: 'reorder-events', times: 150, event: 'MESSAGE_UPDATE' });
    world.sim.fault({ type: 'reorder-events', times: 50, event: 'MESSAGE_CREATE' });
    const answers = await askAll(MANY, own);
    expect(wrongOnes(answers, ownAnswer)).toEqual([]);
    await expectAtRest();
  });

  it('get their own answers although the beginnings of answers are lost on the way', async () => {
    world = await startBoth();
    world.sim.fault({ type: 'lose-events', times: 2 * MANY, event: 'MESSAGE_CREATE' });
    expect(wrongOnes(await askAll(MANY, own), ownAnswer)).toEqual([]);
    world.sim.fault({ type: 'clear' });
    await expectAtRest();
  });

  it('never show anything of another when any event may be lost', async () => {
    world = await startBoth({}, { deadlineMs: 3_000 });
    world.sim.fault({ type: 'lose-events', times: 500, event: 'MESSAGE_UPDATE' });
    const answers = await askAll(MANY, own);
    const foreign = answers.filter(({ text }, number) => !ownAnswer(number).startsWith(text.trimEnd()));
    expect(foreign).toEqual([]);
    world.sim.fault({ type: 'clear' });
    await expectAtRest();
  });
});

describe('Discord’s own limits', () => {
  /** As on Discord, with shorter windows: twenty channels in two seconds instead of ten. */
  const limits = {
    global: { limit: 50, windowMs: 1_000 },
    routes: {
      'POST /channels/:id/messages': { limit: 5, windowMs: 1_000 },
      'POST /guilds/:id/channels': { limit: 20, windowMs: 2_000 },
    },
    otherRoutes: { limit: 30, windowMs: 1_000 },
  };

  it('slow sixty requests down but fail none of them', async () => {
    world = await startBoth({ limits }, { deadlineMs: 60_000 });
    expect(wrongOnes(await askAll(60, own), ownAnswer)).toEqual([]);
    const statuses = (world.sim.state() as { rest: { statuses: Record<string, number> } }).rest.statuses;
    expect(statuses[429] ?? 0).toBeLessThan(20);
    expectNothingSentTwice(world.sim);
  });
});
