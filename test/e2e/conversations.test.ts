import { afterEach, describe, expect, it } from 'vitest';
import { assistant, gatewayChannels, promptsOf, range, user } from './scene.ts';
import { type EndToEnd, OTHER_KEY, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

const NOTHING = 'I remember nothing of this channel.';
const remembers = (...prompts: string[]) =>
  [
    `I remember ${prompts.length} prompts of this channel:`,
    ...prompts.map((text, at) => `${at + 1}. ${text}`),
  ].join('\n');
const mention = () => `<@${world.sim.ready.bots.coze.userId}>`;
const other = { authorization: `Bearer ${OTHER_KEY}` };

/** Asks on after what was said so far. */
async function goOn(said: object[], text: string, headers?: Record<string, string>): Promise<object[]> {
  const { text: answer, status, raw } = await world.chat({ messages: [...said, user(text)] }, headers);
  if (status !== 200) throw new Error(raw);
  return [...said, user(text), assistant(answer)];
}
const answerOf = (said: object[]) => (said.at(-1) as { content: string }).content;

describe('a request that goes on with a conversation', () => {
  it('uses the same channel and sends only what is new', async () => {
    world = await startBoth({}, { spareChannels: 0 });
    let said = await goOn([], 'alpha');
    said = await goOn(said, 'beta');
    said = await goOn(said, 'recall');
    expect(answerOf(said)).toBe(remembers('alpha', 'beta'));
    const prompts = promptsOf(world.sim);
    expect(prompts.map(({ content }) => content)).toEqual(
      ['alpha', 'beta', 'recall'].map((text) => `${mention()} ${text}`),
    );
    expect(new Set(prompts.map(({ channelId }) => channelId)).size).toBe(1);
    expect(world.sim.world.counts.channelsCreated).toBe(1);
  });

  it('is recognised whether answers were streamed or not, with a system message, and with content in parts', async () => {
    world = await startBoth();
    const system = { role: 'system', content: 'Be brief.' };
    const first = await world.stream({ messages: [system, user('alpha')] });
    const parts = (text: string) => [{ type: 'text', text }];
    const second = await world.chat({
      messages: [system, user(parts('alpha')), assistant(parts(first.text)), user('beta')],
    });
    expect(second.text).toBe('You said: beta');
    const said = [system, user('alpha'), assistant(first.text), user('beta'), assistant(second.text)];
    const third = await world.stream({ messages: [...said, user('recall')] });
    expect(third.text).toMatch(/^I remember 2 prompts/);
    expect(third.text).toMatch(/2\. beta$/);
  });

  it('is recognised after an answer with a picture, and after one that the bot rewrote while it streamed', async () => {
    world = await startBoth();
    const drawn = await goOn([], 'draw a cat');
    expect(answerOf(await goOn(drawn, 'recall'))).toBe(remembers('draw a cat'));
    world.sim.script({ match: 'change', text: 'One moment please', rewrite: 'The answer is 42' });
    const streamed = await world.stream('change your mind');
    const said = [user('change your mind'), assistant(streamed.text)];
    expect(answerOf(await goOn(said, 'recall'))).toBe(remembers('change your mind'));
  });

  it('goes on as the whole in a new channel when its answer was changed, or its past', async () => {
    world = await startBoth();
    const said = await goOn([], 'alpha');
    const changed = await world.chat({ messages: [said[0], assistant('I never said that'), user('recall')] });
    expect(changed.text).toBe(NOTHING);
    const otherPast = await world.chat({ messages: [user('ALPHA'), said[1], user('recall')] });
    expect(otherPast.text).toBe(NOTHING);
    const whole = promptsOf(world.sim)
      .map(({ content }) => content)
      .find((content) => content.includes('never said'));
    expect(whole).toContain('alpha');
    expect(whole).toContain('recall');
  });

  it('branches: one branch keeps the channel, the others get the whole in new ones', async () => {
    world = await startBoth();
    const root = await goOn([], 'alpha');
    const branches = await Promise.all(range(8).map((number) => goOn(root, `branch ${number}`)));
    const recalls = await Promise.all(branches.map((said) => goOn(said, 'recall')));
    const texts = recalls.map(answerOf);
    for (const [number, text] of texts.entries()) {
      expect(text).toContain(`branch ${number}`);
      for (const foreign of range(8)) if (foreign !== number) expect(text).not.toContain(`branch ${foreign}`);
    }
    expect(texts.filter((text) => text.startsWith('I remember 2 prompts'))).toHaveLength(1);
    expect(texts.filter((text) => text.startsWith('I remember 1 prompts'))).toHaveLength(7);
  });

  it('asked once more from its beginning gets a channel that remembers nothing', async () => {
    world = await startBoth();
    await goOn([], 'recall');
    expect(answerOf(await goOn([], 'recall'))).toBe(NOTHING);
    const again = await Promise.all(range(20).map(() => goOn([], 'recall')));
    expect(new Set(again.map(answerOf))).toEqual(new Set([NOTHING]));
  });

  it('does not meet the late rest of an answer that was cut at the deadline', async () => {
    world = await startBoth({}, { deadlineMs: 1_000, idleMs: 900 });
    world.sim.script({ match: 'slow', edits: 60, editEveryMs: 4_000, startAfterMs: 0, times: 1 });
    const cut = await world.chat('slow tale of many words');
    expect(cut).toMatchObject({ status: 200, finish: 'length' });
    const next = await world.chat({
      messages: [user('slow tale of many words'), assistant(cut.text), user('recall')],
    });
    expect(next.text).toBe(NOTHING);
  });

  it('never reaches the channel of another key, even with the very same messages', async () => {
    world = await startBoth();
    const said = await goOn([], 'secret alpha');
    expect(answerOf(await goOn(said, 'recall', other))).toBe(NOTHING);
    expect(answerOf(await goOn(said, 'recall'))).toBe(remembers('secret alpha'));
  });
});

describe('a named conversation', () => {
  const kitchen = { 'x-conversation': 'kitchen' };

  it('keeps one channel and gets only the newest user message', async () => {
    world = await startBoth();
    await world.ask('alpha', kitchen);
    const messages = [
      user('never sent'),
      assistant('nor this'),
      user('beta'),
      assistant('x'),
      user('recall'),
    ];
    expect((await world.chat({ messages }, kitchen)).text).toBe(remembers('alpha'));
    expect((await world.stream('recall', kitchen)).text).toBe(remembers('alpha', 'recall'));
    expect(JSON.stringify(promptsOf(world.sim))).not.toContain('never sent');
    await expect
      .poll(() => gatewayChannels(world.sim).filter(({ name }) => name === 'kitchen').length)
      .toBe(1);
  });

  it('of one key is not the one of another key, nor an unnamed one', async () => {
    world = await startBoth();
    const said = await goOn([], 'alpha', kitchen);
    expect(await world.ask('recall', { ...kitchen, ...other })).toBe(NOTHING);
    expect(answerOf(await goOn(said, 'recall'))).toBe(NOTHING);
    expect(await world.ask('recall', kitchen)).toBe(remembers('alpha'));
  });

  it('may have any name that people write', async () => {
    world = await startBoth();
    const names = [
      '厨房',
      'a/b?c=d&e',
      '../../x',
      'UPPER',
      'upper',
      ' trimmed ',
      "Robert'); DROP TABLE",
      'é',
      '🐈'.repeat(50),
    ];
    for (const name of names) {
      const room = { 'x-conversation': encodeURIComponent(name) };
      expect(await world.ask('recall', room), name).toBe(NOTHING);
      expect(await world.ask('recall', room), name).toBe(remembers('recall'));
    }
  });

  it('answers one request at a time, in the order in which they came', async () => {
    world = await startBoth();
    const answers = await Promise.all(range(12).map((number) => world.ask(`question ${number}`, kitchen)));
    expect(answers).toEqual(range(12).map((number) => `You said: question ${number}`));
    const [channel] = gatewayChannels(world.sim).filter(({ messages }) => messages.length > 0);
    const bot = world.sim.ready.bots.coze.userId;
    // Prompt, answer, prompt, answer: no prompt ever came before the answer to the one before.
    expect(channel?.messages.map(({ authorId }) => authorId === bot)).toEqual(
      range(24).map((at) => at % 2 === 1),
    );
  });

  it('lets only so many wait, and tells the others to come again', async () => {
    world = await startBoth({ coze: { startAfterMs: 10_000 } }, { queue: 2 });
    const replies = await Promise.all(range(5).map(() => world.chat('hello', kitchen)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = replies.find(({ status }) => status === 429);
    expect(refused?.error).toMatchObject({ code: 'rate_limit_exceeded', type: 'rate_limit_error' });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('created by twenty requests at once is still one channel', async () => {
    world = await startBoth({}, { spareChannels: 0 });
    await Promise.all(range(20).map((number) => world.ask(`question ${number}`, kitchen)));
    expect(world.sim.world.counts.channelsCreated).toBe(1);
  });
});
