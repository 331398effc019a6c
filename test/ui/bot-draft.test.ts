/** The form of a bot knows every option of its kind, and gives back what it was not told to change. */
import { describe, expect, it } from 'vitest';
import { botSchema } from '../../src/config/sections/bot.ts';
import { cozeBotSchema } from '../../src/drivers/coze/options.ts';
import { midjourneyBotSchema } from '../../src/drivers/midjourney/options.ts';
import { pikaBotSchema } from '../../src/drivers/pika/options.ts';
import { en } from '../../web/i18n/en.ts';
import { BOT_FORMS, type BotField, DRIVERS, type Driver } from '../../web/pages/accounts/bot-fields.ts';
import { draftOf, entryOf, NEW_ROOM } from '../../web/pages/accounts/draft.ts';

const ID = '12345678901234567';
const rooms = [{ account: 'alice', channelId: ID, guildId: ID, queue: 0 }];
const SCHEMAS = { coze: cozeBotSchema, midjourney: midjourneyBotSchema, pika: pikaBotSchema };
const ENTRIES: Readonly<Record<Driver, object>> = {
  coze: {
    listen: 'bridge',
    send: ['bridge', '小红'],
    guildId: ID,
    botUserIds: [ID],
    models: ['gpt-4o', 'gpt-4'],
    conversations: { 'a = b': ID },
    keepalive: { everyMinutes: 0.5 },
  },
  midjourney: { rooms, remix: true, pictures: 'upscale' },
  pika: { rooms, commands: { create: '生成' } },
};

const fieldsOf = (driver: Driver): readonly BotField[] => [
  ...BOT_FORMS[driver].first,
  ...BOT_FORMS[driver].more,
];

/** A bot as the gateway shows it: all options, defaults included. */
function shown(driver: Driver): Record<string, unknown> {
  const { words: _, ...bot } = botSchema.parse({ id: 'one', driver, ...ENTRIES[driver] }) as Record<
    string,
    unknown
  >;
  return JSON.parse(JSON.stringify(bot));
}

const asSent = (entry: object) => JSON.parse(JSON.stringify(entry));

describe.each(DRIVERS)('the form of a %s bot', (driver) => {
  const fields = fieldsOf(driver);
  const names = new Set(fields.map(({ path }) => path.split('.')[0]));

  it('has every option, each with its name', () => {
    const options = Object.keys(SCHEMAS[driver].shape).filter((name) => name !== 'botUserId');
    expect([...names].sort()).toEqual(options.sort());
    const inner = {
      keepalive: cozeBotSchema.shape.keepalive.unwrap(),
      commands: pikaBotSchema.shape.commands.unwrap(),
    };
    for (const [name, group] of Object.entries(inner).filter(([name]) => names.has(name))) {
      const paths = Object.keys(group.shape).map((key) => `${name}.${key}`);
      expect(fields.map(({ path }) => path)).toEqual(expect.arrayContaining(paths));
    }
    for (const { path, choices = [] } of fields) {
      expect(en).toHaveProperty([`accounts.field.${path}`]);
      for (const choice of choices) expect(en).toHaveProperty([`accounts.choice.${choice}`]);
    }
  });

  it('gives back an entry that was not touched', () => {
    const entry = shown(driver);
    expect(asSent(entryOf(fields, draftOf(fields, entry), entry))).toEqual(entry);
  });

  it('leaves out what is empty, so that the gateway puts its defaults there', () => {
    const empty = asSent(entryOf(fields, draftOf(fields, {}), {}));
    const given = Object.values(empty).filter((value) => value !== false);
    expect(given.every((value) => Array.isArray(value) && value.length === 0)).toBe(true);
  });

  it('keeps options that it does not know', () => {
    const entry = { ...shown(driver), ofTomorrow: { deep: [1] } };
    expect(entryOf(fields, draftOf(fields, entry), entry)).toMatchObject({ ofTomorrow: { deep: [1] } });
  });
});

describe('what is typed', () => {
  const fields = fieldsOf('coze');
  const write = (path: string, value: string) =>
    asSent(entryOf(fields, { ...draftOf(fields, {}), [path]: value }, {}));

  it.each([
    ['models', ' gpt-4o，gpt-4 ,\n', { models: ['gpt-4o', 'gpt-4'] }],
    ['idleMs', '2500', { idleMs: 2_500 }],
    ['idleMs', 'soon', { idleMs: 'soon' }],
    ['keepalive.everyMinutes', '5', { keepalive: { everyMinutes: 5 } }],
    ['conversations', 'home = 1\n\nother', { conversations: { home: '1', other: '' } }],
  ])('as %s: %j', (path, typed, meant) => {
    expect(write(path, typed)).toMatchObject(meant);
  });

  it('as a room leaves out what is empty', () => {
    const field = fieldsOf('pika');
    const room = { ...NEW_ROOM, account: 'alice', channelId: ` ${ID} ` };
    const entry = asSent(entryOf(field, { ...draftOf(field, {}), rooms: [room] }, {}));
    expect(entry.rooms).toEqual([{ account: 'alice', channelId: ID }]);
  });
});
