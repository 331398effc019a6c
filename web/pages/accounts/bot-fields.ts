/** The options of each kind of bot, as they stand in the form. Their meaning: docs/configuration.md. */

/** How an option is typed. */
export type FieldKind =
  | 'text'
  | 'number'
  | 'list'
  | 'choice'
  | 'switch'
  | 'account'
  | 'accounts'
  | 'rooms'
  | 'pairs';

/** An option; its texts are `accounts.field.<path>` and, where one helps, `accounts.fieldHint.<path>`. */
export interface BotField {
  /** The key in cordgate.yaml: `keepalive.everyMinutes`. */
  readonly path: string;
  readonly kind: FieldKind;
  readonly choices?: readonly string[];
  /** True where the gateway demands it. */
  readonly isNeeded?: boolean;
}

/** What is asked first, and what has good defaults. */
export interface BotForm {
  readonly first: readonly BotField[];
  readonly more: readonly BotField[];
}

const text = (path: string): BotField => ({ path, kind: 'text' });
const number = (path: string): BotField => ({ path, kind: 'number' });
const choice = (path: string, ...choices: string[]): BotField => ({ path, kind: 'choice', choices });
const models: BotField = { path: 'models', kind: 'list' };
const rooms: BotField = { path: 'rooms', kind: 'rooms', isNeeded: true };
const times = ['timeoutMinutes', 'submitMinutes', 'queueMinutes', 'spacingMs'].map(number);
const balance = choice('balance', 'least-busy', 'round-robin');

/** The kinds of bots. */
export const DRIVERS = ['coze', 'midjourney', 'pika'] as const;

/** A kind of bot. */
export type Driver = (typeof DRIVERS)[number];

/** The form of each kind. */
export const BOT_FORMS: Readonly<Record<Driver, BotForm>> = {
  coze: {
    first: [
      { ...models, isNeeded: true },
      { path: 'listen', kind: 'account', isNeeded: true },
      { path: 'send', kind: 'accounts', isNeeded: true },
      { ...text('guildId'), isNeeded: true },
      { path: 'botUserIds', kind: 'list', isNeeded: true },
    ],
    more: [
      text('categoryId'),
      number('idleMs'),
      number('deadlineMs'),
      choice('longPrompt', 'file', 'split'),
      number('maxChannels'),
      number('spareChannels'),
      number('channelIdleMinutes'),
      number('queue'),
      { path: 'conversations', kind: 'pairs' },
      number('keepalive.everyMinutes'),
      number('keepalive.maxIdleMinutes'),
      text('keepalive.channel'),
      text('keepalive.message'),
    ],
  },
  midjourney: {
    first: [models, rooms],
    more: [
      balance,
      choice('pictures', 'cut', 'upscale'),
      { path: 'remix', kind: 'switch' },
      ...times,
      number('botQueueMinutes'),
      text('bannedWords'),
      text('applicationId'),
      text('nijiApplicationId'),
    ],
  },
  pika: {
    first: [models, rooms],
    more: [
      balance,
      ...times,
      number('pollSeconds'),
      text('bannedWords'),
      text('applicationId'),
      text('commands.create'),
      text('commands.animate'),
    ],
  },
};

/** True for a kind that the form knows. */
export function isDriver(name: string): name is Driver {
  return DRIVERS.some((driver) => driver === name);
}
