import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { Media } from '../../src/core/media.ts';
import {
  ask,
  authorized,
  completed,
  delta,
  fails,
  framesOf,
  makeApp,
  post,
  replaced,
  says,
} from './support.ts';

interface Frame {
  readonly choices?: readonly { readonly delta: { readonly content?: string } }[];
}

const cat: Media = {
  url: 'https://cdn.example/cat.png?ex=1&is=2',
  name: 'cat.png',
  contentType: 'image/png',
};
const clip: Media = { url: 'https://cdn.example/a (1).mp4', name: 'a [1].mp4', contentType: 'video/mp4' };

describe('GET /v1/models', () => {
  it('lists the models in OpenAI’s shape', async () => {
    const { app } = makeApp();
    const response = await app.inject({ url: '/v1/models', headers: authorized });
    expect(response.json()).toEqual({
      object: 'list',
      data: [
        { id: 'gpt-4o', object: 'model', created: 1_700_000_000, owned_by: 'cordgate' },
        { id: 'vendor/model 1', object: 'model', created: 1_700_000_001, owned_by: 'cordgate' },
      ],
    });
  });

  it.each(['/v1/models/vendor%2Fmodel%201', '/v1/models/vendor/model%201', '/v1//models/vendor%2Fmodel%201'])(
    'gives one model by its name, slashes encoded or not: %s',
    async (url) => {
      const { app } = makeApp();
      const response = await app.inject({ url, headers: authorized });
      expect(response.json()).toMatchObject({ id: 'vendor/model 1', object: 'model' });
    },
  );
});

