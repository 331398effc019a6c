import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assistant, promptsOf, range, user } from './scene.ts';
import { type EndToEnd, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

const PICTURES = {
  png: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  gif: 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  jpeg: Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex').toString('base64'),
  webp: Buffer.concat([Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1'), Buffer.alloc(28, 1)]).toString(
    'base64',
  ),
} as const;
type Kind = keyof typeof PICTURES;
const KINDS = Object.keys(PICTURES) as Kind[];

const bytesOf = (kind: Kind) => Buffer.from(PICTURES[kind], 'base64');
const inline = (kind: Kind) => part(`data:image/${kind};base64,${PICTURES[kind]}`);
const part = (url: string) => ({ type: 'image_url', image_url: { url } });
const text = (words: string) => ({ type: 'text', text: words });
const own = { webhooks: { allowPrivate: ['127.0.0.0/8'] } };

/** A web server with pictures, and with what people send by mistake. */
const pages: Record<string, { status?: number; type?: string; body?: Buffer; to?: string }> = {
  ...Object.fromEntries(
    KINDS.map((kind) => [`/picture.${kind}`, { type: `image/${kind}`, body: bytesOf(kind) }]),
  ),
  '/page.png': {
    type: 'image/png',
    body: Buffer.from('<!doctype html><title>No picture</title>'.padEnd(200)),
  },
  '/gone.png': { status: 404 },
  '/moved.png': { status: 302, to: '/picture.png' },
  '/empty.png': { type: 'image/png' },
};
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  const page = pages[request.url?.split('?')[0] ?? ''] ?? { status: 404 };
  response.writeHead(page.status ?? 200, {
    'content-type': page.type ?? 'text/plain',
    ...(page.to ? { location: page.to } : {}),
  });
  response.end(page.body);
});
const link = (path: string) => part(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

async function attachedBytes(): Promise<Buffer[]> {
  const urls = promptsOf(world.sim).flatMap(({ attachments }) => attachments.map(({ url }) => url));
  return Promise.all(urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
}

describe.each(['bridge', 'alice'])('pictures of a request, sent by %s,', (sender) => {
  it('reach the bot byte for byte: every kind, by link and as base64', async () => {
    world = await startBoth({}, { send: [sender] }, own);
    const parts = KINDS.flatMap((kind) => [inline(kind), link(`/picture.${kind}`)]);
    const reply = await world.chat({ messages: [user([text('What is it?'), ...parts])] });
    const types = KINDS.flatMap((kind) => [`image/${kind}`, `image/${kind}`]);
    expect(reply.text).toBe(`You said: What is it?\nI see 8 pictures: ${types.join(', ')}`);
    expect(await attachedBytes()).toEqual(KINDS.flatMap((kind) => [bytesOf(kind), bytesOf(kind)]));
    expect(promptsOf(world.sim)).toHaveLength(1);
  });

  it('reach it without any words, and beside a long prompt in a file', async () => {
    world = await startBoth({}, { send: [sender] });
    expect((await world.chat({ messages: [user([inline('png')])] })).text).toBe(
      'You said: nothing\nI see 1 picture: image/png',
    );
    const long = await world.chat({ messages: [user([text('Look. '.repeat(1_000)), inline('gif')])] });
    expect(long.text).toMatch(/^You said \(from your file\) 5999 characters/);
    expect(long.text).toMatch(/I see 1 picture: image\/gif$/);
  });
});

describe('pictures of a request', () => {
  it('of several messages are all sent, in their order, and only the new ones when the conversation goes on', async () => {
    world = await startBoth();
    const messages = [
      user([text('one'), inline('png')]),
      assistant('nice'),
      user([text('two'), inline('gif'), inline('jpeg')]),
    ];
    const first = await world.chat({ messages });
    expect(first.text).toContain('I see 3 pictures: image/png, image/gif, image/jpeg');
    const second = await world.stream({
      messages: [...messages, assistant(first.text), user([text('three'), inline('webp')])],
    });
    expect(second.text).toBe('You said: three\nI see 1 picture: image/webp');
    const channels = promptsOf(world.sim).map(({ channelId }) => channelId);
    expect(new Set(channels).size).toBe(1);
  });

  it('never come from another picture’s conversation: the same words with another picture are another request', async () => {
    world = await startBoth();
    const first = await world.chat({ messages: [user([text('this'), inline('png')])] });
    const messages = [user([text('this'), inline('gif')]), assistant(first.text), user('recall')];
    expect((await world.chat({ messages })).text).toBe('I remember nothing of this channel.');
  });

  it('of a link that moves are followed', async () => {
    world = await startBoth({}, {}, own);
    const reply = await world.chat({ messages: [user([text('Look'), link('/moved.png')])] });
    expect(reply.text).toBe('You said: Look\nI see 1 picture: image/png');
  });

  it('in hundreds of requests side by side stay with their request', async () => {
    world = await startBoth();
    const kindOf = (number: number) => KINDS[number % KINDS.length] ?? 'png';
    const replies = await Promise.all(
      range(60).map((number) =>
        world.chat({ messages: [user([text(`number ${number}`), inline(kindOf(number))])] }),
      ),
    );
    expect(replies.map((reply) => reply.text)).toEqual(
      range(60).map((number) => `You said: number ${number}\nI see 1 picture: image/${kindOf(number)}`),
    );
  });
});

describe('a picture that cannot be used', () => {
  const tooMany = range(11).map(() => inline('png'));
  const notBase64 = part(
    `data:image/png;base64,${Buffer.from('this is no picture at all').toString('base64')}`,
  );
  const cases = [
    { name: 'a private address', parts: () => [link('/picture.png')], more: {}, code: 'media_forbidden' },
    {
      name: 'the cloud’s own address',
      parts: () => [part('http://169.254.169.254/latest/meta-data')],
      more: {},
      code: 'media_forbidden',
    },
    {
      name: 'a name of this machine',
      parts: () => [part('http://localhost:1/a.png')],
      more: {},
      code: 'media_forbidden',
    },
    { name: 'a page', parts: () => [link('/page.png')], more: own, code: 'media_invalid' },
    { name: 'nothing there', parts: () => [link('/gone.png')], more: own, code: 'media_unreachable' },
    { name: 'an empty file', parts: () => [link('/empty.png')], more: own, code: 'media_invalid' },
    {
      name: 'nobody listens',
      parts: () => [part('http://127.0.0.1:1/a.png')],
      more: own,
      code: 'media_unreachable',
    },
    { name: 'bytes that are no picture', parts: () => [notBase64], more: {}, code: 'media_invalid' },
    { name: 'one too many', parts: () => tooMany, more: {}, code: 'media_invalid' },
  ];

  it.each(cases)('is a 400 that says so, and nothing is sent: $name', async ({ parts, more, code }) => {
    world = await startBoth({}, {}, more);
    asked.length = 0;
    const body = { messages: [user([text('Look'), ...parts()])] };
    for (const reply of [await world.chat(body), await world.stream(body)]) {
      expect(reply).toMatchObject({ status: 400, error: { type: 'invalid_request_error', code } });
      expect(reply.headers.get('content-type')).toContain('application/json');
    }
    if (code === 'media_forbidden') expect(asked).toEqual([]);
    expect(promptsOf(world.sim)).toEqual([]);
    expect(await world.ask('still there?')).toBe('You said: still there?');
    expect(world.sim.world.counts.channelsDeleted).toBe(0);
  });
});
