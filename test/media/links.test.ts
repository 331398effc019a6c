import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { failure, listen, load, loader, PICTURES, PNG, png, serve, serveRaw } from './local-server.ts';

describe('links', () => {
  it.each(PICTURES)(
    'give a file of %s named %s, whatever the server claims',
    async (contentType, name, bytes) => {
      const url = await serve((_request, response) => {
        response.setHeader('content-type', 'text/html').end(bytes);
      });
      const file = await load(`${url}/evil%2f..%2fname.exe?x=1`);
      expect({ ...file, bytes: Buffer.from(file.bytes) }).toEqual({ name, contentType, bytes });
    },
  );

  it('deliver large files whole', async () => {
    const large = Buffer.concat([PNG, Buffer.alloc(3_000_000, 'abcdefg')]);
    const url = await serve((_request, response) => response.end(large));
    expect(large.equals((await load(url)).bytes)).toBe(true);
  });

  it.each([
    ['ftp://example.org/a.png', 'ftp:'],
    ['file:///etc/passwd', 'file:'],
    ['data:image/png;base64,AAAA', 'data:'],
    ['javascript:alert(1)', 'javascript:'],
    ['not a link', 'not a valid URL'],
    ['/relative.png', 'not a valid URL'],
    ['http://', 'not a valid URL'],
    ['http://user:pa55word@example.org/a.png', 'user name or password'],
  ])('are refused when they are %s', async (url, part) => {
    const error = await failure(load(url));
    expect(error).toMatchObject({ code: 'media_unreachable', message: expect.stringContaining(part) });
    expect(`${error.message} ${error.hint}`).not.toContain('pa55word');
  });

  it('say with which status the server refused', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end());
    expect(await failure(load(`${url}/a?signature=s3cret`))).toMatchObject({
      code: 'media_unreachable',
      message: `The link ${url} answered with HTTP 404.`,
    });
  });

  it('say what went wrong when the server is not there or talks no HTTP', async () => {
    const gone = createServer();
    const port = await listen(gone);
    gone.close();
    const refused = await failure(load(`http://127.0.0.1:${port}/?token=s3cret`));
    expect(refused).toMatchObject({
      code: 'media_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const babble = await failure(load(await serveRaw('SSH-2.0-OpenSSH_9.6\r\n')));
    expect(babble.code).toBe('media_unreachable');
    expect(`${refused.message}${refused.hint}`).not.toContain('s3cret');
  });

  it('say when a web page came instead of a picture, without reading all of it', async () => {
    let finished = false;
    const url = await serve((_request, response) => {
      response.on('finish', () => {
        finished = true;
      });
      response.write(`<!doctype html>${' '.repeat(100)}`);
    });
    expect(await failure(load(url))).toMatchObject({
      code: 'media_invalid',
      message: `The link ${url} holds no picture that can be used, it looks like a web page.`,
    });
    expect(finished).toBe(false);
  });

  it('are fetched with no cookie, no referrer, no key and no wish for compression', async () => {
    let headers: IncomingMessage['headers'] = {};
    const url = await serve((request, response) => {
      headers = request.headers;
      response.end(PNG);
    });
    await load(url);
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    expect(headers['accept-encoding']).toBe('identity');
  });
});

describe('names', () => {
  it.each([
    ['does not resolve', async () => Promise.reject(new Error('ENOTFOUND'))],
    ['resolves to nothing', async () => []],
  ])('that %s are unreachable', async (_what, lookup) => {
    expect(await failure(load('http://nowhere.example/a.png', { lookup }))).toMatchObject({
      code: 'media_unreachable',
      message: 'The host name nowhere.example of a link was not found.',
    });
  });
});

