import { describe, expect, it } from 'vitest';
import { KEY, key } from '../support.ts';
import { makeBridge } from './support.ts';

const REFUSED = { code: 403, message: '无权访问本服务' };

type Row = [string, { headers?: Record<string, string>; query?: string; body?: string }];

const PLACES: Row[] = [
  ['Bearer', { headers: { authorization: `Bearer ${KEY}` } }],
  ['the header key', { headers: { key: KEY } }],
  ['the header mj-api-secret', { headers: { 'mj-api-secret': KEY } }],
  ['the query', { query: `?key=${KEY}` }],
  ['the query of a POST', { query: `?key=${KEY}`, body: '' }],
  ['a JSON body', { body: JSON.stringify({ key: KEY }) }],
  ['a form', { body: `key=${KEY}` }],
  ['a body, while the query holds another', { query: '?key=nope', body: `key=${KEY}` }],
  [
    'Bearer, while a parameter holds another',
    { headers: { authorization: `Bearer ${KEY}` }, query: '?key=nope' },
  ],
  ['the header key, while Bearer is empty', { headers: { authorization: 'Bearer ', key: KEY } }],
];

describe('a key', () => {
  it.each(PLACES)('is taken from %s', async (_place, { headers = {}, query = '', body }) => {
    const { call, gateway } = makeBridge();
    const response = await call(`/api/IsBotOnline${query}`, body, headers);
    expect(response.statusCode).toBe(200);
    expect(gateway.callers).toEqual([expect.objectContaining({ id: 'tester' })]);
  });

  it.each([
    ['none at all', {}],
    ['a wrong Bearer', { headers: { authorization: 'Bearer nope' } }],
    ['a wrong header', { headers: { key: 'nope' } }],
    ['a wrong header and a good parameter', { headers: { key: 'nope' }, query: `?key=${KEY}` }],
    ['a wrong parameter', { query: '?key=nope' }],
    ['a wrong parameter of a form', { body: 'key=nope' }],
    ['an empty one', { query: '?key=' }],
    ['the word default, though nothing is open', { query: '?key=default' }],
  ] as Row[])('is refused with the Bridge’s body: %s', async (_what, { headers = {}, query = '', body }) => {
    const { call, gateway } = makeBridge();
    const response = await call(`/api/CreateConversation${query}`, body, headers);
    expect(response.statusCode).toBe(403);
    expect(response.body).toBe(JSON.stringify(REFUSED));
    expect(gateway.callers).toEqual([]);
  });

  it('is not needed for what is open', async () => {
    const { call } = makeBridge();
    for (const url of ['/', '/Ping', '/robots.txt'])
      expect((await call(url, undefined, {})).statusCode).toBe(200);
  });

  it.each([
    ['none', {}, ''],
    ['an empty header', { key: '' }, ''],
    ['an empty parameter', {}, '?key='],
    ['the word default in the header', { key: 'default' }, ''],
    ['the word default as Bearer', { authorization: 'Bearer default' }, ''],
    ['the word default as parameter', {}, '?key=default'],
  ])('that is %s reaches the bots that are open to everyone', async (_what, headers, query) => {
    const { call, gateway } = makeBridge({ anonymousBots: ['open'] });
    expect((await call(`/api/IsBotOnline${query}`, undefined, headers)).statusCode).toBe(200);
    expect(gateway.callers).toEqual([{ id: '', admin: false, bots: ['open'] }]);
  });

  it('that is wrong does not fall back to the bots that are open to everyone', async () => {
    const { call } = makeBridge({ anonymousBots: ['open'] });
    expect((await call('/api/IsBotOnline?key=nope', undefined, {})).json()).toEqual(REFUSED);
  });

  it('may be the word default where one is configured so', async () => {
    const { call, gateway } = makeBridge({
      keys: [key({ key: 'default', name: 'named' })],
      anonymousBots: ['open'],
    });
    await call('/api/IsBotOnline?key=default', undefined, {});
    expect(gateway.callers).toEqual([expect.objectContaining({ id: 'named' })]);
  });

  it('decides which bots are reached', async () => {
    const { call, gateway } = makeBridge({
      keys: [key({ key: 'one', name: 'a', bots: ['x'] }), key({ key: 'two', name: 'b', bots: ['y', 'z'] })],
    });
    await call('/api/IsBotOnline?key=one', undefined, {});
    await call('/api/IsBotOnline?key=two', undefined, {});
    expect(gateway.callers.map(({ bots }) => bots)).toEqual([['x'], ['y', 'z']]);
  });
});

describe('an address that is not on the allow list', () => {
  it.each(['/', '/Ping', '/robots.txt', '/api/Chat', '/nowhere'])(
    'gets the Bridge’s body at %s',
    async (url) => {
      const { call } = makeBridge({ allowIps: ['192.0.2.0/24'] });
      const response = await call(url);
      expect(response.statusCode).toBe(403);
      expect(response.body).toBe(JSON.stringify(REFUSED));
    },
  );
});
