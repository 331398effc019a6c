import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/config/nearest.ts';
import { problemsOf, SAMPLE } from './sample.ts';

const inBot = (line: string) => `${SAMPLE}    ${line}\n`;
const account = (token: string) => `accounts: [{ id: a, kind: bot, token: ${token} }]`;

describe('a mistake in the file', () => {
  it.each<[string, string, string | RegExp]>([
    ['server: { prot: 1 }', 'server.prot', 'unknown key; did you mean "port"?'],
    ['server: { port: 1, prot: 1 }', 'server.prot', 'unknown key; did you mean "port"?'],
    ['sever: {}', 'sever', 'unknown key; did you mean "server"?'],
    ['server: { public_url: "https://a" }', 'server.public_url', 'unknown key; did you mean "publicUrl"?'],
    ['log: { zzzzzzzz: 1 }', 'log.zzzzzzzz', 'unknown key; known here: level, pretty'],
    [inBot('idelMs: 3'), 'bots[0].idelMs', 'unknown key; did you mean "idleMs"?'],
    ['server: { port: "80" }', 'server.port', 'must be a number: leave out the quotes'],
    ['server: { port: 70000 }', 'server.port', 'must be at most 65535'],
    ['server: { port: 0 }', 'server.port', /--port 0/],
    ['server: { host: 5 }', 'server.host', 'must be text: write it in quotes'],
    ['server: { host: "  " }', 'server.host', 'must not be empty'],
    ['server: { allowIps: [300.0.0.1] }', 'server.allowIps[0]', /network such as/],
    ['server: { allowIps: 10.0.0.1 }', 'server.allowIps', 'must be a list, not text'],
    ['webhooks: { allowPrivate: [10.0.0.0/64] }', 'webhooks.allowPrivate[0]', /network such as/],
    ['server: { publicUrl: gw.example.org }', 'server.publicUrl', /http:\/\/ or https:\/\//],
    ['discord: { gateway: "https://x" }', 'discord.gateway', /ws:\/\/ or wss:\/\//],
    ['discord: { proxy: "ftp://x:1" }', 'discord.proxy', /socks5:/],
    ['discord: { proxy: "http://u:pa%ss@x:1" }', 'discord.proxy', /%25/],
    ['store: { driver: mysql }', 'store.driver', 'must be one of: sqlite, memory, redis'],
    ['bots: [{ id: m, driver: midjourney }]', 'bots[0].rooms', /is missing: accounts that draw/],
    ['bots: [{ id: m, driver: pika }]', 'bots[0].rooms', /^is missing: accounts that film/],
    [
      'bots: [{ id: m, driver: cose }]',
      'bots[0].driver',
      'must be one of: coze, midjourney, pika; did you mean "coze"?',
    ],
    ['bots: [{ id: m }]', 'bots[0].driver', /is missing/],
    [account('"Bot abc"'), 'accounts[0].token', /leave out the word/],
    [account('"abc def"'), 'accounts[0].token', /one word without blanks/],
    ['auth: { keys: [{ key: "", name: n }] }', 'auth.keys[0].key', 'must not be empty'],
    ['auth: { keys: [{ key: "a b", name: n }] }', 'auth.keys[0].key', 'must not contain blanks'],
    ['auth: { keys: [{ key: a }, { key: a }] }', 'auth.keys[1].key', /same key/],
    ['auth: { keys: [{ key: a, name: n }, { key: b, name: n }] }', 'auth.keys[1].name', /same name/],
    ['auth: { keys: [{ key: a, bots: [koze] }] }', 'auth.keys[0].bots[0]', 'there is no bot "koze"'],
    ['auth: { anonymous: { bots: [koze] } }', 'auth.anonymous.bots[0]', 'there is no bot "koze"'],
    [
      SAMPLE.replace('listen: bridge', 'listen: brigde'),
      'bots[0].listen',
      /no account "brigde"; did you mean "bridge"/,
    ],
    [SAMPLE.replace('[bridge]', '[bridge, alice]'), 'bots[0].send[1]', /no account "alice"/],
    [SAMPLE.replace('[bridge]', '[]'), 'bots[0].send', 'must have at least one entry'],
    [SAMPLE.replace(/.*botUserId:.*\n/, ''), 'bots[0].botUserId', /is missing/],
    [inBot('botUserIds: ["100000000000000009"]'), 'bots[0].botUserId', /not both/],
    [SAMPLE.replace('"100000000000000001"', '"123"'), 'bots[0].guildId', /17 to 20 digits/],
    [SAMPLE.replace('models: [gpt-4o]', ''), 'bots[0].models', /is missing: model names/],
  ])('%j is found at %s', (text, path, message) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.path)).toContain(path);
    const found = problems.find((problem) => problem.path === path)?.message;
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
  });

  it('has its line and column', () => {
    expect(problemsOf('server:\n  host: 127.0.0.1\n  prot: 1\n')).toMatchObject([{ line: 3, column: 3 }]);
    expect(problemsOf('server: { allowIps: [::1, nonsense] }')).toMatchObject([{ line: 1, column: 27 }]);
  });

  it('tells to quote an id, and shows it with all the digits that YAML lost', () => {
    const [problem] = problemsOf(SAMPLE.replace('"100000000000000001"', '1234567890123456789'));
    expect(problem).toMatchObject({ path: 'bots[0].guildId', line: 11 });
    expect(problem?.message).toContain('write the id in quotes ("1234567890123456789")');
  });

  it('never hides another one: all come at once, in the order of the file', () => {
    const text = `server: { prot: 1, host: 0.0.0.0 }\nstore: { driver: mysql }\n${SAMPLE.replace('listen: bridge', 'listen: x')}`;
    expect(problemsOf(text).map((problem) => problem.path)).toEqual([
      'server.prot',
      'server.host',
      'store.driver',
      'bots[0].listen',
    ]);
  });

  it('may be a key that stands twice', () => {
    expect(problemsOf('server: { port: 1 }\nserver: { port: 2 }\n')).toMatchObject([{ line: 2, column: 1 }]);
  });

  it('may be an id that stands twice, or an account that is switched off', () => {
    const twice = SAMPLE.replace('bots:', '  - { id: bridge, kind: bot, token: t }\nbots:');
    expect(problemsOf(twice)).toMatchObject([{ path: 'accounts[1].id' }]);
    const off = SAMPLE.replace('kind: bot', 'kind: bot\n    enabled: false');
    expect(problemsOf(off).map((problem) => problem.message)).toEqual([
      'the account "bridge" has enabled: false',
      'the account "bridge" has enabled: false',
    ]);
  });

  it('never shows the secret that it is about', () => {
    const text =
      'accounts: [{ id: a, kind: bot, token: "Bot s3cr3t" }]\nauth: { keys: [{ key: "s3 cr3t" }, { key: [s3cr3t] }] }';
    const written = JSON.stringify(problemsOf(text));
    expect(written).toContain('accounts[0].token');
    expect(written).not.toMatch(/s3 ?cr3t/);
  });
});