describe('a whole answer', () => {
  it('has exactly the shape of the specification', async () => {
    const fixture = makeApp();
    const response = await post(fixture, ask());
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['x-cordgate-warnings']).toBeUndefined();
    const body = response.json();
    expect(body).toEqual({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{24}$/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'gpt-4o',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello world', refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    });
    expect(Math.abs(body.created - Date.now() / 1000)).toBeLessThan(5);
    expect(fixture.service.remembered).toEqual(['Hello world']);
    expect(fixture.service.left).toBe(1);
  });

  it.each([
    ['stop', 'stop'],
    ['idle', 'stop'],
    ['length', 'length'],
  ] as const)('that ended by %s has finish_reason %s', async (reason, finish) => {
    const fixture = makeApp();
    fixture.service.script = says(completed({ reason }));
    expect((await post(fixture, ask())).json().choices[0].finish_reason).toBe(finish);
  });

  it('carries pictures and files as Markdown and as fields, and buttons as suggestions', async () => {
    const fixture = makeApp();
    fixture.service.script = says(
      completed({ text: 'Here:', media: [cat, clip], suggestions: [{ label: 'More?' }, { label: 'Why?' }] }),
    );
    const { message } = (await post(fixture, ask())).json().choices[0];
    expect(message.content).toBe(
      'Here:\n\n![cat.png](https://cdn.example/cat.png?ex=1&is=2)\n[a _1_.mp4](https://cdn.example/a%20%281%29.mp4)',
    );
    expect(message.images).toEqual([{ type: 'image_url', image_url: { url: cat.url } }]);
    expect(message.suggestions).toEqual(['More?', 'Why?']);
    expect(fixture.service.remembered).toEqual([message.content]);
  });

  it('does not repeat the link of a picture, and begins with the picture when there is no text', async () => {
    const fixture = makeApp();
    fixture.service.script = says(completed({ text: `See ${cat.url}`, media: [cat] }));
    expect((await post(fixture, ask())).json().choices[0].message.content).toBe(`See ${cat.url}`);
    fixture.service.script = says(completed({ text: '', media: [cat] }));
    expect((await post(fixture, ask())).json().choices[0].message.content).toBe(`![cat.png](${cat.url})`);
  });

  it.each([
    [
      new GatewayError('account_limited', 'Used up.', { retryAfterMs: 1500 }),
      429,
      'rate_limit_error',
      'rate_limit_exceeded',
      '2',
      '1500',
      undefined,
    ],
    [
      new GatewayError('queue_full', 'Full.'),
      429,
      'rate_limit_error',
      'rate_limit_exceeded',
      undefined,
      undefined,
      undefined,
    ],
    [
      new GatewayError('bot_exhausted', 'Spent.', { retryAfterMs: 1 }),
      429,
      'insufficient_quota',
      'insufficient_quota',
      '1',
      '1',
      undefined,
    ],
    [
      new GatewayError('account_offline', 'Offline.', { retryAfterMs: 2000 }),
      503,
      'server_error',
      'account_offline',
      '2',
      '2000',
      undefined,
    ],
    [
      new GatewayError('account_disabled', 'Disabled.'),
      503,
      'server_error',
      'account_disabled',
      undefined,
      undefined,
      'false',
    ],
    [
      new GatewayError('answer_timeout', 'Late.'),
      504,
      'server_error',
      'answer_timeout',
      undefined,
      undefined,
      undefined,
    ],
    [
      new GatewayError('discord_refused', 'No.'),
      502,
      'server_error',
      'discord_refused',
      undefined,
      undefined,
      'false',
    ],
    [new Error('secret detail'), 500, 'server_error', 'internal_error', undefined, undefined, 'false'],
  ])(
    'that fails with %s has the status and the headers of its error, streamed or not',
    async (error, status, type, code, after, afterMs, retry) => {
      for (const stream of [false, true]) {
        const fixture = makeApp();
        fixture.service.script = fails(error);
        const response = await post(fixture, ask({ stream }));
        expect(response.statusCode).toBe(status);
        expect(response.json().error).toMatchObject({ type, code, param: null });
        expect(response.headers['retry-after']).toBe(after);
        expect(response.headers['retry-after-ms']).toBe(afterMs);
        expect(response.headers['x-should-retry']).toBe(retry);
        expect(response.body).not.toContain('secret detail');
        expect(fixture.service.remembered).toEqual([]);
      }
    },
  );

  it('tells what to do beside what went wrong', async () => {
    const fixture = makeApp();
    fixture.service.script = fails(new GatewayError('bot_busy', 'Busy.', { hint: 'Come back.' }));
    expect((await post(fixture, ask())).json().error.message).toBe('Busy. Come back.');
  });

  it('that never ends is a fault, not an empty answer', async () => {
    const fixture = makeApp();
    fixture.service.script = says(delta('Hel'));
    expect((await post(fixture, ask())).statusCode).toBe(500);
  });
});

describe('a streamed answer', () => {
  it('has exactly the chunks of the specification', async () => {
    const fixture = makeApp();
    const response = await post(fixture, ask({ stream: true }));
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(response.headers['cache-control']).toBe('no-cache, no-store');
    expect(response.headers['x-accel-buffering']).toBe('no');
    expect(response.headers['access-control-allow-origin']).toBe('*');
    const frames = framesOf(response.body) as { id: string; created: number }[];
    const { id, created } = frames[0]!;
    expect(id).toMatch(/^chatcmpl-[0-9a-f]{24}$/);
    const chunk = (delta_: object, finish: string | null) => ({
      id,
      object: 'chat.completion.chunk',
      created,
      model: 'gpt-4o',
      choices: [{ index: 0, delta: delta_, logprobs: null, finish_reason: finish }],
    });
    expect(frames).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }, null),
      chunk({ content: 'Hello' }, null),
      chunk({ content: ' world' }, null),
      chunk({}, 'stop'),
      '[DONE]',
    ]);
    expect(response.body).toBe(
      `${frames.map((frame) => `data: ${typeof frame === 'string' ? frame : JSON.stringify(frame)}`).join('\n\n')}\n\n`,
    );
    expect(fixture.service.remembered).toEqual(['Hello world']);
  });

  it('ends with the usage when asked, and has usage null before', async () => {
    const fixture = makeApp();
    const response = await post(fixture, ask({ stream: true, stream_options: { include_usage: true } }));
    const frames = framesOf(response.body) as { usage: unknown; choices: unknown[] }[];
    expect(frames.slice(0, -2).every(({ usage, choices }) => usage === null && choices.length === 1)).toBe(
      true,
    );
    expect(frames.at(-2)).toMatchObject({
      object: 'chat.completion.chunk',
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    });
    expect(frames.at(-1)).toBe('[DONE]');
  });

  it('gives the true answer when the bot rewrites itself, and remembers what the caller saw', async () => {
    const fixture = makeApp();
    fixture.service.script = says(
      delta('Thinking'),
      replaced('The answer'),
      delta(' is 42'),
      { type: 'media-ready', media: cat },
      completed({
        text: 'The answer is 42',
        media: [cat],
        reason: 'length',
        suggestions: [{ label: 'Why?' }],
      }),
    );
    const frames = framesOf((await post(fixture, ask({ stream: true }))).body) as Frame[];
    const seen = frames.map((frame) => frame.choices?.[0]?.delta?.content ?? '').join('');
    expect(seen).toBe(`Thinking\n\nThe answer is 42\n\n![cat.png](${cat.url})`);
    expect(fixture.service.remembered).toEqual([seen]);
    expect(frames.at(-2)?.choices?.[0]).toEqual({
      index: 0,
      delta: { images: [{ type: 'image_url', image_url: { url: cat.url } }], suggestions: ['Why?'] },
      logprobs: null,
      finish_reason: 'length',
    });
  });

  it('reads the same as the whole answer when the bot only adds', async () => {
    for (const [text, media] of [
      ['Hello world', [cat]],
      ['', [cat, clip]],
      [`See ${cat.url}`, [cat]],
      ['"quotes" \u2028 😀 \\ \n', []],
    ] as const) {
      const fixture = makeApp();
      fixture.service.script = says(...(text ? [delta(text)] : []), completed({ text, media }));
      const whole = (await post(fixture, ask())).json().choices[0].message.content;
      const frames = framesOf((await post(fixture, ask({ stream: true }))).body) as Frame[];
      expect(frames.map((frame) => frame.choices?.[0]?.delta?.content ?? '').join('')).toBe(whole);
      expect(fixture.service.remembered).toEqual([whole, whole]);
    }
  });

  it('tells an error that comes after its beginning inside the stream, and then ends', async () => {
    const fixture = makeApp();
    fixture.service.script = fails(new GatewayError('shutting_down', 'Stopping.'), delta('Hel'));
    const response = await post(fixture, ask({ stream: true }));
    expect(response.statusCode).toBe(200);
    const frames = framesOf(response.body) as Frame[];
    expect(frames.at(-1)).toEqual({
      error: {
        message: 'Stopping. Try again in a moment.',
        type: 'server_error',
        param: null,
        code: 'shutting_down',
      },
    });
    expect(fixture.service.remembered).toEqual([]);
    expect(fixture.lines).toContainEqual(expect.objectContaining({ status: 200, error: 'shutting_down' }));
  });

  it('remembers its text before the caller is told of the end', async () => {
    const fixture = makeApp();
    const order: string[] = [];
    const chat = fixture.service.chat.bind(fixture.service);
    fixture.service.chat = (request) => ({ ...chat(request), remember: () => void order.push('remembered') });
    fixture.app.addHook('onRequest', async (_request, reply) => {
      const end = reply.raw.end.bind(reply.raw) as (...given: unknown[]) => typeof reply.raw;
      reply.raw.end = ((...given: unknown[]) => {
        order.push('ended');
        return end(...given);
      }) as typeof reply.raw.end;
    });
    await post(fixture, ask({ stream: true }));
    await post(fixture, ask());
    expect(order).toEqual(['remembered', 'ended', 'remembered', 'ended']);
  });

  it('remembers its text while the service still waits for that', async () => {
    const fixture = makeApp();
    await post(fixture, ask({ stream: true }));
    await post(fixture, ask());
    expect(fixture.service.rememberedAtEnd).toEqual([1, 2]);
  });
});
