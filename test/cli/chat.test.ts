import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it as sequential } from 'vitest';
import { Terminal } from './terminal.ts';

const it = sequential.concurrent;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

interface Asked {
  readonly key: string | undefined;
  readonly conversation: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of many shapes
  readonly body: any;
}

type Answer = (asked: Asked, response: ServerResponse, count: number) => unknown;

const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', model: 'gpt-4o', choices: [{ delta, finish_reason: null }], ...more })}\n\n`;
const ending = (reason = 'stop') =>
  `data: ${JSON.stringify({ model: 'gpt-4o', choices: [{ delta: {}, finish_reason: reason }] })}\n\n` +
  `data: ${JSON.stringify({ model: 'gpt-4o', choices: [], usage: { total_tokens: 3 } })}\n\ndata: [DONE]\n\n`;

/** Says everything back, in OpenAI's shapes. */
const echo: Answer = ({ body }, response) => {
  const last = body.messages.at(-1).content;
  const text = `You said: ${typeof last === 'string' ? last : last[0].text}`;
  if (!body.stream) {
    const message = { role: 'assistant', content: text, suggestions: ['More'] };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return response.end(JSON.stringify({ model: body.model, choices, usage: { total_tokens: 3 } }));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(`: keep-alive\r\n\r\n${chunk({ role: 'assistant', content: '' })}`);
  for (const letter of text) response.write(chunk({ content: letter }));
  return response.end(ending());
};

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += part;
  return text === '' ? undefined : JSON.parse(text);
}

async function gateway(atEnd: (stop: () => void) => void, answer: Answer = echo) {
  const asked: Asked[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/v1/models')
      return response.end(JSON.stringify({ data: [{ id: 'first' }, { id: 'midjourney' }] }));
    const conversation = request.headers['x-conversation'];
    const key = request.headers.authorization?.replace('Bearer ', '');
    const one = { key, conversation: conversation as string | undefined, body: await readBody(request) };
    asked.push(one);
    return answer(one, response, asked.length);
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 500) throw new Error('it did not come to pass');
    await pause(10);
  }
}

it('prints the answer as it comes, with the key of the environment, at the first model', async ({
  onTestFinished,
}) => {
  const { url, asked } = await gateway(onTestFinished, async (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk({ content: 'Hel' }));
    await until(() => terminal.stdout === 'Hel');
    response.end(chunk({ content: 'lo' }) + ending());
  });
  const terminal = new Terminal({ CORDGATE_KEY: 'sk-1' });
  const { code, stdout, stderr } = await terminal.run(['chat', 'Who', 'are', 'you?', '--url', url]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  expect(asked).toMatchObject([
    {
      key: 'sk-1',
      body: { model: 'first', stream: true, messages: [{ role: 'user', content: 'Who are you?' }] },
    },
  ]);
});

it('asks what is piped in when no words are given', async ({ onTestFinished }) => {
  const { url } = await gateway(onTestFinished);
  const terminal = new Terminal();
  terminal.stdinIsTerminal = false;
  terminal.stdin.end('from a\npipe\n');
  const { code, stdout } = await terminal.run(['chat', '--url', url]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'You said: from a\npipe\n' });
});

it('names the conversation, the model and the pictures', async ({ onTestFinished }) => {
  const { url, asked } = await gateway(onTestFinished);
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-chat-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'red.dat');
  writeFileSync(file, PNG);
  const args = [
    '--conversation',
    'Größe 1',
    '--model',
    'gpt-4o',
    '--image',
    file,
    '--image',
    'https://x.test/a.png',
  ];
  const { code } = await new Terminal().run(['chat', 'Look', ...args, '--url', url, '--no-stream']);
  expect(code).toBe(0);
  expect(decodeURIComponent(asked[0]?.conversation ?? '')).toBe('Größe 1');
  expect(asked[0]?.body).toMatchObject({ model: 'gpt-4o', stream: false });
  expect(asked[0]?.body.messages[0].content).toEqual([
    { type: 'text', text: 'Look' },
    {
      type: 'image_url',
      image_url: { url: `data:application/octet-stream;base64,${PNG.toString('base64')}` },
    },
    { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
  ]);
});

