import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { makeApp } from './support.ts';

const open = () => makeApp({ keys: [], open: true, openAdmin: true });

describe('a gateway without keys on this machine', () => {
  it.each(['127.0.0.1:8092', 'localhost', '[::1]:8092', 'app.localhost:8092'])(
    'answers to its name %s',
    async (host) => {
      const { app } = open();
      expect((await app.inject({ url: '/v1/models', headers: { host } })).statusCode).toBe(200);
    },
  );

  it('does not answer a page that let a name of its own point here', async () => {
    const { app } = open();
    for (const url of ['/v1/models', '/admin/api/usage', '/api/GetConversations']) {
      const response = await app.inject({ url, headers: { host: 'rebind.evil.example' } });
      expect(response.statusCode).toBe(403);
    }
  });

  it('is not used by pages of other machines', async () => {
    const { app } = open();
    const headers = { host: 'localhost:8092', origin: 'https://evil.example' };
    expect((await app.inject({ url: '/admin/api/usage', headers })).statusCode).toBe(403);
    expect((await app.inject({ url: '/v1/models', headers })).statusCode).toBe(403);
    const image = { host: 'localhost:8092', 'sec-fetch-site': 'cross-site' };
    expect((await app.inject({ url: '/api/DeleteConversation?name=x', headers: image })).statusCode).toBe(
      403,
    );
    const local = { host: 'localhost:8092', origin: 'http://localhost:3000' };
    expect((await app.inject({ url: '/v1/models', headers: local })).statusCode).toBe(200);
  });
});

describe('a path that does not exist', () => {
  it('is refused before the body is read', async () => {
    const { app } = makeApp();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/zzz',
      headers: { 'content-type': 'application/json' },
      payload: '{ this is no JSON',
    });
    expect(response.statusCode).toBe(404);
  });
});

describe('a caller that was refused', () => {
  it('cannot go on sending for ever', async () => {
    const clock = new FakeClock();
    const { app } = makeApp({ clock });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const closed = once(socket, 'close');
    socket.on('error', () => {});
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\nsome');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('401');
    await clock.settle();
    await clock.advance(5_000);
    await closed;
  });
});
