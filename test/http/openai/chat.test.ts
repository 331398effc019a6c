import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { PIKA } from '../../support/fake-tasks.ts';
import { framesOf, KEY } from '../support.ts';
import {
  drawsWith,
  end,
  fails,
  finished,
  finishedSingle,
  linkOf,
  openStudio,
  post,
  type Studio,
} from './support.ts';

interface Message {
  readonly role: string;
  readonly content: unknown;
}

const chat = (studio: Studio, messages: readonly Message[], patch: object = {}) =>
  post(studio, '/chat/completions', { model: 'midjourney', messages, ...patch });

const says = (content: unknown): Message => ({ role: 'user', content });
const shows = (text: string, ...urls: string[]): Message =>
  says([{ type: 'text', text }, ...urls.map((url) => ({ type: 'image_url', image_url: { url } }))]);

/** The text that a client of a stream has in the end. */
const textOf = (stream: string): string =>
  framesOf(stream)
    .map(
      (frame) =>
        (frame as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? '',
    )
    .join('');

describe('a chat with a drawing bot', () => {
  it('answers with the picture, what can be said next, and the task in words', async () => {
    const studio = await openStudio();
    const { status, body, headers } = await chat(studio, [says('a small cat')]);
    expect(status).toBe(200);
    const id = headers['x-cordgate-task-id'];
    expect(id).toMatch(/^\d+$/);
    expect(body.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: {
        role: 'assistant',
        content: `![grid.png](${linkOf('grid')})\n\nNext: U1, U2, U3, U4, reroll, V1, V2, V3, V4 (task ${id})`,
        images: [{ type: 'image_url', image_url: { url: linkOf('grid') } }],
      },
    });
    expect(studio.tasks.orders).toMatchObject([
      { verb: 'imagine', prompt: 'a small cat', model: 'midjourney' },
    ]);
  });

  it('streams the progress in words that only add to each other', async () => {
    const studio = await openStudio();
    studio.play = drawsWith(0, 15, 15, 46, 93);
    const { text, headers } = await chat(studio, [says('a small cat')], {
      stream: true,
      stream_options: { include_usage: true },
    });
    const id = headers['x-cordgate-task-id'];
    expect(textOf(text)).toBe(
      `Working on it (task ${id}) … 15% … 46% … 93% …\n\n![grid.png](${linkOf('grid')})\n\n` +
        `Next: U1, U2, U3, U4, reroll, V1, V2, V3, V4 (task ${id})`,
    );
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(studio.fetched).toEqual([]);
  });

  it('says how many wait before it', async () => {
    const studio = await openStudio();
    studio.tasks.ahead = 2;
    studio.play = (tasks, task, order) => {
      tasks.event(task.id, { type: 'job-waiting' });
      drawsWith(50)(tasks, task, order);
    };
    const { text } = await chat(studio, [says('a small cat')], { stream: true });
    expect(textOf(text)).toMatch(
      /^Working on it \(task \d+, 2 before it\) … waiting in the bot's line … 50% …\n/,
    );
  });

  it.each([
    ['words', [says('a cat')], { verb: 'imagine', prompt: 'a cat', images: [] }],
    ['the newest words', [says('a dog'), says('a cat')], { verb: 'imagine', prompt: 'a cat' }],
    ['/imagine', [says('/imagine prompt: a cat')], { verb: 'imagine', prompt: 'a cat' }],
    ['/imagine alone', [says('/Imagine a cat')], { verb: 'imagine', prompt: 'a cat' }],
    ['/imagined', [says('/imagined cats')], { verb: 'imagine', prompt: '/imagined cats' }],
    ['/shorten', [says('/shorten a very small cat')], { verb: 'shorten', prompt: 'a very small cat' }],
    [
      'a picture with words',
      [shows('with a hat', 'https://example.org/a.png')],
      { verb: 'imagine', prompt: 'with a hat', images: [{ type: 'link', url: 'https://example.org/a.png' }] },
    ],
    [
      'one picture alone',
      [shows('', 'https://example.org/a.png')],
      { verb: 'describe', prompt: '', images: [{ type: 'link', url: 'https://example.org/a.png' }] },
    ],
    [
      'pictures alone',
      [shows('', 'https://example.org/a.png', 'https://example.org/b.png')],
      { verb: 'blend' },
    ],
    [
      '/describe with a link',
      [says('/describe https://example.org/a.png')],
      { verb: 'describe', prompt: '', images: [{ type: 'link', url: 'https://example.org/a.png' }] },
    ],
    [
      '/blend with pictures',
      [shows('/blend', 'https://example.org/a.png', 'https://example.org/b.png')],
      { verb: 'blend', prompt: '', images: [{ type: 'link' }, { type: 'link' }] },
    ],
    ['a button’s word behind /imagine', [says('/imagine reroll')], { verb: 'imagine', prompt: 'reroll' }],
    [
      'a sentence with a button’s word',
      [
        says('a'),
        { role: 'assistant', content: 'Next: U1 (task 1211421713496994993)' },
        says('pan left a bit'),
      ],
      { verb: 'imagine', prompt: 'pan left a bit' },
    ],
  ])('understands %s', async (_what, messages, order) => {
    const studio = await openStudio();
    const { status } = await chat(studio, messages);
    expect(status).toBe(200);
    expect(studio.tasks.orders).toMatchObject([order]);
  });

  it.each([
    ['U2', { kind: 'upscale', index: 2 }],
    [' u3 ', { kind: 'upscale', index: 3 }],
    ['V4', { kind: 'vary', index: 4 }],
    ['reroll', { kind: 'reroll' }],
    ['🔄', { kind: 'reroll' }],
    ['Upscale 1', { kind: 'upscale', index: 1 }],
  ])('presses the button of the newest answer’s task for "%s"', async (words, action) => {
    const studio = await openStudio();
    const older = await finished(studio);
    const grid = await finished(studio);
    const { status } = await chat(studio, [
      says('a dog'),
      { role: 'assistant', content: `Next: U1 (task ${older.id})` },
      says('a cat'),
      {
        role: 'assistant',
        content: `Working on it (task ${grid.id}) …\n\n![x](y)\n\nNext: U1 (task ${grid.id})`,
      },
      says(words),
    ]);
    expect(status).toBe(200);
    expect(studio.tasks.orders).toMatchObject([{ verb: 'act', parentId: grid.id, action }]);
  });

  it.each([
    ['zoom 2x', 'zoom-2x'],
    ['Zoom Out 2x', 'zoom-2x'],
    ['pan left', 'pan-left'],
    ['⬅️', 'pan-left'],
    ['Vary (Subtle)', 'vary-subtle'],
    ['vary strong', 'vary-strong'],
  ])('knows "%s" of a single picture', async (words, kind) => {
    const studio = await openStudio();
    const single = await finishedSingle(studio);
    const answer = { role: 'assistant', content: `(task ${single.id})` };
    expect((await chat(studio, [says('a'), answer, says(words)])).status).toBe(200);
    expect(studio.tasks.orders).toMatchObject([{ parentId: single.id, action: { kind } }]);
  });

  it('offers only what can be said', async () => {
    const studio = await openStudio();
    const grid = await finished(studio);
    const answer = { role: 'assistant', content: `(task ${grid.id})` };
    const { body } = await chat(studio, [says('a'), answer, says('U2')]);
    expect(body.choices[0].message.content).toMatch(
      /^!\[.*\]\(.*upscale-2.*\)\n\nNext: vary subtle, vary strong, zoom 2x, pan left \(task \d+\)$/,
    );
  });

  it('gives the words of a description', async () => {
    const studio = await openStudio();
    const { body } = await chat(studio, [shows('', 'https://example.org/a.png')]);
    expect(body.choices[0].message.content).toMatch(
      /^a red fox in the snow --ar 3:2\na fox\nsnow\nan animal\n\n\(task \d+\)$/,
    );
  });

  it.each([
    ['action_not_offered', 400, (id: string) => `(task ${id})`, 'zoom 2x'],
    ['task_not_found', 404, () => '(task 1111111111111111111)', 'U2'],
  ] as const)('answers %s for a button that is not there', async (code, status, text, words) => {
    const studio = await openStudio();
    const grid = await finished(studio);
    const answer = { role: 'assistant', content: text(grid.id) };
    const response = await chat(studio, [says('a'), answer, says(words)]);
    expect({ status: response.status, code: response.body.error.code }).toEqual({ status, code });
  });

  it('tells a failure with its status, or inside a stream that has begun', async () => {
    const studio = await openStudio();
    studio.play = fails(new GatewayError('prompt_refused', 'Banned prompt detected.'));
    const whole = await chat(studio, [says('a cat')]);
    expect({ status: whole.status, code: whole.body.error.code }).toEqual({
      status: 400,
      code: 'prompt_refused',
    });
    const stream = await chat(studio, [says('a cat')], { stream: true });
    expect(stream.status).toBe(200);
    expect(framesOf(stream.text).at(-1)).toMatchObject({ error: { code: 'prompt_refused' } });
    expect(stream.text).not.toContain('[DONE]');
  });

  it('refuses a newest message of the user that is empty', async () => {
    const studio = await openStudio();
    const { status, body } = await chat(studio, [says('a cat'), says(' ')]);
    expect({ status, param: body.error.param }).toEqual({ status: 400, param: 'messages' });
    expect(studio.tasks.orders).toEqual([]);
  });

  it('refuses a key that may not use the bot, and repeats nothing by itself', async () => {
    const studio = await openStudio();
    studio.tasks.refuseWith(new GatewayError('bot_not_allowed', 'This key may not use the bot.'));
    const { status, headers } = await chat(studio, [says('a cat')]);
    expect(status).toBe(403);
    expect(headers['x-cordgate-task-id']).toBeUndefined();
  });
});