describe('redirects', () => {
  const chain = (length: number): RequestListener => {
    return (request, response) => {
      const step = Number(request.url?.slice(1));
      if (step >= length) response.end(PNG);
      else
        response
          .writeHead([301, 302, 303, 307, 308][step % 5] ?? 302, { location: `/${step + 1}` })
          .end('moved');
    };
  };

  it('are followed three times, not four', async () => {
    expect((await load(`${await serve(chain(3))}/0`)).name).toBe('image.png');
    expect(await failure(load(`${await serve(chain(4))}/0`))).toMatchObject({
      code: 'media_unreachable',
      message: expect.stringContaining('more than 3 times'),
    });
  });

  it.each(['file:///etc/passwd', 'http://user:pw@127.0.0.1/', 'http://'])(
    'to %s are refused',
    async (location) => {
      const url = await serve((_request, response) => response.writeHead(302, { location }).end());
      expect((await failure(load(url))).code).toBe('media_unreachable');
    },
  );

  it('without a target are an unreachable link', async () => {
    const url = await serve((_request, response) => response.writeHead(302).end());
    expect((await failure(load(url))).message).toContain('HTTP 302');
  });
});

describe('size', () => {
  it('is refused by the declared length, before the body', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 5_000 }).write(PNG);
    });
    const error = await failure(load(url, { maxBytes: 1_000 }));
    expect(error).toMatchObject({
      code: 'media_invalid',
      message: expect.stringContaining('larger than 1000 bytes'),
    });
  });

  it('is counted while an endless body comes', async () => {
    let sent = 0;
    const url = await serve((_request, response) => {
      response.write(PNG);
      const pump = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000))) sent += 10_000;
      };
      response.on('drain', pump);
      pump();
    });
    const error = await failure(load(url, { maxBytes: 300_000 }));
    expect(error).toMatchObject({ code: 'media_invalid', hint: expect.stringContaining('300000 bytes') });
    expect(sent).toBeLessThan(50_000_000);
  });

  it.each([
    ['too short', `HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n${PNG.toString('latin1')}`],
    ['negative', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nx'],
    ['given twice', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
  ])('with a lying length (%s) is unreachable, not half a picture', async (_what, answer) => {
    expect((await failure(load(await serveRaw(answer)))).code).toBe('media_unreachable');
  });

  it('of a gzip bomb is never found out: encoded bodies are refused', async () => {
    const bomb = gzipSync(Buffer.concat([PNG, Buffer.alloc(30_000_000)]));
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(await failure(load(url))).toMatchObject({
      code: 'media_unreachable',
      message: expect.stringContaining('compressed'),
    });
  });
});

describe('time', () => {
  /** A server that sends the start of a picture and then nothing; `reached` resolves with the first request. */
  async function serveDrip() {
    const reached = Promise.withResolvers<void>();
    const url = await serve((_request, response) => {
      response.write(PNG.subarray(0, 10));
      reached.resolve();
    });
    return { url, reached: reached.promise };
  }

  it('ends for a body that never ends', async () => {
    const clock = new FakeClock();
    const { url, reached } = await serveDrip();
    const failed = failure(load(url, { clock, timeoutMs: 20_000 }));
    await reached;
    await clock.advance(19_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await failed).toMatchObject({
      code: 'media_unreachable',
      message: 'A link was not fetched within 20 s.',
    });
  });

  it('counts over all redirects and the resolving together', async () => {
    const clock = new FakeClock();
    const lookup = () => new Promise<string[]>(() => {});
    const failed = failure(load('http://slow.example/', { clock, lookup, timeoutMs: 1_000 }));
    await clock.advance(1_000);
    expect((await failed).message).toContain('within 1 s');
  });

  it('leaves no timer behind', async () => {
    const clock = new FakeClock();
    await load(await serve(png), { clock });
    await failure(load('ftp://example.org', { clock }));
    expect(clock.pending).toBe(0);
  });

  it.each(['reached', 'at once'])('ends with the reason of the caller’s signal (%s)', async (moment) => {
    const clock = new FakeClock();
    const { url, reached } = await serveDrip();
    const controller = new AbortController();
    const reason = new Error('The caller left.');
    if (moment === 'at once') controller.abort(reason);
    const failed = failure(loader({ clock }).load({ type: 'link', url }, controller.signal));
    if (moment === 'reached') await reached;
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(clock.pending).toBe(0);
  });
});
