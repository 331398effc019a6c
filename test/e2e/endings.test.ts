import { afterEach, describe, expect, it } from 'vitest';
import { promptsOf, range } from './scene.ts';
import { type EndToEnd, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

async function both(text: string) {
  return [await world.chat(text), await world.stream(text)] as const;
}

async function elapsed(action: () => Promise<unknown>): Promise<number> {
  const start = Date.now();
  await action();
  return Date.now() - start;
}

describe('an answer', () => {
  it('ends with its buttons, long before the silence would end it', async () => {
    world = await startBoth({}, { idleMs: 15_000 });
    expect(await elapsed(() => both('hello'))).toBeLessThan(2_000);
  });

  it('ends with its buttons also when they come later, and shows them as suggestions', async () => {
    world = await startBoth(
      { coze: { suggestionsAfterMs: 4_000, suggestions: ['Why?', 'How?'] } },
      { idleMs: 15_000 },
    );
    const reply = await world.chat('hello');
    expect(reply).toMatchObject({ status: 200, text: 'You said: hello', finish: 'stop' });
    expect(reply.message?.suggestions).toEqual(['Why?', 'How?']);
  });

  it('without buttons ends after the silence', async () => {
    world = await startBoth({ coze: { suggestions: false } }, { idleMs: 500 });
    for (const reply of await both('hello')) {
      expect(reply).toMatchObject({ status: 200, text: 'You said: hello', finish: 'stop' });
    }
  });

  it('that stalls for ever ends after the silence, with what there is', async () => {
    world = await startBoth(
      { coze: { chunks: ['Once ', 'upon ', 'a time'], stallAfter: 2 } },
      { idleMs: 500 },
    );
    for (const reply of await both('hello'))
      expect(reply).toMatchObject({ status: 200, text: 'Once upon', finish: 'stop' });
  });

  it('that goes on for ever ends at the deadline, with what there is and finish_reason length', async () => {
    world = await startBoth(
      { coze: { edits: 400, editEveryMs: 2_000, startAfterMs: 0 } },
      { deadlineMs: 1_200, idleMs: 1_100 },
    );
    for (const reply of await both('long 3000')) {
      expect(reply).toMatchObject({ status: 200, finish: 'length' });
      expect(reply.text).toMatch(/^Sentence 1 of/);
      expect(reply.text.length).toBeLessThan(2_900);
    }
  });

  it('that never begins is a 504 that says so', async () => {
    world = await startBoth({ coze: { silent: true } }, { deadlineMs: 600 });
    for (const reply of await both('hello')) {
      expect(reply).toMatchObject({ status: 504, error: { code: 'answer_timeout', type: 'server_error' } });
      expect(reply.error?.message).toContain('did not begin to answer');
    }
  });

  it('of a bot that only types is a 504 as well', async () => {
    world = await startBoth({ coze: { typingOnly: true } }, { deadlineMs: 600 });
    for (const reply of await both('hello'))
      expect(reply).toMatchObject({ status: 504, error: { code: 'answer_timeout' } });
  });

  it('of a bot that ignores bots comes when a user account asks, and is a 504 when a bot asks', async () => {
    world = await startBoth({ coze: { ignoreBots: true } }, { deadlineMs: 800, send: ['bridge'] });
    expect(await world.chat('hello')).toMatchObject({ status: 504 });
    await world.close();
    world = await startBoth({ coze: { ignoreBots: true } }, { send: ['alice'] });
    expect(await world.ask('hello')).toBe('You said: hello');
  });

  it('is asked of another bot the next time when one stayed silent, but not within the same request', async () => {
    world = await startBoth({ cozeBots: 2 }, { deadlineMs: 800 });
    world.sim.script({ silent: true, bot: world.sim.ready.bots.coze.userId });
    expect(await world.chat('hello')).toMatchObject({ status: 504, error: { code: 'answer_timeout' } });
    expect(promptsOf(world.sim)).toHaveLength(1);
    const texts = await Promise.all(range(6).map((number) => world.ask(`again ${number}`)));
    expect(texts).toEqual(range(6).map((number) => `You said: again ${number}`));
  });

  it('that points at another message, or at none, is nobody’s', async () => {
    world = await startBoth({ coze: { reference: 'wrong' } }, { deadlineMs: 700 });
    for (const reply of await both('hello')) expect(reply).toMatchObject({ status: 504, text: '' });
    world.sim.script({ defaults: { reference: 'none' } });
    for (const reply of await both('hello')) expect(reply).toMatchObject({ status: 504, text: '' });
  });

  it('of somebody else in the channel is never taken for the bot’s', async () => {
    world = await startBoth({ users: 2, coze: { startAfterMs: 6_000 } });
    const { sim } = world;
    const asked = world.ask('hello');
    await expect.poll(() => promptsOf(sim).length).toBe(1);
    const [prompt] = promptsOf(sim);
    const bob = sim.ready.accounts.find(({ id }) => id === 'bob');
    const post = (body: object) =>
      fetch(`${sim.ready.api}/channels/${prompt?.channelId}/messages`, {
        method: 'POST',
        headers: { authorization: bob?.token ?? '', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const reference = { message_reference: { message_id: prompt?.id } };
    const posted = [
      await post({ content: 'I am not the bot', ...reference }),
      await post({ content: 'Nor I' }),
    ];
    expect(posted.map(({ status }) => status)).toEqual([200, 200]);
    expect(await asked).toBe('You said: hello');
  });
});

describe('a bot that rewrites its answer', () => {
  it('is told once and right as a whole, and with its last word at the end of a stream', async () => {
    world = await startBoth({
      coze: { chunks: ['Let me', ' think about it'], rewrite: 'The answer is 42.' },
    });
    const [whole, streamed] = await both('hello');
    expect(whole.text).toBe('The answer is 42.');
    expect(streamed.text).toBe('Let me think about it\n\nThe answer is 42.');
    expect(streamed).toMatchObject({ done: true, finish: 'stop' });
  });

  it('by adding to its end is not told twice', async () => {
    world = await startBoth({ coze: { chunks: ['The answer'], rewrite: 'The answer is 42.' } });
    for (const { text } of await both('hello')) expect(text).toBe('The answer is 42.');
  });

  it('and takes all of it away again is not an empty success', async () => {
    world = await startBoth(
      { coze: { suggestions: false, deleteAfterMs: 1_000 } },
      { idleMs: 700, deadlineMs: 1_500 },
    );
    const reply = await world.chat('hello');
    expect(reply.status === 504 || reply.text !== '').toBe(true);
  });
});

describe('an answer whose edits arrive in one burst', () => {
  const text = 'one two three four five six seven eight nine ten';

  it('after a resumed connection is whole, streamed and not', async () => {
    world = await startBoth({ coze: { text, edits: 10, editEveryMs: 400, startAfterMs: 0 } });
    const streams = await Promise.all(range(10).map((number) => world.open(`stream ${number}`)));
    await Promise.all(streams.map((stream) => stream.until('one')));
    const wholes = range(10).map((number) => world.ask(`whole ${number}`));
    await expect.poll(() => promptsOf(world.sim).length).toBe(20);
    world.sim.fault({ type: 'drop-sockets' });
    const answers = [...(await Promise.all(streams.map((stream) => stream.finish()))).map((end) => end.text)];
    expect([...answers, ...(await Promise.all(wholes))]).toEqual(range(20).map(() => text));
  });

  it('before Discord said that the prompt was sent is whole, streamed and not', async () => {
    world = await startBoth({ coze: { text, edits: 10, editEveryMs: 200, startAfterMs: 0 } });
    world.sim.fault({ type: 'rest', action: 'lose-answer', times: 10, method: 'POST', path: '/messages' });
    const answers = await Promise.all(
      range(10).map(
        async (number) => (await (number % 2 ? world.stream : world.chat)(`question ${number}`)).text,
      ),
    );
    expect(answers).toEqual(range(10).map(() => text));
  });
});

describe('a stream', () => {
  it('begins with the role, has one id, ends with finish_reason and [DONE], and comes in pieces', async () => {
    world = await startBoth({ coze: { edits: 10 } });
    const reply = await world.stream({
      messages: [{ role: 'user', content: 'tell me something of some length' }],
      stream_options: { include_usage: true },
    });
    expect(reply.headers.get('content-type')).toContain('text/event-stream');
    expect(reply).toMatchObject({
      done: true,
      finish: 'stop',
      text: 'You said: tell me something of some length',
    });
    expect(reply.ids.size).toBe(1);
    expect(reply.pieces.length).toBeGreaterThan(5);
    expect(reply.raw.indexOf('"role":"assistant"')).toBeLessThan(reply.raw.indexOf('You'));
    expect(reply.raw).toMatch(
      /"choices":\[\],"usage":\{"prompt_tokens":\d+,"completion_tokens":\d+,"total_tokens":\d+/,
    );
  });

  it('adds up to the same text as the whole answer', async () => {
    world = await startBoth({ coze: { edits: 17 } });
    for (const number of range(3)) {
      const [whole, streamed] = await both(`long ${500 + number * 1_700}`);
      expect(streamed.text).toBe(whole.text);
    }
  });
});
