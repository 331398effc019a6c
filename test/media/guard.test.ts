import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { failure, listen, load, PNG, png, serve } from './local-server.ts';

describe('private addresses', () => {
  it('are refused without being contacted', async () => {
    let contacted = 0;
    const url = await serve((_request, response) => {
      contacted++;
      response.end(PNG);
    });
    const error = await failure(load(url, { allowPrivate: [] }));
    expect(error).toMatchObject({ code: 'media_forbidden', status: 400 });
    expect(error.hint).toContain('allowPrivate');
    expect(contacted).toBe(0);
    await load(url);
    expect(contacted).toBe(1);
  });

  it.each([
    'http://localhost/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://①②⑦.0.0.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1:8080/',
  ])('are refused in the form %s', async (url) => {
    expect((await failure(load(url, { allowPrivate: [] }))).code).toBe('media_forbidden');
  });

  it('are refused behind a name, also when only one of its addresses is private', async () => {
    const lookup = async () => ['8.8.8.8', '2606:4700:4700::1111', '10.0.0.1'];
    const error = await failure(load('https://pictures.example/a.png', { lookup }));
    expect(error.code).toBe('media_forbidden');
    expect(error.message).not.toContain('10.0.0.1');
  });

  it('are refused when a redirect leads to them', async () => {
    let reached = 0;
    const inner = createServer((_request, response) => {
      reached++;
      response.end(PNG);
    });
    const port = await listen(inner, '127.0.0.2');
    const url = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.2:${port}/` }).end();
    });
    const error = await failure(load(url, { allowPrivate: ['127.0.0.1'] }));
    expect(error.code).toBe('media_forbidden');
    expect(reached).toBe(0);
    await load(url);
    expect(reached).toBe(1);
  });

  it('are not reached by a name that resolves differently the second time', async () => {
    let evil = 0;
    const port = await listen(createServer(png), '127.0.0.1');
    const evilServer = createServer((_request, response) => {
      evil++;
      response.end(PNG);
    });
    await listen(evilServer, '127.0.0.2', port);
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const lookup = async () => answers.shift() ?? [];
    const file = await load(`http://rebind.example:${port}/`, { allowPrivate: ['127.0.0.1'], lookup });
    expect(file.name).toBe('image.png');
    expect({ evil, answersLeft: answers.length }).toEqual({ evil: 0, answersLeft: 1 });
  });

  it('are refused when a name resolves to them only after a redirect to itself', async () => {
    const port = await listen(
      createServer((_request, response) => response.writeHead(307, { location: '/again' }).end()),
    );
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const lookup = async () => answers.shift() ?? [];
    const error = await failure(
      load(`http://rebind.example:${port}/`, { allowPrivate: ['127.0.0.1'], lookup }),
    );
    expect(error.code).toBe('media_forbidden');
  });

  it('fall back to the next checked address when the first does not answer', async () => {
    const port = await listen(createServer(png));
    const lookup = async () => ['127.0.0.3', '127.0.0.1'];
    expect((await load(`http://two.example:${port}/`, { lookup })).name).toBe('image.png');
  });
});
