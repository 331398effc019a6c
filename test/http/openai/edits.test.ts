import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { KEY } from '../support.ts';
import {
  COLOURS,
  drawsWith,
  end,
  finished,
  finishedSingle,
  leftMask,
  linkOf,
  look,
  openStudio,
  plain,
  post,
  postForm,
  SIDE,
} from './support.ts';

const PICTURE = await plain('#123456', 4);
const MASK = await leftMask(SIDE, SIDE);
const OPAQUE = await plain('#ffffff', SIDE);
const TALL_MASK = await leftMask(SIDE, 2 * SIDE);
const dataUrl = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;
const WISH = { model: 'midjourney', prompt: 'a hat' };

/** The columns of a region that shall change, in the middle row. */
async function changedColumns(base64: string): Promise<{ columns: number[]; width: number; height: number }> {
  const picture = sharp(Buffer.from(base64, 'base64'));
  const { format, width, height } = await picture.metadata();
  expect(format).toBe('png');
  const { data, info } = await picture.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const row = Array.from({ length: width }, (_, x) => data[((height >> 1) * width + x) * info.channels]);
  expect(row.every((value) => value === 0 || value === 255)).toBe(true);
  return { columns: row.flatMap((value, x) => (value === 255 ? [x] : [])), width, height };
}

describe('an edit without a mask', () => {
  it('draws from the pictures of a form, in their order, in front of the prompt', async () => {
    const studio = await openStudio();
    const other = await plain('#654321', 4);
    const { status, body } = await postForm(studio, '/images/edits', {
      ...WISH,
      'image[]': [PICTURE, other],
      n: '2',
      size: '1536x1024',
      response_format: 'b64_json',
    });
    expect(status).toBe(200);
    expect(body.data).toHaveLength(2);
    const [order] = studio.tasks.orders;
    expect(order).toMatchObject({ verb: 'imagine', prompt: 'a hat --ar 3:2' });
    expect(order?.images.map((image) => image.type === 'bytes' && Buffer.from(image.bytes))).toEqual([
      PICTURE,
      other,
    ]);
  });

  it('takes pictures as links and data URLs in JSON', async () => {
    const studio = await openStudio();
    const { status } = await post(studio, '/images/edits', {
      ...WISH,
      images: [{ image_url: 'https://example.org/cat.png' }, { image_url: dataUrl(PICTURE) }],
    });
    expect(status).toBe(200);
    expect(studio.tasks.orders[0]?.images).toEqual([
      { type: 'link', url: 'https://example.org/cat.png' },
      { type: 'bytes', bytes: PICTURE },
    ]);
  });

  it('of an earlier picture draws from that one', async () => {
    const studio = await openStudio();
    const grid = await finished(studio);
    const { status } = await post(studio, '/images/edits', { ...WISH, task_id: `${grid.id}:3` });
    expect(status).toBe(200);
    expect(studio.tasks.orders.slice(0, 2)).toMatchObject([
      { verb: 'act', parentId: grid.id, action: { kind: 'upscale', index: 3 } },
      { verb: 'imagine', images: [{ type: 'link', url: linkOf('upscale-3') }] },
    ]);
  });

  it('is streamed with events of its own', async () => {
    const studio = await openStudio();
    studio.play = drawsWith(50);
    const { text } = await post(studio, '/images/edits', {
      ...WISH,
      images: [{ image_url: 'https://example.org/cat.png' }],
      stream: true,
      partial_images: 1,
    });
    expect(text.match(/^event: .*$/gm)).toEqual([
      'event: image_edit.partial_image',
      'event: image_edit.completed',
    ]);
  });
});

