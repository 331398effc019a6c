import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { promptsOf } from './scene.ts';
import { type EndToEnd, KEY, startBoth } from './world.ts';

let world: EndToEnd;

afterEach(() => world.close());

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

async function generate(body: object) {
  const response = await world.post('/v1/images/generations', body);
  const raw = await response.text();
  world.book.note(raw);
  return { status: response.status, headers: response.headers, body: JSON.parse(raw) };
}

/** A picture that does not lie on Discord's CDN. */
async function elsewhere<Result>(use: (url: string, hits: () => number) => Promise<Result>): Promise<Result> {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits += 1;
    response.end(PNG);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/fox.png`, () => hits);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a picture', () => {
  it.each(['embed', 'attachment', 'link'] as const)(
    'that the bot shows as %s is given as a link that works',
    async (imageAs) => {
      world = await startBoth();
      world.sim.script({ defaults: { imageAs } });
      const { status, body, headers } = await generate({
        prompt: 'a red fox',
        model: 'gpt-4o',
        size: '1024x1024',
      });
      expect(status).toBe(200);
      expect(body.data).toHaveLength(1);
      expect(body.data[0].revised_prompt).toBe('Here is your picture: a red fox (size: 1024x1024)');
      const file = Buffer.from(await (await fetch(body.data[0].url)).arrayBuffer());
      expect(file.subarray(0, 8)).toEqual(PNG);
      expect(headers.get('x-cordgate-warnings')).toBe('asked for, not guaranteed: size');
      expect(promptsOf(world.sim).map(({ content }) => content)).toEqual([
        `<@${world.sim.ready.bots.coze.userId}> 画图 a red fox (size: 1024x1024)`,
      ]);
    },
  );

  it('as b64_json is the file itself, without a prefix', async () => {
    world = await startBoth();
    const { body } = await generate({ prompt: 'a red fox', response_format: 'b64_json' });
    expect(body.data[0]).not.toHaveProperty('url');
    expect(body.data[0].b64_json).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
    const again = await generate({ prompt: 'a red fox' });
    const file = Buffer.from(await (await fetch(again.body.data[0].url)).arrayBuffer());
    expect(Buffer.from(body.data[0].b64_json, 'base64').subarray(0, 33)).toEqual(file.subarray(0, 33));
  });

  it('on a private address is not fetched for b64_json, unless the operator allows it', async () => {
    await elsewhere(async (url, hits) => {
      const script = { text: `Here: ![fox](${url})`, images: 0 };
      world = await startBoth();
      world.sim.script(script);
      const refused = await generate({ prompt: 'a fox', response_format: 'b64_json' });
      expect(refused.status).toBe(502);
      expect(refused.body.error.message).toContain('not public');
      expect(hits()).toBe(0);
      expect((await generate({ prompt: 'a fox' })).body.data).toEqual([{ url, revised_prompt: 'Here:' }]);
      await world.close();
      world = await startBoth({}, {}, { webhooks: { allowPrivate: ['127.0.0.0/8'] } });
      world.sim.script(script);
      const { body } = await generate({ prompt: 'a fox', response_format: 'b64_json' });
      expect(body.data[0].b64_json).toBe(PNG.toString('base64'));
    });
  });
});

describe('ten pictures at once', () => {
  it('come from ten conversations that nobody used before, and the next ones from others', async () => {
    world = await startBoth();
    const { body } = await generate({ prompt: 'a fox', n: 10 });
    expect(body.data).toHaveLength(10);
    expect(new Set(body.data.map(({ url }: { url: string }) => url)).size).toBe(10);
    await generate({ prompt: 'a fox', n: 2 });
    const prompts = promptsOf(world.sim);
    expect(prompts).toHaveLength(12);
    expect(new Set(prompts.map(({ channelId }) => channelId)).size).toBe(12);
  });

  it('of which some fail are as many as came', async () => {
    world = await startBoth();
    world.sim.script({ limit: 'refusal', times: 2 });
    const { status, body, headers } = await generate({ prompt: 'a fox', n: 4 });
    expect(status).toBe(200);
    expect(body.data).toHaveLength(2);
    expect(headers.get('x-cordgate-warnings')).toMatch(/^2 of 4 pictures came: \w+$/);
  });
});

it('a bot that only talks is a 502 with its words', async () => {
  world = await startBoth();
  world.sim.script({ text: 'I would rather sing.', images: 0 });
  const { status, body } = await generate({ prompt: 'a fox' });
  expect(status).toBe(502);
  expect(body.error.message).toContain('I would rather sing.');
});

it('what pictures cost in words is counted for their key', async () => {
  world = await startBoth();
  const { body } = await generate({ prompt: 'a red fox', n: 2 });
  const { raw } = await world.get('/metrics');
  const line = raw.split('\n').find((text) => /^cordgate_tokens_total.*key="test",kind="prompt"/.test(text));
  expect(Number(line?.split(' ').at(-1))).toBe(body.usage.input_tokens);
  expect(body.usage.input_tokens).toBeGreaterThan(4);
});

it('OpenAI’s own client draws', async () => {
  world = await startBoth();
  const client = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: KEY });
  const { data } = await client.images.generate({ prompt: 'a fox', model: 'gpt-4o', n: 2 });
  expect(data).toHaveLength(2);
});