describe('an address that others reach', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'gw.example.org', '::ffff:10.0.0.1'])(
    '%s needs a key or auth.open',
    (host) => {
      const server = `server: { host: "${host}" }\n`;
      expect(problemsOf(server)).toMatchObject([{ path: 'server.host' }]);
      expect(problemsOf(`${server}auth: { open: true }`)).toEqual([]);
      expect(problemsOf(`${server}auth: { keys: [{ key: k }] }`)).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1', '::ffff:127.0.0.1'])('%s is none', (host) => {
    expect(problemsOf(`server: { host: "${host}" }`)).toEqual([]);
  });

  it('does not become safe by anonymous bots', () => {
    const text = `${SAMPLE}server: { host: 0.0.0.0 }\nauth: { anonymous: { bots: [coze] } }\n`;
    expect(problemsOf(text)).toMatchObject([{ path: 'server.host' }]);
  });
});

it('a free port can be asked for on the command line', () => {
  expect(problemsOf('', {}, { server: { port: 0 } })).toEqual([]);
});

describe('the nearest known word', () => {
  it('is a metric: zero for the same text, symmetric, at most the longer length', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        const distance = editDistance(left, right);
        expect(distance === 0).toBe(left === right);
        expect(distance).toBe(editDistance(right, left));
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
      }),
    );
  });

  it.each([
    ['prot', 'port', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
  ])('%s and %s are %i apart', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });

  it('is not guessed when nothing is near', () => {
    expect(nearest('xyz', ['server', 'auth'])).toBeUndefined();
  });
});
