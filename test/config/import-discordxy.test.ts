import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { importAny } from '../../src/config/import/any.ts';
import type { Imported } from '../../src/config/import/imported.ts';
import { withoutComments } from '../../src/config/import/json-comments.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Terminal } from '../cli/terminal.ts';

const FULL = readFileSync(join(import.meta.dirname, 'import-fixtures/discordxy.json.txt'), 'utf8');
const ALONE = { hasPemFiles: false, nameFiles: [], out: 'cordgate.yaml' };
const imported = (text = FULL) => importAny(text, ALONE);
const changed = (from: string | RegExp, to: string) => {
  expect(FULL).toMatch(from);
  return imported(FULL.replace(from, to));
};

function configOf({ text, variables }: Imported) {
  const env = Object.fromEntries(variables.map(({ name, sample }) => [name, sample]));
  return loadConfig({ text, env }).config;
}

describe('the config.json of Discordxy', () => {
  it('becomes a file that loads, with every host, account and room', () => {
    const result = imported();
    expect(result.variables).toEqual([]);
    expect([result.accounts, result.bots]).toEqual([
      ['account1', 'account2'],
      ['midjourney', 'pika'],
    ]);
    expect(configOf(result)).toMatchObject({
      server: { host: '127.0.0.1', port: 9394 },
      auth: { keys: [] },
      discord: {
        api: 'https://discord.example.com/api/v10',
        cdn: 'https://cdn.example.com',
        gateway: 'wss://gateway.example.com',
        upload: 'https://upload.example.com',
      },
      accounts: [
        {
          id: 'account1',
          kind: 'user',
          token: 'token-of-alice-1',
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64) // not a comment',
          enabled: true,
        },
        { id: 'account2', kind: 'user', token: 'token-of-bob-22', enabled: false },
      ],
      bots: [
        {
          id: 'midjourney',
          driver: 'midjourney',
          timeoutMinutes: 15,
          rooms: [
            {
              account: 'account1',
              guildId: '1201576967368085601',
              channelId: '1201576967368085602',
              concurrency: 3,
              queue: 10,
            },
            { account: 'account2', channelId: '1201576967368085603', concurrency: 12, queue: 0 },
          ],
        },
        { id: 'pika', driver: 'pika', timeoutMinutes: 10 },
      ],
      store: { driver: 'memory', retentionDays: 14 },
    });
  });

  it('loses no value: what has no place here stands in a comment', () => {
    const { text } = imported();
    const values = [...withoutComments(FULL).matchAll(/"([^"]+)"\s*:\s*("[^"]+"|\d+)/g)];
    expect(values.length).toBeGreaterThan(20);
    for (const [, name = '', value = ''] of values) {
      const bare = value.replaceAll('"', '').replace(/\/$/, '');
      expect(text.includes(name) || name === 'name' || name === 'database', name).toBe(true);
      if (name !== 'database')
        expect(text, name).toContain(name === 'name' && bare === 'mj' ? 'midjourney' : bare);
    }
  });

  it('takes Pika over as a bot of its own, and says that it may be gone', () => {
    const { text, notes, bots } = imported();
    expect(notes).toContainEqual(expect.stringMatching(/^Pika: its bot on Discord is reported to be closed/));
    expect(bots).toEqual(['midjourney', 'pika']);
    expect(parse(text).bots[1]).toEqual({
      id: 'pika',
      driver: 'pika',
      models: ['pika'],
      rooms: [
        {
          account: 'account1',
          guildId: '1123665496148017235',
          channelId: '1134375328442224690',
          concurrency: 2,
          queue: 3,
        },
      ],
      timeoutMinutes: 10,
    });
  });

  it.each<
    [string, string | RegExp, string, RegExp, (config: ReturnType<typeof configOf>) => unknown, unknown]
  >([
    [
      'an open door is shut',
      '"127.0.0.1"',
      '"0.0.0.0"',
      /let in whoever reached it.*auth\.keys/,
      (c) => c.server.host,
      '127.0.0.1',
    ],
    [
      'an empty address was every address',
      '"127.0.0.1"',
      '""',
      /set host: 0\.0\.0\.0/,
      (c) => c.server.host,
      '127.0.0.1',
    ],
    [
      'a port that is none',
      '"9394"',
      '"http"',
      /^port: http cannot be used; 9394/,
      (c) => c.server.port,
      9394,
    ],
    [
      'what redis held',
      '"host": "", "password": ""',
      '"host": "redis.lan", "password": "redis-secret"',
      /^redis had: host redis\.lan.*a password/,
      (c) => c.store.driver,
      'memory',
    ],
    [
      'a host without a scheme',
      '"https://cdn.example.com"',
      '"cdn.example.com"',
      /of kind user/,
      (c) => c.discord.cdn,
      'https://cdn.example.com',
    ],
    [
      'a host that is none',
      '"https://cdn.example.com"',
      '"ftp://x"',
      /^proxy-cdn: .*is no address of http: or https:/,
      (c) => c.discord.cdn,
      'https://cdn.discordapp.com',
    ],
    [
      'an API path of its own',
      'discord.example.com/',
      'discord.example.com/api/v9',
      /of kind user/,
      (c) => c.discord.api,
      'https://discord.example.com/api/v9',
    ],
    [
      'limits that differ',
      '"timeout-minutes": 15',
      '"timeout-minutes": 25',
      /^timeout-minutes differed \(account1 10, account2 25\)/,
      (c) => c.bots[0],
      expect.objectContaining({ timeoutMinutes: 25 }),
    ],
    [
      'an action that nobody knows',
      '"name": "pika"',
      '"name": "suno"',
      /^accounts\[0\]\.action\[1\]: suno is no action.*1134375328442224690/,
      (c) => c.bots.length,
      1,
    ],
    [
      'a key that nobody knows',
      '"http": {',
      '"http": { "colour": "red",',
      /^colour is no key of Discordxy/,
      (c) => c.server.port,
      9394,
    ],
    [
      'a channel that is none',
      '"1201576967368085602"',
      '"here"',
      /of kind user/,
      (c) => c.bots[0],
      expect.objectContaining({
        rooms: expect.arrayContaining([expect.objectContaining({ channelId: '100000000000000000' })]),
      }),
    ],
    [
      'a token in two accounts',
      'token-of-bob-22',
      'token-of-alice-1',
      /^accounts\[1\]: its token is that of account1/,
      (c) => c.accounts.length,
      1,
    ],
    ['an empty token', '"token-of-alice-1"', '""', /of kind user/, (c) => c.accounts[0]?.token, 'token'],
    [
      'the only account switched off',
      '"enable": true',
      '"enable": false',
      /^Every account that draws is switched off/,
      (c) => c.bots,
      [],
    ],
  ])('%s', (_, from, to, note, read, expected) => {
    const result = changed(from, to);
    expect(result.notes).toContainEqual(expect.stringMatching(note));
    expect(read(configOf(result))).toEqual(expected);
    expect(result.text + result.notes.join()).not.toContain('redis-secret');
  });

  it('takes redis over: its address, and its password as part of it', () => {
    const plain = changed('"memory"', '"redis"');
    expect(configOf(plain).store).toMatchObject({ driver: 'redis', url: 'redis://127.0.0.1:6379/0' });
    const group = '"host": "redis.lan", "password": "p@ss/word", "port": "6380", "database": 5';
    const text = FULL.replace('"memory"', '"redis"').replace(/"redis": \{[^}]*\}/, `"redis": { ${group} }`);
    const source = imported(text);
    expect(configOf(source).store.url).toBe('redis://:p%40ss%2Fword@redis.lan:6380/5');
    expect(source.notes.join()).not.toContain('p@ss');
  });

  it('asks for what is missing through variables', () => {
    const { variables, text } = changed('"1201576967368085602"', '""');
    expect(variables.map(({ name }) => name)).toEqual(['DISCORD_CHANNEL_ID_0_0']);
    expect(text).toContain('channelId: "${DISCORD_CHANNEL_ID_0_0}"');
  });

  it('may be as short as it gets', () => {
    const result = imported('\uFEFF{"http":{},"discord":{"accounts":[]}}');
    expect(configOf(result)).toMatchObject({ bots: [], accounts: [], server: { port: 9394 } });
    expect(result.notes).toContainEqual(expect.stringContaining('No account was found'));
  });

  it.each<[string, string, RegExp]>([
    ['accounts as one word', '{"discord":{"accounts":"x"}}', /^accounts: .*is no list/],
    [
      'a group of keys that is a number',
      '{"http":5,"discord":{"accounts":[]}}',
      /^http: 5 is no group of keys/,
    ],
    ['a discord that is a list', '{"http":{},"discord":[]}', /^discord: \(a list of 0\) is no group of keys/],
    ['redis as one word', '{"discord":{"redis":"redis.lan"}}', /^redis: redis\.lan is no group of keys/],
    ['a database of redis alone', '{"discord":{"redis":{"database":5}}}', /^redis had: .*database 5/],
    [
      'a list for a word',
      '{"http":{"server":["a"]},"discord":{}}',
      /^server: \(a list of 1\) is no single value/,
    ],
    ['a group for a word', '{"http":{},"discord":{"proxy-cdn":{"a":1}}}', /^proxy-cdn: .*is no single value/],
    [
      'a list for a number',
      '{"http":{"port":[1]},"discord":{}}',
      /^port: \(a list of 1\) is no single value/,
    ],
    ['a list within redis', '{"discord":{"redis":{"host":["a"]}}}', /^redis\.host: .*is no single value/],
    ['a list in the pool', '{"discord":{"notify-pool-size":[5]}}', /^notify-pool-size: .*is no single value/],
  ])('names %s, whatever it was meant to be', (_, text, note) => {
    const { notes, text: written } = imported(text);
    expect(notes).toContainEqual(expect.stringMatching(note));
    const name = /^\^([\w-]+)/.exec(note.source)?.[1] ?? '';
    expect(written).toContain(name);
  });

  it.each<[string, string, RegExp]>([
    ['an action that is a word', '"action": "mj"', /^accounts\[0\]\.action: mj is no list of actions/],
    [
      'an action that is a list of words',
      '"action": ["mj"]',
      /^accounts\[0\]\.action\[0\]: mj is no group of keys/,
    ],
    ['no action at all', '"timeout-minutes": 12', /^accounts\[0\]: has no action.*timeout-minutes 12/],
    ['an agent that is a list', '"user-agent": ["a"]', /^accounts\[0\]\.user-agent: .*is no single value/],
    ['a switch that is a group', '"enable": {"a":1}', /^accounts\[0\]\.enable: .*is no single value/],
    [
      'a room of which the channel is a list',
      '"action": [{"name":"mj","channel-id":["1"]}]',
      /^accounts\[0\]\.action\[0\]\.channel-id: .*is no single value/,
    ],
    [
      'the size of an action that nobody knows',
      '"action": [{"name":"suno","core-size":7}]',
      /^accounts\[0\]\.action\[0\]: suno is no action.*core-size 7/,
    ],
  ])('names %s of an account', (_, field, note) => {
    const { notes } = imported(`{"discord":{"accounts":[{"user-token":"token-of-alice-1",${field}}]}}`);
    expect(notes).toContainEqual(expect.stringMatching(note));
  });

  it('names what the second account of one token had', () => {
    const account = (more: string) => `{"user-token":"token-of-alice-1",${more}}`;
    const accounts = [
      account('"enable":true'),
      account('"enable":false,"user-agent":"x","timeout-minutes":7'),
    ];
    expect(imported(`{"discord":{"accounts":[${accounts.join()}]}}`).notes).toContainEqual(
      expect.stringMatching(/^accounts\[1\]: its token.*enable false, user-agent x, timeout-minutes 7/),
    );
  });

  it('says of a second room in one channel what it asked for', () => {
    const room = (size: number) => `{"name":"mj","channel-id":"1201576967368085603","core-size":${size}}`;
    const text = `{"discord":{"accounts":[{"user-token":"token-of-alice-1","action":[${room(2)},${room(9)}]}]}}`;
    expect(imported(text).notes).toContainEqual(
      expect.stringMatching(/^account1 stood twice in the same channel; .*concurrency 9/),
    );
  });

  it('says of the pool what docs/webhooks.md says: ten calls at a time', () => {
    expect(imported().text.replaceAll(/\s+#? */g, ' ')).toMatch(
      /notify-pool-size: 10 -- ten calls are under way/,
    );
  });

  it.each([
    ['{}', /^this is no config\.json of Discordxy: /],
    ['[]', /^this is no config\.json of Discordxy: /],
    ['{"name": 5}', /^this is no config\.json of Discordxy: /],
    ['{"http": {', /^the file is not valid JSON at line 1, column \d+: .*closed/],
    ['[1', /^the file is not valid JSON at line 1/],
    ['{"server":{},"bots":[]}', /^this is a file of cordgate already/],
  ])('%s is explained as a file of Discordxy', (text, message) => {
    expect(() => imported(text)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });

  it('still takes a Config.yml that was written as JSON', () => {
    expect(imported('{"Bots":[],"APIPort":8093}').text).toContain('Coze-Discord-Bridge');
  });

  it('never shows a token in its notes', () => {
    for (const text of [FULL, FULL.replace('"name": "pika"', '"name": "token-of-alice-1"')]) {
      expect(imported(text).notes.join()).not.toContain('token-of');
    }
  });
});

