import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { accountsOf } from '../../src/config/schema.ts';
import { configOf, problemsOf, warningsOf } from './sample.ts';

const FILMING = `
accounts:
  - { id: alice, kind: user, token: t1 }
bots:
  - id: pika
    driver: pika
    rooms:
      - { account: alice, guildId: "100000000000000001", channelId: "100000000000000002" }
`;
const inBot = (line: string) => `${FILMING}    ${line}\n`;
const inRooms = (entry: string) => `${FILMING}      - ${entry}\n`;

describe('a Pika bot', () => {
  it('has the defaults of the contract', () => {
    const config = configOf(FILMING);
    expect(config.bots).toEqual([
      {
        id: 'pika',
        driver: 'pika',
        models: ['pika'],
        rooms: [
          {
            account: 'alice',
            guildId: '100000000000000001',
            channelId: '100000000000000002',
            concurrency: 2,
            queue: 500,
          },
        ],
        balance: 'least-busy',
        timeoutMinutes: 10,
        submitMinutes: 5,
        queueMinutes: 60,
        spacingMs: 350,
        pollSeconds: 15,
        commands: { create: 'create', animate: 'animate' },
        words: [],
      },
    ]);
    expect(config.bots.flatMap(accountsOf)).toEqual(['alice']);
    expect(warningsOf(FILMING)).toEqual([]);
  });

  it('may name its application, its commands and its pace', () => {
    const text = `${inBot('applicationId: "1133000000000000001"')}    commands: { create: film }\n    pollSeconds: 30\n`;
    expect(configOf(text).bots[0]).toMatchObject({
      applicationId: '1133000000000000001',
      commands: { create: 'film', animate: 'animate' },
      pollSeconds: 30,
    });
  });

  it.each<[string, string, RegExp]>([
    ['bots[0].pollSeconds', inBot('pollSeconds: 0'), /at least 1/],
    ['bots[0].commands.create', inBot('commands: { create: /create }'), /without the slash/],
    ['bots[0].commands.craete', inBot('commands: { craete: film }'), /did you mean "create"/],
    ['bots[0].applicationId', inBot('applicationId: "5"'), /Discord id/],
    ['bots[0].pictures', inBot('pictures: cut'), /unknown key/],
    ['bots[0].rooms[1].account', inRooms('{ account: alise, channelId: "100000000000000003" }'), /alice/],
    [
      'bots[0].rooms[1].account',
      inRooms('{ account: bridge, channelId: "100000000000000003" }').replace(
        'bots:',
        '  - { id: bridge, kind: bot, token: t2 }\nbots:',
      ),
      /kind: bot/,
    ],
    ['bots[0].rooms[1]', inRooms('{ account: alice, channelId: "100000000000000002" }'), /already/],
    ['bots[0].bannedWords', inBot('bannedWords: ./no-such-file.txt'), /does not exist/],
  ])('refuses a mistake at %s', (path, text, message) => {
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({ path, message: expect.stringMatching(message) }),
    ]);
  });

  it('reads its banned words', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordgate-'));
    writeFileSync(join(folder, 'words.txt'), '# list\ncursed\n');
    writeFileSync(join(folder, 'cordgate.yaml'), inBot('bannedWords: words.txt'));
    const { config } = loadConfig({ path: join(folder, 'cordgate.yaml'), env: {} });
    expect(config.bots[0]).toMatchObject({ words: ['cursed'] });
  });

  it('stands beside the others', () => {
    const text = `${FILMING}  - { id: mj, driver: midjourney, rooms: [{ account: alice, channelId: "100000000000000003" }] }\n`;
    expect(configOf(text).bots.map(({ driver }) => driver)).toEqual(['pika', 'midjourney']);
  });
});