it('prints one object with --json', async ({ onTestFinished }) => {
  const { url } = await gateway(onTestFinished, (asked, response, count) => {
    response.setHeader('x-cordgate-warnings', 'unsupported parameters ignored: top_p');
    return echo(asked, response, count);
  });
  const { code, stdout, stderr } = await new Terminal().run(['chat', 'Hi', '--url', url, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.endsWith('\n')).toBe(true);
  expect(JSON.parse(stdout)).toEqual({
    model: 'first',
    text: 'You said: Hi',
    images: [],
    suggestions: ['More'],
    finishReason: 'stop',
    usage: { total_tokens: 3 },
    warnings: ['unsupported parameters ignored: top_p'],
  });
});

it.each<[string, Answer | undefined, string, number]>([
  [
    'an error in the stream',
    (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        `${chunk({ content: 'par' })}data: ${JSON.stringify({ error: { message: 'The bot rests.' } })}\n\n`,
      );
    },
    'error: The bot rests.',
    1,
  ],
  [
    'a stream that breaks off',
    (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'par' }), () => response.destroy());
    },
    'error: the answer broke off before its end\n  -> ',
    1,
  ],
  [
    'a refusal',
    (_asked, response) => {
      response.writeHead(429).end(JSON.stringify({ error: { message: 'Too many wait. Come later.' } }));
    },
    'error: Too many wait. Come later.',
    1,
  ],
  [
    'a wrong key',
    (_asked, response) => void response.writeHead(401).end('{}'),
    'error: the gateway asks for a key\n  -> ',
    1,
  ],
  ['a stranger', (_asked, response) => void response.end('<html>'), 'is no cordgate gateway', 1],
])('tells %s on the standard error stream', async (_, answer, message, exitCode) => {
  const stops: (() => void)[] = [];
  const { url } = await gateway((stop) => stops.push(stop), answer);
  const { code, stdout, stderr } = await new Terminal().run(['chat', 'Hi', '--url', url]);
  for (const stop of stops) stop();
  expect(code).toBe(exitCode);
  expect(stderr).toContain(message);
  expect(['', 'par\n']).toContain(stdout);
});

it('says where to start a gateway when none answers', async () => {
  const { code, stderr } = await new Terminal().run(['chat', 'Hi', '--url', 'http://127.0.0.1:9']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/error: .*127\.0\.0\.1:9.*\n {2}-> /);
});

it.each([
  [['chat', '--json'], /--json needs the words/],
  [['chat', 'Hi', '--image', '/nowhere/a.png'], /there is no such file/],
  [['chat', 'Hi', '--url', 'nonsense'], /Must be an address/],
])('takes %j for wrong usage', async (args, message) => {
  const { code, stderr } = await new Terminal().run(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

/** Begins an answer that never ends. */
const endless: Answer = (_asked, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chunk({ content: 'on and on' }));
};

it('stops the answer at Ctrl+C, and says so with exit code 1', async ({ onTestFinished }) => {
  const { url } = await gateway(onTestFinished, endless);
  const terminal = new Terminal();
  const running = terminal.run(['chat', 'Hi', '--url', url]);
  await terminal.written();
  terminal.signal();
  expect(await running).toEqual({
    code: 1,
    stdout: 'on and on\n',
    stderr: 'error: stopped; the answer is not whole\n',
  });
});

it('keeps the conversation at a terminal until /exit', async ({ onTestFinished }) => {
  const { url, asked } = await gateway(onTestFinished);
  const terminal = new Terminal();
  const running = terminal.run(['chat', '--url', url]);
  terminal.stdin.write('one\n');
  await until(() => terminal.stdout.includes('one\n'));
  terminal.stdin.write('\ntwo\n');
  await until(() => terminal.stdout.includes('two\n'));
  terminal.stdin.write('/exit\n');
  const { code, stdout } = await running;
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'You said: one\nYou said: two\n' });
  expect(asked[1]?.body.messages).toEqual([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'You said: one' },
    { role: 'user', content: 'two' },
  ]);
});

it('goes on at a terminal after a stop and after a failure, and leaves at Ctrl+C at the prompt', async ({
  onTestFinished,
}) => {
  const { url } = await gateway(onTestFinished, (asked, response, count) => {
    if (count === 1) return endless(asked, response, count);
    if (count === 2) return response.writeHead(500).end(JSON.stringify({ error: { message: 'Broken.' } }));
    return echo(asked, response, count);
  });
  const terminal = new Terminal();
  const running = terminal.run(['chat', '--url', url]);
  terminal.stdin.write('one\n');
  await terminal.written();
  terminal.signal();
  await until(() => terminal.stderr.includes('stopped; Ctrl+C once more leaves\n'));
  terminal.stdin.write('two\n');
  await until(() => terminal.stderr.includes('error: Broken.\n'));
  terminal.stdin.write('three\n');
  await until(() => terminal.stdout.includes('three\n'));
  await pause(20);
  terminal.signal();
  const { code, stdout } = await running;
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'on and on\nYou said: three\n' });
});

it('leaves a conversation at the end of the input', async ({ onTestFinished }) => {
  const { url } = await gateway(onTestFinished);
  const terminal = new Terminal();
  terminal.stdin.end();
  expect((await terminal.run(['chat', '--url', url])).code).toBe(0);
});