describe('an edit with a mask', () => {
  it('paints the region anew that the mask leaves transparent', async () => {
    const studio = await openStudio();
    const single = await finishedSingle(studio);
    const { status, body } = await postForm(studio, '/images/edits', {
      ...WISH,
      image: PICTURE,
      mask: MASK,
      task_id: single.id,
      response_format: 'b64_json',
    });
    expect(status).toBe(200);
    expect((await look(body.data[0].b64_json)).colour).toBe(COLOURS[0]);
    const [order] = studio.tasks.orders;
    expect(order).toMatchObject({
      verb: 'act',
      parentId: single.id,
      action: { kind: 'vary-region' },
      prompt: 'a hat',
    });
    const form = order?.form;
    expect(form).toMatchObject({ prompt: 'a hat' });
    const mask = typeof form === 'object' ? (form.mask ?? '') : '';
    expect(await changedColumns(mask)).toEqual({ columns: [0, 1, 2, 3], width: SIDE, height: SIDE });
  });

  it('of another size but the same shape is brought to the size of the picture', async () => {
    const studio = await openStudio();
    const single = await finishedSingle(studio);
    const mask = { image_url: dataUrl(await leftMask(32, 32)) };
    await post(studio, '/images/edits', { ...WISH, task_id: single.id, mask });
    const form = studio.tasks.orders[0]?.form;
    const sent = typeof form === 'object' ? (form.mask ?? '') : '';
    expect(await changedColumns(sent)).toEqual({ columns: [0, 1, 2, 3], width: SIDE, height: SIDE });
  });

  it.each([
    ['', 1, 'task_id: the first picture was taken'],
    [':4', 4, undefined],
  ])('of a grid named "ID%s" upscales picture %i first', async (suffix, index, warning) => {
    const studio = await openStudio();
    const grid = await finished(studio);
    const { headers } = await postForm(studio, '/images/edits', {
      ...WISH,
      mask: MASK,
      task_id: grid.id + suffix,
      response_format: 'b64_json',
    });
    const [first, second] = studio.tasks.orders;
    expect(first).toMatchObject({ parentId: grid.id, action: { kind: 'upscale', index } });
    expect(second).toMatchObject({ action: { kind: 'vary-region' } });
    expect(second?.parentId).not.toBe(grid.id);
    const warnings = headers.get('x-cordgate-warnings');
    if (warning) expect(warnings).toContain(warning);
    else expect(warnings).toBeNull();
  });

  it('that is no picture of the bot says how to name one', async () => {
    const studio = await openStudio();
    const { status, body } = await postForm(studio, '/images/edits', { ...WISH, image: PICTURE, mask: MASK });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'unsupported_parameter',
      param: 'mask',
      message: expect.stringContaining('task_id'),
    });
    expect(studio.tasks.orders).toEqual([]);
  });

  it.each([
    ['is no PNG', Buffer.from('GIF89a no png'), /no PNG/],
    ['is broken', MASK.subarray(0, 40), /cannot be read/],
    ['has no transparency', OPAQUE, /no transparent pixels/],
    ['has another shape', TALL_MASK, /is 8x16, the picture is 8x8/],
  ])('that %s is refused before anything is ordered', async (_what, mask, message) => {
    const studio = await openStudio();
    const single = await finishedSingle(studio);
    const { status, body } = await postForm(studio, '/images/edits', { ...WISH, mask, task_id: single.id });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'media_invalid',
      param: 'mask',
      message: expect.stringMatching(message),
    });
    expect(studio.tasks.orders).toEqual([]);
  });
});

