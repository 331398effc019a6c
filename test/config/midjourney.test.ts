import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { starterFile } from '../../src/cli/starter.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigError } from '../../src/config/problem.ts';
import { accountsOf } from '../../src/config/schema.ts';
import { wordsIn } from '../../src/config/word-list.ts';
import { configOf, problemsOf, warningsOf } from './sample.ts';

const DRAWING = `
accounts:
  - { id: alice, kind: user, token: t1 }
  - { id: bob, kind: user, token: t2 }
bots:
  - id: midjourney
    driver: midjourney
    rooms:
      - { account: alice, guildId: "100000000000000001", channelId: "100000000000000002" }
      - { account: bob, channelId: "100000000000000003", concurrency: 12, queue: 5 }
`;
const inBot = (line: string) => `${DRAWING}    ${line}\n`;
const inRoom = (entry: string) => `${DRAWING}      - ${entry}\n`;

describe('a Midjourney bot', () => {
  it('has the defaults of the contract', () => {
    const config = configOf(DRAWING);
    expect(config.bots).toEqual([
      {
        id: 'midjourney',
        driver: 'midjourney',
        models: ['midjourney'],
        rooms: [
          {
            account: 'alice',
            guildId: '100000000000000001',
            channelId: '100000000000000002',
            concurrency: 3,
            queue: 500,
          },
          { account: 'bob', channelId: '100000000000000003', concurrency: 12, queue: 5 },
        ],
        balance: 'least-busy',
        timeoutMinutes: 10,
        submitMinutes: 5,
        botQueueMinutes: 20,
        queueMinutes: 60,
        spacingMs: 350,
        pictures: 'cut',
        remix: false,
        words: [],
      },
    ]);
    expect(config.bots.flatMap(accountsOf)).toEqual(['alice', 'bob']);
    expect(Object.isFrozen(config.bots[0]), 'frozen').toBe(true);
    expect(warningsOf(DRAWING)).toEqual([]);
  });

  it.each<[string, string, string | RegExp]>([
    [inBot('bannedWord: x'), 'bots[0].bannedWord', 'unknown key; did you mean "bannedWords"?'],
    [inBot('timeoutMinute: 3'), 'bots[0].timeoutMinute', 'unknown key; did you mean "timeoutMinutes"?'],
    [inBot('idleMs: 3'), 'bots[0].idleMs', /^unknown key/],
    [
      inRoom('{ acount: bob, channelId: "100000000000000009" }'),
      'bots[0].rooms[2].acount',
      /did you mean "account"/,
    ],
    [inRoom('{ account: bob, channelId: 100000000000000009 }'), 'bots[0].rooms[2].channelId', /id in quotes/],
    [inRoom('{ account: bob }'), 'bots[0].rooms[2].channelId', /is missing: channel in which/],
    [
      inRoom('{ account: bobb, channelId: "100000000000000009" }'),
      'bots[0].rooms[2].account',
      'there is no account "bobb"; did you mean "bob"?',
    ],
    [
      inRoom('{ account: alice, channelId: "100000000000000002" }'),
      'bots[0].rooms[2]',
      /same account and channel stand at position 0 already/,
    ],
    [
      DRAWING.replace('alice, kind: user', 'alice, kind: bot'),
      'bots[0].rooms[0].account',
      /kind: bot.*only people give commands.*kind: user/,
    ],
    [DRAWING.replace(/rooms:[\s\S]*/, 'rooms: []'), 'bots[0].rooms', 'must have at least one entry'],
    [inBot('balance: random'), 'bots[0].balance', /must be one of: least-busy, round-robin/],
    [
      inBot('bannedWords: ./no-such-words.txt'),
      'bots[0].bannedWords',
      /^\.\/no-such-words\.txt does not exist/,
    ],
  ])('%j is found at %s', (text, path, message) => {
    const found = problemsOf(text).find((problem) => problem.path === path)?.message;
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
  });

  it('may have rooms of an account that is switched off, as long as one is on', () => {
    const off = (text: string, id: string) => text.replace(`id: ${id},`, `id: ${id}, enabled: false,`);
    expect(problemsOf(off(DRAWING, 'bob'))).toEqual([]);
    expect(problemsOf(off(off(DRAWING, 'bob'), 'alice')).map(({ path, message }) => [path, message])).toEqual(
      [
        ['bots[0].rooms[0].account', 'the account "alice" has enabled: false'],
        ['bots[0].rooms[1].account', 'the account "bob" has enabled: false'],
      ],
    );
  });

  it('takes its keys from variables, in lists as well', () => {
    const env = {
      CORDGATE_BOTS_0_ROOMS_1_CONCURRENCY: '4',
      CORDGATE_BOTS_0_ROOMS_1_GUILD_ID: '100000000000000007',
      CORDGATE_BOTS_0_TIMEOUT_MINUTES: '2.5',
      CORDGATE_BOTS_0_REMIX: 'yes',
      CORDGATE_BOTS_0_MODELS: 'midjourney, dall-e-3',
    };
    expect(configOf(DRAWING, env).bots[0]).toMatchObject({
      rooms: [{ concurrency: 3 }, { concurrency: 4, guildId: '100000000000000007' }],
      timeoutMinutes: 2.5,
      remix: true,
      models: ['midjourney', 'dall-e-3'],
    });
    const whole = {
      CORDGATE_ACCOUNTS: '[{id: a, kind: user, token: t}]',
      CORDGATE_BOTS: '[{id: m, driver: midjourney, rooms: [{account: a, channelId: 100000000000000002}]}]',
    };
    expect(loadConfig({ env: whole }).config.bots[0]).toMatchObject({
      rooms: [{ channelId: '100000000000000002', concurrency: 3 }],
    });
  });
});