describe('cordgate import of a config.json', () => {
  it.each(['', 'discord', '"just a word"'])('explains a .json file that holds %j', async (text) => {
    const file = join(mkdtempSync(join(tmpdir(), 'cordgate-discordxy-')), 'config.json');
    writeFileSync(file, text);
    const { code, stderr } = await new Terminal().run(['import', file, '--out', `${file}.yaml`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(text === '' ? /the file is empty/ : /this is no config\.json of Discordxy/);
  });

  it.each([
    ['config.json', 'config/banned-words.txt', './config/banned-words.txt'],
    ['config/config.json', 'config/banned-words.txt', './config/banned-words.txt'],
  ])('%s takes the words of %s over', async (name, words, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'cordgate-discordxy-'));
    mkdirSync(join(folder, 'config'));
    writeFileSync(join(folder, name), FULL);
    writeFileSync(join(folder, words), 'blood\n-edge\n');
    const out = join(folder, 'cordgate.yaml');
    const { code, stdout, stderr } = await new Terminal().run([
      'import',
      join(folder, name),
      '--out',
      out,
      '--json',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      accounts: ['account1', 'account2'],
      bots: ['midjourney', 'pika'],
    });
    expect(stdout).not.toContain('token-of');
    expect(loadConfig({ path: out, env: {} }).config.bots[0]).toMatchObject({
      bannedWords: expected,
      words: ['blood', '-edge'],
    });
  });
});