describe('a request to change a picture', () => {
  it.each([
    ['edits', { prompt: 'a hat' }, 'invalid_request', 'image', 400],
    ['edits', { image: PICTURE }, 'invalid_request', 'prompt', 400],
    ['edits', { prompt: ' ', image: PICTURE }, 'invalid_request', 'prompt', 400],
    ['edits', { prompt: 'a hat', image: Buffer.alloc(0) }, 'invalid_request', 'image', 400],
    ['edits', { prompt: 'a hat', image: PICTURE, n: '5' }, 'invalid_request', 'n', 400],
    ['edits', { prompt: 'a hat', image: PICTURE, n: 'two' }, 'invalid_request', 'n', 400],
    ['edits', { prompt: 'a hat', image: PICTURE, size: 'big' }, 'invalid_request', 'size', 400],
    ['edits', { prompt: 'a hat', task_id: '12:5' }, 'invalid_request', 'task_id', 400],
    ['edits', { prompt: 'a hat', task_id: '12345' }, 'task_not_found', 'task_id', 404],
    ['edits', { prompt: 'a hat', image: 'file-abc' }, 'invalid_request', 'image', 400],
    ['edits', { prompt: 'a hat', image: PICTURE, model: 'gpt-4o' }, 'unsupported_parameter', 'model', 400],
    ['edits', { prompt: 'a hat', image: PICTURE, model: 'dall-e-9' }, 'model_not_found', 'model', 404],
    [
      'edits',
      { prompt: 'a hat', image: Array(18).fill(PICTURE) as Buffer[] },
      'invalid_request',
      'image',
      400,
    ],
    ['variations', {}, 'invalid_request', 'image', 400],
    ['variations', { image: PICTURE, stream: 'true' }, 'unsupported_parameter', 'stream', 400],
  ] as const)('%s %j is refused as %s of %s', async (path, fields, code, param, status) => {
    const studio = await openStudio();
    const given = { model: 'midjourney', ...fields } as Record<string, string | Buffer | Buffer[]>;
    const response = await postForm(studio, `/images/${path}`, given);
    expect(response.status).toBe(status);
    expect(response.body.error).toMatchObject({ code, param });
    expect(studio.tasks.orders).toEqual([]);
  });

  it.each([
    [{ images: [{ file_id: 'file-abc' }] }, 'unsupported_parameter', 'images[0].file_id'],
    [{ images: [7] }, 'invalid_request', 'images[0]'],
    [{ images: [{ image_url: 'ftp://example.org/cat.png' }] }, 'invalid_request', 'images[0].image_url'],
    [{ mask: { image_url: 'data:image/png;base64,%%' } }, 'invalid_request', 'mask.image_url'],
  ])('as JSON %j is refused', async (patch, code, param) => {
    const studio = await openStudio();
    const { status, body } = await post(studio, '/images/edits', { ...WISH, ...patch });
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({ status: 400, code, param });
  });

  it('larger than the gateway takes is a 413', async () => {
    const studio = await openStudio({ bodyLimitBytes: 1_000 });
    const one = await postForm(studio, '/images/edits', { ...WISH, image: Buffer.alloc(1_500, 1) });
    expect({ status: one.status, code: one.body.error.code }).toEqual({
      status: 413,
      code: 'body_too_large',
    });
    const both = { ...WISH, image: [Buffer.alloc(600, 1), Buffer.alloc(600, 1)] };
    expect((await postForm(studio, '/images/edits', both)).status).toBe(413);
  });

  it.each(['announced', 'sent in pieces'])(
    'far larger, %s, is a 413 that the client gets to see',
    async (how) => {
      const studio = await openStudio({ bodyLimitBytes: 1_000_000 });
      const form = new FormData();
      form.append('prompt', 'a hat');
      form.append('image', new Blob([new Uint8Array(30_000_000)]), 'a.png');
      const encoded = new Request('http://127.0.0.1', { method: 'POST', body: form });
      const type = encoded.headers.get('content-type') ?? '';
      const body = how === 'announced' ? await encoded.arrayBuffer() : encoded.body;
      const response = await fetch(`${studio.url}/v1/images/edits`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': type },
        body,
        duplex: 'half',
      });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ error: { code: 'body_too_large' } });
    },
  );

  it('with an unfinished task is a 409', async () => {
    const studio = await openStudio();
    const caller = { id: 'tester', admin: false, bots: ['*'] };
    const { signal } = new AbortController();
    const order = { caller, model: 'midjourney', verb: 'imagine', prompt: 'a', images: [], signal } as const;
    const { task } = await studio.tasks.submitTask(order);
    const { status, body } = await post(studio, '/images/edits', { ...WISH, task_id: task.id });
    expect({ status, code: body.error.code }).toEqual({ status: 409, code: 'parent_unfinished' });
  });

  it('that is broken off in the middle of its form is refused', async () => {
    const studio = await openStudio();
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'multipart/form-data; boundary=x' };
    const payload = '--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\nabc';
    const url = '/v1/images/edits';
    const response = await studio.app.inject({ method: 'POST', url, headers, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json().error.code).toBe('invalid_request');
  });

  it('needs a key', async () => {
    const studio = await openStudio();
    const response = await fetch(`${studio.url}/v1/images/edits`, { method: 'POST', body: new FormData() });
    expect(response.status).toBe(401);
  });
});