describe('a file of banned words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-words-'));
  const file = join(folder, 'cordgate.yaml');
  writeFileSync(join(folder, 'words.txt'), '\uFEFFblood\r\n\r\n  sword fight \n# a remark\nblood\n-edge\n');
  mkdirSync(join(folder, 'folder'));
  const load = (name: string) => {
    writeFileSync(file, inBot(`bannedWords: ${name}`));
    return loadConfig({ path: file, env: {} }).config.bots[0];
  };

  it.each(['./words.txt', 'words.txt', join(folder, 'words.txt')])(
    'named %s is found from the folder of the configuration',
    (name) => {
      expect(load(name)).toMatchObject({ bannedWords: name, words: ['blood', 'sword fight', '-edge'] });
    },
  );

  it('may also be named from the working directory, like other files', () => {
    const text = inBot('bannedWords: package.json');
    expect(loadConfig({ path: file, text, env: {} }).config.bots[0]).toMatchObject({
      words: expect.arrayContaining(['"name": "cordgate",']),
    });
  });

  it('that cannot be read is a problem at its key, beside all others', () => {
    expect(() => load('./folder')).toThrow(/bots\[0\]\.bannedWords: \.\/folder is a folder/);
    const paths = (() => {
      try {
        loadConfig({ path: file, text: `${inBot('bannedWords: nothing.txt')}server: { prot: 1 }`, env: {} });
      } catch (error) {
        return (error as ConfigError).problems.map((problem) => problem.path);
      }
    })();
    expect(paths).toEqual(['bots[0].bannedWords', 'server.prot']);
  });

  it('may be saved by a Chinese Windows', () => {
    expect(wordsIn('血腥\r暴力')).toEqual(['血腥', '暴力']);
    writeFileSync(join(folder, 'gb.txt'), Buffer.from([0xd1, 0xaa, 0xd0, 0xc8, 0x0a]));
    expect(load('gb.txt')).toMatchObject({ words: ['血腥'] });
  });
});

it('the example of the starter file loads once its comment signs are taken away', () => {
  const text = starterFile()
    .replace(/^ {2}# (- id: alice)$/m, '  $1')
    .replace(/^ {2}# (- id: midjourney)$/m, '  $1')
    .replaceAll(/^ {2}# {3}/gm, '    ')
    .replaceAll('"..."', '"1234567890123456787"')
    .replace(/^ +bannedWords.*\n/m, '');
  const env = {
    CORDGATE_KEY: 'sk-0123456789abcdef0123456789abcdef',
    BRIDGE_BOT_TOKEN: 'a-token',
    COZE_GUILD_ID: '1234567890123456789',
    COZE_BOT_USER_ID: '1234567890123456788',
    ALICE_TOKEN: 'another-token',
  };
  const { config, warnings } = loadConfig({ text, env });
  expect(warnings).toEqual([]);
  expect(config.accounts[1]).toMatchObject({ id: 'alice', kind: 'user', token: 'another-token' });
  expect(config.bots[1]).toMatchObject({
    driver: 'midjourney',
    rooms: [{ account: 'alice', channelId: '1234567890123456787', concurrency: 3 }],
  });
});
