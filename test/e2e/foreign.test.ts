import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { RunningGateway } from '../../src/gateway.ts';
import { BOT_TOKEN, ForeignServer, type Knobs, type Turn, USER_TOKEN } from './foreign-server.ts';
import { LogBook } from './log-book.ts';
import { clientOf, KEY, startWith } from './world.ts';

const BUTTONS = [{ type: 1, components: [{ type: 2, style: 2, label: 'More?', custom_id: 's1' }] }];
const wanted = (text: string) => `Echo: ${text} — the end.`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers in growing edits, `stepMs` apart, with buttons on the last one. */
function echo(stepMs = 10) {
  return async ({ text, typing, post, edit, wait }: Turn): Promise<void> => {
    const whole = wanted(text);
    typing();
    const message = post({ content: whole.slice(0, 4) });
    for (let end = 8; end < whole.length; end += 8) {
      await wait(stepMs);
      edit(message, { content: whole.slice(0, end) });
    }
    await wait(stepMs);
    edit(message, { content: whole, components: BUTTONS });
  };
}

let foreign: ForeignServer | undefined;
let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.close();
  await foreign?.close();
  const problems = foreign?.problems ?? [];
  [gateway, foreign] = [undefined, undefined];
  expect(problems).toEqual([]);
});

async function startFront(knobs: Knobs, sender: 'bridge' | 'alice' = 'bridge', version = 10) {
  const server = await new ForeignServer({ script: echo(), ...knobs }).start();
  foreign = server;
  const base = `http://127.0.0.1:${server.port}`;
  const input: ConfigInput = {
    auth: { keys: [{ key: KEY, name: 'test' }] },
    discord: {
      api: `${base}/api/v${version}`,
      gateway: `ws://127.0.0.1:${server.port}`,
      cdn: base,
      upload: base,
      requestsPerSecond: 0,
    },
    accounts: [
      { id: 'bridge', kind: 'bot', token: BOT_TOKEN },
      { id: 'alice', kind: 'user', token: USER_TOKEN },
    ],
    bots: [
      {
        id: 'coze',
        driver: 'coze',
        listen: 'bridge',
        send: [sender],
        guildId: server.guildId,
        botUserId: server.botUser.id,
        models: ['gpt-4o'],
        idleMs: 2_500,
        deadlineMs: 20_000,
      },
    ],
    store: { driver: 'memory' },
  };
  const book = new LogBook();
  gateway = await startWith(input, book);
  const openai = new OpenAI({ apiKey: KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  return { server, openai, ...clientOf(gateway.url, book) };
}

let counter = 10_000_000_000_000_000n;
let turns = 0;
const everyOther = () => {
  turns += 1;
  return turns % 2 === 1;
};

const LIBERTIES: [string, Knobs][] = [
  ['compresses its stream', { compress: 'zlib' }],
  ['tears a compressed message over frames', { compress: 'zlib-split' }],
  ['writes t and s behind d', { keyOrder: 'd-first', noise: true }],
  ['sends unknown events, foreign channels and early ACKs', { compress: 'zlib', noise: true }],
  ['names no address to resume at', { resumeUrl: () => undefined }],
  ['says next to nothing in READY', { ready: () => ({}) }],
  ['wants a heartbeat every 200 ms', { heartbeatMs: 200 }],
  ['sends only what an edit changed', { partialUpdate: 'bare' }],
  ['leaves the author out of edits', { partialUpdate: 'no-author' }],
  ['tells no time of edits', { editTime: () => undefined, partialUpdate: 'bare' }],
  ['writes null for what is empty', { nullish: true }],
  [
    'names only the message in a reference',
    { reference: (_, id) => ({ message_reference: { message_id: id } }) },
  ],
  ['says everything three times', { eventOrder: 'duplicate' }],
  ['lets neighbouring events change places', { eventOrder: 'swap' }],
  ['answers the send after the reply', { postDelayMs: 300 }],
  ['echoes the prompt late and without a nonce', { ownEchoMs: 300, nonceAs: 'none' }],
  ['answers 200 to a creation and 204 to a removal', { createStatus: 200, deleteStatus: 204 }],
  ['gives channels only an id and a name', { channelShape: ({ id, name }) => ({ id, name }) }],
  ['counts its ids from 17 digits on', { snowflake: () => String(counter++) }],
  ['loses the answer of every other send', { failPostAfter: () => (everyOther() ? 'reset' : undefined) }],
];

describe('in front of a server that takes the liberty and', () => {
  test.each(LIBERTIES)('%s, every answer is whole and its asker’s own', async (_, knobs) => {
    const { openai, chat, stream } = await startFront(knobs);
    const first = await chat('hello');
    expect(first.text).toBe(wanted('hello'));
    const next = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: first.text },
        { role: 'user', content: 'and now' },
      ],
    });
    expect(next.choices[0]?.message.content).toBe(wanted('and now'));
    const side = await Promise.all([stream('same'), chat('same'), stream('other')]);
    expect(side.map(({ text }) => text)).toEqual([wanted('same'), wanted('same'), wanted('other')]);
  });

  test('speaks version 9 to a user account, uploads go to its own storage without the token', async () => {
    const { chat, server } = await startFront({}, 'alice', 9);
    expect((await chat('x'.repeat(5_000))).status).toBe(200);
    expect(server.prompts[0]?.attachments).toHaveLength(1);
  });

  test.each([
    ['told by the body alone', {}, { message: 'slow', retry_after: 0.3, global: false }],
    ['told by the header alone', { 'retry-after': '0.3', 'content-type': 'text/plain' }, 'slow'],
  ])('limits without announcement, %s, everybody is answered in the end', async (_, headers, body) => {
    const { chat } = await startFront({
      limit: () => (everyOther() ? { status: 429, headers, body } : undefined),
    });
    const got = await Promise.all(['a', 'b', 'c', 'd'].map((text) => chat(text)));
    expect(got.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd'].map(wanted));
  });
});

describe('when the foreign gateway', () => {
  const BREAKS: [string, (server: ForeignServer) => void][] = [
    ['breaks', (server) => server.dropSockets()],
    ['closes with 1000', (server) => server.dropSockets(1000)],
    ['asks to reconnect', (server) => server.sendAll({ op: 7, d: null })],
    [
      'breaks and has forgotten the session',
      (server) => {
        server.forgetSessions();
        server.dropSockets();
      },
    ],
  ];
  test.each(BREAKS)(
    '%s in the middle of answers, nothing of them is lost',
    async (_, disturb) => {
      const { server, chat, stream } = await startFront({ script: echo(300) });
      const answers = Promise.all([chat('one'), stream('two')]);
      await pause(700);
      disturb(server);
      expect((await answers).map(({ text }) => text)).toEqual([wanted('one'), wanted('two')]);
    },
    20_000,
  );
});