describe('a variation', () => {
  it('of a sent picture is drawn from it and from what the bot sees in it', async () => {
    const studio = await openStudio();
    const { status, body } = await postForm(studio, '/images/variations', {
      model: 'midjourney',
      image: PICTURE,
      n: '2',
      response_format: 'b64_json',
      size: '1024x1024',
    });
    expect(status).toBe(200);
    expect(body.data).toHaveLength(2);
    expect(studio.tasks.orders).toMatchObject([
      { verb: 'describe', images: [{ type: 'bytes' }] },
      { verb: 'imagine', prompt: 'a red fox in the snow --ar 1:1', images: [{ type: 'bytes' }] },
    ]);
  });

  it('of one of a grid is the bot’s own variation of it', async () => {
    const studio = await openStudio();
    const grid = await finished(studio);
    const fields = { model: 'midjourney', task_id: `${grid.id}:2`, n: 3, response_format: 'b64_json' };
    const { body } = await post(studio, '/images/variations', fields);
    expect(body.data).toHaveLength(3);
    expect(studio.tasks.orders).toMatchObject([{ parentId: grid.id, action: { kind: 'vary', index: 2 } }]);
  });

  it('of a whole grid is one of each of its pictures', async () => {
    const studio = await openStudio();
    const grid = await finished(studio);
    const fields = { model: 'midjourney', task_id: grid.id, n: 2, response_format: 'b64_json' };
    const { body } = await post(studio, '/images/variations', fields);
    expect(studio.tasks.orders).toMatchObject([
      { parentId: grid.id, action: { kind: 'vary', index: 1 } },
      { parentId: grid.id, action: { kind: 'vary', index: 2 } },
    ]);
    expect(body.data).toHaveLength(2);
    expect(new Set(body.data.map(({ task_id }: { task_id: string }) => task_id)).size).toBe(2);
  });

  it('of a single picture is the strongest that the bot offers', async () => {
    const studio = await openStudio();
    const single = await finishedSingle(studio);
    const { status } = await post(studio, '/images/variations', { model: 'midjourney', task_id: single.id });
    expect(status).toBe(200);
    expect(studio.tasks.orders[0]).toMatchObject({ parentId: single.id, action: { kind: 'vary-strong' } });
  });

  it('of a picture that the bot cannot describe fails with its words', async () => {
    const studio = await openStudio();
    studio.play = (tasks, task) => tasks.fail(task.id, new GatewayError('bot_failed', 'Image denied.'));
    const { status, body } = await postForm(studio, '/images/variations', {
      model: 'midjourney',
      image: PICTURE,
    });
    expect({ status, message: body.error.message }).toMatchObject({ status: 502, message: /Image denied/ });
  });
});

it('OpenAI’s own client edits and varies', async () => {
  const studio = await openStudio();
  const single = await finishedSingle(studio);
  const client = new OpenAI({ baseURL: `${studio.url}/v1`, apiKey: KEY, maxRetries: 0 });
  const file = (name: string, bytes: Buffer) => toFile(bytes, name, { type: 'image/png' });
  const edited = await client.images.edit({
    model: 'midjourney',
    prompt: 'a hat',
    image: [await file('a.png', PICTURE), await file('b.png', PICTURE)],
  });
  expect(edited.data?.[0]?.url).toBe(linkOf('upscale-1'));
  const extension = { task_id: single.id };
  const region = await client.images.edit({
    model: 'midjourney',
    prompt: 'a hat',
    image: await file('a.png', PICTURE),
    mask: await file('mask.png', MASK),
    response_format: 'b64_json',
    ...extension,
  });
  expect(region.data?.[0]?.b64_json).toMatch(/^iVBOR/);
  const varied = await client.images.createVariation({
    model: 'midjourney',
    image: await file('a.png', PICTURE),
  });
  expect(varied.data?.[0]?.url).toBe(linkOf('upscale-1'));
  studio.play = (tasks, task) => end(tasks, task.id, []);
  await expect(
    client.images.edit({ model: 'midjourney', prompt: 'a', image: await file('a.png', PICTURE) }),
  ).rejects.toThrow('drew no picture');
});
