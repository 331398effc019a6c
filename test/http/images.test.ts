import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/core/chat.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { MediaFile, MediaSource } from '../../src/core/media.ts';
import {
  authorized,
  completed,
  type Fixture,
  fails,
  key,
  makeApp,
  type Script,
  says,
  serveApp,
  untilAborted,
} from './support.ts';

const LINK = 'https://cdn.discordapp.com/attachments/1/2/fox.png?ex=1';
const picture = (url = LINK) => ({ url, contentType: 'image/png' });
const drawn = (patch: object = {}): ChatEvent =>
  completed({ text: 'Here is your fox', media: [picture()], ...patch });

async function generate(fixture: Fixture, payload: unknown) {
  const response = await fixture.app.inject({
    method: 'POST',
    url: '/v1/images/generations',
    headers: { ...authorized, 'content-type': 'application/json' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

function withScript(script: Script, patch: Parameters<typeof makeApp>[0] = {}): Fixture {
  const fixture = makeApp(patch);
  fixture.service.script = script;
  return fixture;
}

/** Answers the asks one after the other with these scripts. */
function inTurn(...scripts: Script[]): Script {
  let turn = 0;
  return (request) => {
    const script = scripts[turn % scripts.length]!;
    turn += 1;
    return script(request);
  };
}

/** A loader that knows one file, and notes what was asked for. */
function oneFile(bytes: Uint8Array) {
  const asked: MediaSource[] = [];
  const load = async (source: MediaSource): Promise<MediaFile> => {
    asked.push(source);
    return { name: 'image.png', contentType: 'image/png', bytes };
  };
  return { asked, load };
}

describe('a request for a picture', () => {
  it('is answered in OpenAI’s shape, with the bot’s text as the revised prompt and the words it took', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { status, body, headers } = await generate(withScript(says(drawn())), { prompt: 'a red fox' });
    expect({ status, warnings: headers['x-cordgate-warnings'] }).toEqual({
      status: 200,
      warnings: undefined,
    });
    expect(body).toEqual({
      created: expect.any(Number),
      data: [{ url: LINK, revised_prompt: 'Here is your fox' }],
      usage: {
        total_tokens: 9,
        input_tokens: 7,
        output_tokens: 2,
        input_tokens_details: { text_tokens: 7, image_tokens: 0 },
        output_tokens_details: { text_tokens: 2, image_tokens: 0 },
      },
    });
    expect(body.created).toBeGreaterThanOrEqual(before);
    expect(body.created).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('tells the bot to draw in the prompt’s own words, in a fresh conversation of the caller’s first model', async () => {
    const fixture = withScript(says(drawn()));
    await generate(fixture, { prompt: '  a red fox,\nsitting  ' });
    expect(fixture.service.requests).toHaveLength(1);
    expect(fixture.service.requests[0]).toMatchObject({
      model: 'gpt-4o',
      messages: [{ role: 'user', text: '画图 a red fox,\nsitting', files: [] }],
      streamed: false,
      caller: { id: 'tester' },
    });
    expect(fixture.service.requests[0]).not.toHaveProperty('conversation');
  });

  it('lets the channel rest, because Discord drops the pictures of a deleted one', async () => {
    const fixture = withScript(says(drawn()));
    await generate(fixture, { prompt: 'a fox' });
    expect(fixture.service.remembered).toEqual([`Here is your fox\n\n![image](${LINK})`]);
    expect(fixture.service.rememberedAtEnd).toEqual([1]);
  });

  it.each([
    [{ size: '1024x1792' }, '画图 a fox (size: 1024x1792)', 'asked for, not guaranteed: size'],
    [
      { size: '512x512', quality: 'hd', style: 'natural' },
      '画图 a fox (size: 512x512, quality: hd, style: natural)',
      'asked for, not guaranteed: size, quality, style',
    ],
    [{ size: 'auto', quality: 'auto', background: 'auto', moderation: 'auto' }, '画图 a fox', undefined],
    [{ size: null, quality: null, n: null, stream: false, user: 'me' }, '画图 a fox', undefined],
    [
      { output_format: 'webp', background: 'transparent', size: '1024x1024', seed: 3 },
      '画图 a fox (size: 1024x1024)',
      'unsupported parameters ignored: output_format, background, seed; asked for, not guaranteed: size',
    ],
  ])('with %j says %j and warns %j', async (patch, text, warnings) => {
    const fixture = withScript(says(drawn()));
    const { status, headers } = await generate(fixture, { prompt: 'a fox', ...patch });
    expect(status).toBe(200);
    expect(fixture.service.requests[0]!.messages[0]!.text).toBe(text);
    expect(headers['x-cordgate-warnings']).toBe(warnings);
  });

  it.each([
    ['a link in Markdown', `![fox](${LINK})`, undefined],
    ['a link and words', `Done!\n\n![fox](${LINK})\n`, 'Done!'],
    ['a bare link', LINK, undefined],
    [
      'a foreign link',
      'See [the docs](https://example.org/docs)',
      'See [the docs](https://example.org/docs)',
    ],
    ['nothing', '', undefined],
  ])('whose bot wrote %s has a revised prompt without the picture’s link', async (_what, text, revised) => {
    const { body } = await generate(withScript(says(drawn({ text }))), { prompt: 'a fox' });
    expect(body.data).toEqual([{ url: LINK, ...(revised === undefined ? {} : { revised_prompt: revised }) }]);
  });

  it('takes files that are no pictures for none', async () => {
    const media = [{ url: 'https://cdn.discordapp.com/a.pdf', contentType: 'application/pdf' }, picture()];
    const { body } = await generate(withScript(says(drawn({ media }))), { prompt: 'a fox' });
    expect(body.data).toMatchObject([{ url: LINK }]);
  });
});

describe('b64_json', () => {
  it('is the raw base64 of the file behind the bot’s link', async () => {
    const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]);
    const pictures = oneFile(bytes);
    const fixture = withScript(says(drawn()), { pictures });
    const { body } = await generate(fixture, { prompt: 'a fox', response_format: 'b64_json' });
    expect(body.data).toEqual([{ b64_json: 'iVBOR//+', revised_prompt: 'Here is your fox' }]);
    expect(pictures.asked).toEqual([{ type: 'link', url: LINK }]);
  });

  it('of a file that cannot be fetched is a fault of the bot, not of the request', async () => {
    const load = () => Promise.reject(new GatewayError('media_forbidden', 'The link is not public.'));
    const fixture = withScript(says(drawn()), { pictures: { load } });
    const { status, body } = await generate(fixture, { prompt: 'a fox', response_format: 'b64_json' });
    expect(status).toBe(502);
    expect(body.error).toMatchObject({ code: 'bot_failed', message: expect.stringContaining('not public') });
  });
});

describe('several pictures', () => {
  it('are asked for side by side, each in a conversation of its own, and come in their order', async () => {
    let asking = 0;
    let most = 0;
    let turn = 0;
    const fixture = withScript(async function* () {
      const own = turn;
      turn += 1;
      asking += 1;
      most = Math.max(most, asking);
      await new Promise((resolve) => setTimeout(resolve, 30 - own * 5));
      asking -= 1;
      yield drawn({ media: [picture(`${LINK}&n=${own}`)] });
    });
    const { body } = await generate(fixture, { prompt: 'a fox', n: 4 });
    expect(body.data.map(({ url }: { url: string }) => url)).toEqual(
      [0, 1, 2, 3].map((n) => `${LINK}&n=${n}`),
    );
    expect(most).toBe(4);
    expect(body.usage).toMatchObject({ input_tokens: 28, output_tokens: 8, total_tokens: 36 });
  });

  const busy = fails(new GatewayError('bot_busy', 'Too many users.'));

  it('of which some failed are given all the same, and the header says so', async () => {
    const fixture = withScript(inTurn(says(drawn()), busy, says(drawn()), says(completed({ text: 'no' }))));
    const { status, body, headers } = await generate(fixture, { prompt: 'a fox', n: 4 });
    expect(status).toBe(200);
    expect(body.data).toHaveLength(2);
    expect(headers['x-cordgate-warnings']).toBe('2 of 4 pictures came: bot_busy');
  });

  it('that one bot drew at once stand in for those that another failed to draw, and are no more than asked for', async () => {
    const two = says(
      drawn({ media: [picture('https://a.example/1.png'), picture('https://a.example/2.png')] }),
    );
    const three = withScript(inTurn(two, busy, two));
    const { body, headers } = await generate(three, { prompt: 'a fox', n: 3 });
    expect(body.data.map(({ url }: { url: string }) => url.slice(-5))).toEqual(['1.png', '1.png', '2.png']);
    expect(headers['x-cordgate-warnings']).toBeUndefined();
    expect((await generate(withScript(two), { prompt: 'a fox' })).body.data).toHaveLength(1);
  });

  it('of which none came fail with the first failure', async () => {
    const { status, body } = await generate(withScript(inTurn(busy, says(completed()))), {
      prompt: 'a fox',
      n: 2,
    });
    expect(status).toBe(503);
    expect(body.error).toMatchObject({
      code: 'bot_busy',
      message: expect.stringContaining('Too many users.'),
    });
  });
});

describe('a bot that does not draw', () => {
  it('is a 502 that repeats what it said, never an empty list, and is not asked again by itself', async () => {
    const fixture = withScript(says(completed({ text: "I'm sorry, but I can't assist with that." })));
    const { status, body, headers } = await generate(fixture, { prompt: 'a fox' });
    expect(status).toBe(502);
    expect(body.error).toEqual({
      message: "The bot drew no picture; it said: I'm sorry, but I can't assist with that.",
      type: 'server_error',
      param: null,
      code: 'bot_failed',
    });
    expect(headers['x-should-retry']).toBe('false');
  });

  it('and says nothing either is a 502 as well', async () => {
    const { status, body } = await generate(withScript(says(completed({ text: '' }))), { prompt: 'a fox' });
    expect({ status, message: body.error.message }).toEqual({
      status: 502,
      message: 'The bot drew no picture.',
    });
  });
});

describe('a request that cannot be met', () => {
  it.each([
    [{}, 400, 'prompt', "Missing required parameter: 'prompt'."],
    [{ prompt: '   ' }, 400, 'prompt', "Invalid value for 'prompt': must not be empty."],
    [{ prompt: 7 }, 400, 'prompt', "Invalid type for 'prompt': expected a string, but got a number instead."],
    [{ prompt: 'x'.repeat(32_001) }, 400, 'prompt', /must not be longer than 32000 characters/],
    [{ prompt: 'a', n: 0 }, 400, 'n', "Invalid value for 'n': must be at least 1."],
    [{ prompt: 'a', n: 11 }, 400, 'n', "Invalid value for 'n': must be at most 10."],
    [{ prompt: 'a', n: 1.5 }, 400, 'n', /Invalid .*'n'/],
    [{ prompt: 'a', n: '2' }, 400, 'n', /Invalid type for 'n'/],
    [{ prompt: 'a', size: 'huge' }, 400, 'size', /must be auto or WIDTHxHEIGHT/],
    [{ prompt: 'a', size: 1024 }, 400, 'size', /Invalid type for 'size'/],
    [{ prompt: 'a', quality: 'best' }, 400, 'quality', /must be one of standard, hd/],
    [{ prompt: 'a', style: 'cubist' }, 400, 'style', /must be one of vivid, natural/],
    [{ prompt: 'a', response_format: 'png' }, 400, 'response_format', /must be one of url, b64_json/],
    [{ prompt: 'a', output_compression: 'much' }, 400, 'output_compression', /Invalid type/],
    [{ prompt: 'a', stream: true }, 400, 'stream', /when it is done/],
    [{ prompt: 'a', model: 'dall-e-9' }, 404, 'model', /dall-e-9/],
    ['', 400, null, /empty/],
    ['[1]', 400, null, /must be a JSON object/],
    ['{"prompt"', 400, null, /not valid JSON/],
  ])('%j', async (body, status, param, message) => {
    const fixture = withScript(says(drawn()));
    const response = await generate(fixture, body);
    expect(response.status).toBe(status);
    expect(response.body.error.param).toBe(param);
    if (typeof message === 'string') expect(response.body.error.message).toBe(message);
    else expect(response.body.error.message).toMatch(message);
    expect(fixture.service.requests).toEqual([]);
  });

  it('is refused without a key, and for a key that reaches no bot', async () => {
    const fixture = makeApp({ keys: [key({ bots: [] })] });
    const bare = await fixture.app.inject({
      method: 'POST',
      url: '/v1/images/generations',
      payload: { prompt: 'a' },
    });
    expect(bare.statusCode).toBe(401);
    expect((await generate(fixture, { prompt: 'a' })).status).toBe(403);
  });

  it('by another method is a 405', async () => {
    const response = await makeApp().app.inject({ method: 'GET', url: '/v1/images/generations' });
    expect({ status: response.statusCode, allow: response.headers.allow }).toEqual({
      status: 405,
      allow: 'POST, OPTIONS',
    });
  });
});

it('OpenAI’s own client gets its pictures', async () => {
  const { service, url } = await serveApp({ pictures: oneFile(new Uint8Array([1, 2, 3])) });
  service.script = says(drawn());
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-test-key', maxRetries: 2 });
  const links = await client.images.generate({ model: 'gpt-4o', prompt: 'a fox', n: 2, size: '1024x1024' });
  expect(links.data?.map((image) => image.url)).toEqual([LINK, LINK]);
  const files = await client.images.generate({
    model: 'gpt-4o',
    prompt: 'a fox',
    response_format: 'b64_json',
  });
  expect(files.data?.[0]).toMatchObject({ b64_json: 'AQID', revised_prompt: 'Here is your fox' });
  service.requests.length = 0;
  service.script = says(completed({ text: 'No.' }));
  await expect(client.images.generate({ model: 'gpt-4o', prompt: 'a fox' })).rejects.toThrow('it said: No.');
  expect(service.requests).toHaveLength(1);
});

it('a caller that leaves ends all asks', async () => {
  const { service, url } = await serveApp();
  service.script = async function* (request) {
    yield await untilAborted(request.signal);
  };
  const leaving = new AbortController();
  const asking = fetch(`${url}/v1/images/generations`, {
    method: 'POST',
    headers: { ...authorized, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'a fox', n: 3 }),
    signal: leaving.signal,
  });
  await expect.poll(() => service.requests.length).toBe(3);
  leaving.abort();
  await expect(asking).rejects.toThrow();
  await expect.poll(() => service.left).toBe(3);
});