it('OpenAI’s own client draws in a chat, and goes on with its picture', async () => {
  const studio = await openStudio();
  studio.play = drawsWith(31, 62);
  const client = new OpenAI({ baseURL: `${studio.url}/v1`, apiKey: KEY, maxRetries: 0 });
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'a cat' }];
  const stream = await client.chat.completions.create({ model: 'midjourney', messages, stream: true });
  let content = '';
  for await (const chunk of stream) content += chunk.choices[0]?.delta.content ?? '';
  expect(content).toContain(linkOf('grid'));
  messages.push({ role: 'assistant', content }, { role: 'user', content: 'U2' });
  const next = await client.chat.completions.create({ model: 'midjourney', messages });
  expect(next.choices[0]?.message.content).toContain(linkOf('upscale-2'));
  expect(studio.tasks.orders[1]).toMatchObject({ verb: 'act', action: { kind: 'upscale', index: 2 } });
  studio.play = (tasks, task) => end(tasks, task.id, []);
  const bare = await client.chat.completions.create({
    model: 'midjourney',
    messages: [{ role: 'user', content: 'x' }],
  });
  expect(bare.choices[0]?.message.content).toMatch(/^\(task \d+\)$/);
});

describe('a bot that films, in a chat', () => {
  it.each([
    ['words alone', says('she jumps'), 'create'],
    ['a picture and words', shows('she jumps', 'https://example.com/a.png'), 'animate'],
  ] as const)('makes a video of %s', async (_, message, verb) => {
    const studio = await openStudio();
    studio.play = (tasks, task) => void tasks.succeedWithVideo(task.id);
    studio.service.drawingModels = [PIKA];
    const answer = await chat(studio, [message], { model: 'pika' });
    expect(studio.tasks.orders.at(-1)).toMatchObject({ verb, prompt: 'she jumps', model: 'pika' });
    expect(answer.text).toContain('.mp4');
  });

  it('is told in a warning of words that the bot may not understand', async () => {
    const studio = await openStudio();
    studio.play = (tasks, task) => void tasks.succeedWithVideo(task.id);
    studio.service.drawingModels = [PIKA];
    const answer = await chat(studio, [says('一只猫')], { model: 'pika' });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-cordgate-warnings']).toMatch(/English/);
  });
});
