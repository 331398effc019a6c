/** The clients that people use, as they come from the registry, against the HTTP surface. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, streamText } from 'ai';
import OpenAI, { APIError, AuthenticationError, NotFoundError, RateLimitError } from 'openai';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { completed, delta, fails, KEY, says, serveApp } from './support.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const messages = [{ role: 'user' as const, content: 'Hi' }];
const midStream = () => fails(new GatewayError('discord_unreachable', 'Discord is gone.'), delta('Hel'));
const limited = () => fails(new GatewayError('rate_limited', 'Slow down.', { retryAfterMs: 30 }));

describe('the official openai client', () => {
  async function setup(apiKey = KEY) {
    const fixture = await serveApp();
    const client = new OpenAI({ apiKey, baseURL: `${fixture.url}/v1`, maxRetries: 0 });
    return { ...fixture, client };
  }

  it('lists and retrieves models', async () => {
    const { client } = await setup();
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    expect(ids).toEqual(['gpt-4o', 'vendor/model 1']);
    expect((await client.models.retrieve('vendor/model 1')).owned_by).toBe('cordgate');
  });

  it('gets a whole answer', async () => {
    const { client } = await setup();
    const completion = await client.chat.completions.create({ model: 'gpt-4o', messages });
    expect(completion.choices[0]?.message.content).toBe('Hello world');
    expect(completion.usage?.total_tokens).toBe(9);
  });

  it('reads a stream with its usage', async () => {
    const { client } = await setup();
    const runner = client.chat.completions.stream({
      model: 'gpt-4o',
      messages,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    runner.on('content', (piece) => pieces.push(piece));
    const completion = await runner.finalChatCompletion();
    expect(pieces).toEqual(['Hello', ' world']);
    expect(completion.choices[0]?.message.content).toBe('Hello world');
    expect(completion.choices[0]?.finish_reason).toBe('stop');
    expect(completion.usage?.total_tokens).toBe(9);
  });

  it.each([true, false])(
    'raises its own errors for a wrong key and an unknown model (stream: %s)',
    async (stream) => {
      const wrong = await setup('nope');
      await expect(
        wrong.client.chat.completions.create({ model: 'gpt-4o', messages, stream }),
      ).rejects.toThrow(AuthenticationError);
      const { client } = await setup();
      const failure = await client.chat.completions
        .create({ model: 'nope', messages, stream })
        .catch((error) => error);
      expect(failure).toBeInstanceOf(NotFoundError);
      expect(failure).toMatchObject({
        status: 404,
        code: 'model_not_found',
        param: 'model',
        type: 'invalid_request_error',
      });
    },
  );

  it('raises a rate limit, and waits as long as it is told before it tries again', async () => {
    const { client, service } = await setup();
    service.script = limited();
    const failure = await client.chat.completions
      .create({ model: 'gpt-4o', messages, stream: true })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(RateLimitError);
    expect(failure.headers.get('retry-after-ms')).toBe('30');
    let calls = 0;
    service.script = (request) => {
      calls += 1;
      return calls === 1 ? limited()(request) : says(completed())(request);
    };
    const answer = await client.chat.completions.create({ model: 'gpt-4o', messages }, { maxRetries: 1 });
    expect(answer.choices[0]?.message.content).toBe('Hello world');
  });

  it('does not repeat what cannot succeed', async () => {
    const { client, service } = await setup();
    service.script = fails(new GatewayError('account_disabled', 'Off.'));
    await expect(
      client.chat.completions.create({ model: 'gpt-4o', messages }, { maxRetries: 3 }),
    ).rejects.toThrow(/Off/);
    expect(service.requests).toHaveLength(1);
  });

  it('raises an error that comes in the middle of a stream', async () => {
    const { client, service } = await setup();
    service.script = midStream();
    const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true });
    const pieces: string[] = [];
    const failure = await (async () => {
      for await (const chunk of stream) pieces.push(chunk.choices[0]?.delta.content ?? '');
    })().catch((error) => error);
    expect(pieces.join('')).toBe('Hel');
    expect(failure).toBeInstanceOf(APIError);
    expect(failure).toMatchObject({ code: 'discord_unreachable', type: 'server_error' });
  });
});

describe('the AI SDK', () => {
  async function setup(apiKey = KEY) {
    const fixture = await serveApp();
    const provider = createOpenAICompatible({
      name: 'cordgate',
      apiKey,
      baseURL: `${fixture.url}/v1`,
      includeUsage: true,
    });
    return { ...fixture, model: provider('gpt-4o') };
  }

  it('gets a whole answer', async () => {
    const { model } = await setup();
    const { text, usage, finishReason } = await generateText({ model, prompt: 'Hi', maxRetries: 0 });
    expect([text, usage.totalTokens, finishReason]).toEqual(['Hello world', 9, 'stop']);
  });

  it('reads a stream', async () => {
    const { model } = await setup();
    const result = streamText({ model, prompt: 'Hi', maxRetries: 0 });
    expect(await collect(result.textStream)).toEqual(['Hello', ' world']);
    expect((await result.usage).totalTokens).toBe(9);
  });

  it('sends pictures that the service can load', async () => {
    const { model, service } = await setup();
    const image = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
    const content = [
      { type: 'text' as const, text: 'look' },
      { type: 'file' as const, data: image, mediaType: 'image/png' },
    ];
    await generateText({ model, messages: [{ role: 'user', content }], maxRetries: 0 });
    expect(service.requests[0]?.messages[0]?.files).toEqual([{ type: 'bytes', bytes: Buffer.from(image) }]);
  });

  it('raises errors before and inside a stream', async () => {
    const wrong = await setup('nope');
    await expect(generateText({ model: wrong.model, prompt: 'Hi', maxRetries: 0 })).rejects.toMatchObject({
      statusCode: 401,
    });
    const { model, service } = await setup();
    service.script = midStream();
    const errors: unknown[] = [];
    const result = streamText({
      model,
      prompt: 'Hi',
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    await collect(result.textStream).catch(() => undefined);
    expect(JSON.stringify(errors)).toContain('Discord is gone.');
  });
});

describe('LangChain', () => {
  async function setup(apiKey = KEY) {
    const fixture = await serveApp();
    const model = new ChatOpenAI({
      model: 'gpt-4o',
      apiKey,
      maxRetries: 0,
      configuration: { baseURL: `${fixture.url}/v1` },
    });
    return { ...fixture, model };
  }

  it('gets a whole answer', async () => {
    const { model } = await setup();
    const message = await model.invoke([new HumanMessage('Hi')]);
    expect(message.content).toBe('Hello world');
    expect(message.usage_metadata?.total_tokens).toBe(9);
  });

  it('reads a stream', async () => {
    const { model } = await setup();
    const chunks = await collect(await model.stream('Hi'));
    expect(chunks.map(({ content }) => content).join('')).toBe('Hello world');
  });

  it('raises errors before and inside a stream', async () => {
    const wrong = await setup('nope');
    await expect(wrong.model.invoke('Hi')).rejects.toMatchObject({ status: 401 });
    const { model, service } = await setup();
    service.script = midStream();
    await expect(model.stream('Hi').then((stream) => collect(stream))).rejects.toThrow(/Discord is gone/);
  });
});
