import { afterEach, describe, expect, it } from 'vitest';
import { gatewayChannels, messagesOf, metric, pause, promptsOf, range } from './scene.ts';
import { type EndToEnd, KEY, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

/** Ten seconds from the first word to the last, at the speed of these tests. */
const SLOW = { match: 'slow', edits: 20, editEveryMs: 10_000, startAfterMs: 0 };
const oneChannel = { maxChannels: 1, spareChannels: 0, deadlineMs: 30_000 };

async function elapsed(action: () => Promise<unknown>): Promise<number> {
  const start = Date.now();
  await action();
  return Date.now() - start;
}

describe('a client that goes away', () => {
  it('in the middle of a stream frees its slot at once', async () => {
    world = await startBoth({}, oneChannel);
    world.sim.script(SLOW);
    const stream = await world.open('slow story');
    await stream.until('You');
    stream.leave();
    expect(await elapsed(async () => expect(await world.ask('quick')).toBe('You said: quick'))).toBeLessThan(
      2_000,
    );
    expect(await metric(world, 'cordgate_chats_total', 'outcome="left"')).toBe(1);
  });

  it('before the first word of a whole answer frees its slot at once', async () => {
    world = await startBoth({}, oneChannel);
    world.sim.script({ match: 'slow', silent: true });
    const leaving = new AbortController();
    const gone = world.chat('slow story', {}, leaving.signal).catch(() => 'gone');
    await expect.poll(() => promptsOf(world.sim).length).toBe(1);
    leaving.abort();
    expect(await gone).toBe('gone');
    expect(await elapsed(() => world.ask('quick'))).toBeLessThan(2_000);
  });

  it('while it waits in line gives its place in the line to others', async () => {
    world = await startBoth({}, { ...oneChannel, queue: 1 });
    world.sim.script(SLOW);
    const holder = await world.open('slow story');
    await holder.until('You');
    const leaving = new AbortController();
    const waiting = world.chat('waits', {}, leaving.signal).catch(() => 'gone');
    await expect.poll(() => metric(world, 'cordgate_queued_requests')).toBe(1);
    expect(await world.chat('one too many')).toMatchObject({ status: 429 });
    leaving.abort();
    await waiting;
    await expect.poll(() => metric(world, 'cordgate_queued_requests')).toBe(0);
    const next = world.ask('next');
    await expect.poll(() => metric(world, 'cordgate_queued_requests')).toBe(1);
    holder.leave();
    expect(await next).toBe('You said: next');
    expect(promptsOf(world.sim).some(({ content }) => content.includes('waits'))).toBe(false);
  });

  it('leaves nothing of its late answer to the next one of the same named conversation', async () => {
    world = await startBoth({}, { deadlineMs: 30_000 });
    const room = { 'x-conversation': 'kitchen' };
    world.sim.script({ match: 'long', edits: 60, editEveryMs: 600, startAfterMs: 0 });
    const stream = await world.open('long 6000', room);
    await stream.until('Sentence 2');
    stream.leave();
    for (const number of range(6)) {
      expect(await world.ask(`short ${number}`, room)).toBe(`You said: short ${number}`);
      expect((await world.stream(`streamed ${number}`, room)).text).toBe(`You said: streamed ${number}`);
    }
    // The abandoned answer really went on in between, over several messages that point at nothing.
    const parts = messagesOf(world.sim).filter(({ content }) => /^(Sentence|of |\d+ of)/.test(content));
    expect(parts.length).toBeGreaterThan(0);
    expect(gatewayChannels(world.sim).filter(({ name }) => name === 'kitchen')).toHaveLength(1);
  });

  it('leaves nothing of its late answer to the next one when it left before the first word', async () => {
    world = await startBoth();
    const room = { 'x-conversation': 'hall' };
    world.sim.script({ match: 'late', startAfterMs: 8_000, edits: 1, reference: 'prompt' });
    const leaving = new AbortController();
    const gone = world.chat('late one', room, leaving.signal).catch(() => 'gone');
    await expect.poll(() => promptsOf(world.sim).length).toBe(1);
    leaving.abort();
    await gone;
    world.sim.script({ match: 'now', startAfterMs: 6_000, edits: 10, editEveryMs: 2_000 });
    expect(await world.ask('now this one, please', room)).toBe('You said: now this one, please');
    expect(messagesOf(world.sim).some(({ content }) => content === 'You said: late one')).toBe(true);
  });

  it('while it waits for its turn in a named conversation does not take the turn', async () => {
    world = await startBoth();
    const room = { 'x-conversation': 'stairs' };
    world.sim.script({ match: 'first', startAfterMs: 10_000 });
    const first = world.ask('first', room);
    await expect.poll(() => promptsOf(world.sim).length).toBe(1);
    const leaving = new AbortController();
    const second = world.chat('second', room, leaving.signal).catch(() => 'gone');
    const third = world.ask('third', room);
    await pause(100);
    leaving.abort();
    expect([await first, await second, await third]).toEqual(['You said: first', 'gone', 'You said: third']);
    expect(promptsOf(world.sim).map(({ content }) => content.split(' ').at(-1))).toEqual(['first', 'third']);
  });

  it('with a hundred others leaves no channel, no slot and no line behind', async () => {
    world = await startBoth({}, { maxChannels: 120, spareChannels: 2 });
    world.sim.script(SLOW);
    const streams = await Promise.all(range(50).map((number) => world.open(`slow story ${number}`)));
    await Promise.all(streams.slice(0, 25).map((stream) => stream.until('You')));
    const leaving = new AbortController();
    const waiting = range(50).map((number) =>
      world.chat(`slow ${number}`, {}, leaving.signal).catch(() => 'gone'),
    );
    await pause(100);
    for (const stream of streams) stream.leave();
    leaving.abort();
    await Promise.all(waiting);
    // Eight at most were being made at that moment: they are kept for those who come next.
    await expect.poll(() => gatewayChannels(world.sim).length, { timeout: 5_000 }).toBeLessThanOrEqual(10);
    // Those that were used are on their way out until the last of them is gone.
    await expect
      .poll(() => gatewayChannels(world.sim).every(({ messages }) => messages.length === 0), {
        timeout: 5_000,
      })
      .toBe(true);
    // Discord has deleted a channel a moment before its answer has come.
    await expect
      .poll(async () => (await metric(world, 'cordgate_channels')) - gatewayChannels(world.sim).length)
      .toBe(0);
    expect(await metric(world, 'cordgate_queued_requests')).toBe(0);
    expect(await world.ask('quick')).toBe('You said: quick');
  });

  it('that only stops reading does not hold up others', async () => {
    world = await startBoth({}, { deadlineMs: 5_000 });
    const lazy = await fetch(`${world.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'gpt-4o',
        stream: true,
        messages: [{ role: 'user', content: 'long 19000' }],
      }),
    });
    expect(await world.ask('quick')).toBe('You said: quick');
    await lazy.body?.cancel();
  });
});
