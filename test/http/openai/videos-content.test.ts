import { get } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { readRange } from '../../../src/http/range.ts';
import { KEY } from '../support.ts';
import { CLIP, openFilms } from './videos-support.ts';

describe.each([true, false])('the content of a video, whose CDN knows ranges: %s', (knowsRanges) => {
  const setup = async () => {
    const films = await openFilms();
    films.cdn.knowsRanges = knowsRanges;
    const id = await films.finished();
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      films.ask(method, `/videos/${id}/content`, undefined, headers);
    return { ...films, id, get };
  };

  it('comes whole, with its length and type, and without the account’s token', async () => {
    const { get, cdn, id } = await setup();
    const { status, headers, bytes } = await get();
    expect(status).toBe(200);
    expect(bytes.equals(CLIP)).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(CLIP.length),
      'accept-ranges': 'bytes',
      'content-disposition': `inline; filename="${id}.mp4"`,
      'x-content-type-options': 'nosniff',
    });
    expect(cdn.asked).toEqual([{ range: undefined, authorization: undefined }]);
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=70000-70001', 70_000, 70_001],
    ['bytes=99990-', 99_990, 99_999],
    ['bytes=-10', 99_990, 99_999],
    ['bytes=0-999999', 0, 99_999],
    ['bytes=99999-99999', 99_999, 99_999],
  ])('comes in parts: %s', async (range, start, end) => {
    const { get } = await setup();
    const { status, headers, bytes } = await get({ range });
    expect(status).toBe(206);
    expect(headers.get('content-range')).toBe(`bytes ${start}-${end}/100000`);
    expect(headers.get('content-length')).toBe(String(end - start + 1));
    expect(bytes.equals(CLIP.subarray(start, end + 1))).toBe(true);
  });

  it.each(['bytes=100000-', 'bytes=200000-300000', 'bytes=-0'])('has no part %s', async (range) => {
    const { get } = await setup();
    const { status, headers, bytes } = await get({ range });
    expect([status, headers.get('content-range'), bytes.length]).toEqual([416, 'bytes */100000', 0]);
  });

  it.each(['bytes=5-1', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'bytes=a-b'])(
    'comes whole where the range makes no sense here: %s',
    async (range) => {
      const { get } = await setup();
      const { status, bytes } = await get({ range });
      expect([status, bytes.length]).toEqual([200, CLIP.length]);
    },
  );

  it('goes on where a download broke off, by its tag', async () => {
    const { get } = await setup();
    const tag = (await get()).headers.get('etag') ?? '';
    const rest = await get({ range: 'bytes=99000-', 'if-range': tag });
    expect([rest.status, rest.bytes.length]).toEqual([206, 1_000]);
    expect((await get({ range: 'bytes=99000-', 'if-range': '"another"' })).status).toBe(200);
  });

  it('tells its head alone', async () => {
    const { get } = await setup();
    const { status, headers, bytes } = await get({}, 'HEAD');
    expect([status, bytes.length, headers.get('content-length')]).toEqual([200, 0, '100000']);
    const part = await get({ range: 'bytes=0-9' }, 'HEAD');
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 0-9/100000']);
  });
});

describe('the content of a video', () => {
  it('is asked for once more when the CDN does not know it yet', async () => {
    const { ask, cdn, finished } = await openFilms();
    cdn.failures = 1;
    expect((await ask('GET', `/videos/${await finished()}/content`)).bytes.equals(CLIP)).toBe(true);
  });

  it('is the bot’s fault when it is gone, not the caller’s', async () => {
    const { ask, cdn, finished } = await openFilms();
    cdn.failures = 2;
    const { status, body } = await ask('GET', `/videos/${await finished()}/content`);
    expect([status, body.error.code]).toEqual([502, 'bot_failed']);
    expect(body.error.message).toContain('404');
  });

  it('ends the connection when it breaks in the middle, so that nobody takes a part for the whole', async () => {
    const { ask, cdn, finished } = await openFilms();
    cdn.breaksAfter = 5_000;
    await expect(ask('GET', `/videos/${await finished()}/content`)).rejects.toThrow();
  });

  it('is never fetched from private addresses that are not Discord’s', async () => {
    const { ask, tasks, finished } = await openFilms();
    const id = await finished();
    tasks.succeedWithVideo(id.replace('video_', ''), { media: [{ url: 'http://127.0.0.1:1/a.mp4' }] });
    const { status, body } = await ask('GET', `/videos/${id}/content`);
    expect([status, body.error.code]).toEqual([502, 'bot_failed']);
    expect(body.error.message).toContain('not public');
  });

  it('is not there before the end, and not after a failure', async () => {
    const { ask, tasks } = await openFilms();
    const { id } = (await ask('POST', '/videos', { prompt: 'a' })).body;
    const look = () => ask('GET', `/videos/${id}/content`);
    expect(await look()).toMatchObject({ status: 409, body: { error: { code: 'parent_unfinished' } } });
    tasks.fail(id.replace('video_', ''), new GatewayError('bot_failed', 'Pika gave up.'));
    const failed = await look();
    expect(failed.status).toBe(409);
    expect(failed.body.error.message).toContain('Pika gave up.');
  });

  it.each([
    ['video', 200],
    ['thumbnail', 400],
    ['spritesheet', 400],
    ['poster', 400],
  ])('as %s is answered with %i', async (variant, status) => {
    const { ask, finished } = await openFilms();
    expect((await ask('GET', `/videos/${await finished()}/content?variant=${variant}`)).status).toBe(status);
  });

  it('of Midjourney, which gives most clips as animated pictures, is called what it is', async () => {
    const { ask, tasks, finished, cdn } = await openFilms();
    const id = await finished();
    const media = [{ url: `${cdn.url}/a.webp`, contentType: 'image/webp', width: 624, height: 624 }];
    tasks.succeedWithVideo(id.replace('video_', ''), { media });
    const { status, headers, bytes } = await ask('GET', `/videos/${id}/content`);
    expect([status, bytes.length]).toEqual([200, CLIP.length]);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-disposition': `inline; filename="${id}.webp"`,
      'x-cordgate-warnings': 'the bot gave an animated picture: image/webp',
    });
    expect((await ask('GET', `/videos/${id}`)).body.size).toBe('624x624');
  });

  it('never has a type that a browser would run', async () => {
    const { ask, tasks, finished, cdn } = await openFilms();
    const id = await finished();
    const media = [{ url: `${cdn.url}/a.html`, contentType: 'text/html' }];
    tasks.succeedWithVideo(id.replace('video_', ''), { media });
    expect((await ask('GET', `/videos/${id}/content`)).headers.get('content-type')).toBe('video/mp4');
  });

  it('frees the connection to the CDN when the caller leaves', async () => {
    const { url, cdn, finished } = await openFilms();
    const id = await finished();
    cdn.stallsAfter = 5_000;
    const headers = { authorization: `Bearer ${KEY}` };
    const request = get(`${url}/v1/videos/${id}/content`, { headers }, () => request.destroy());
    await expect.poll(() => cdn.left).toBe(1);
  });
});

it('a range header of any text is read or left, never an error', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `bytes=${text}`),
      ),
      (text) => {
        const range = readRange(text);
        if (range && 'start' in range)
          expect(range.start).toBeLessThanOrEqual(range.end ?? Number.POSITIVE_INFINITY);
      },
    ),
  );
});
