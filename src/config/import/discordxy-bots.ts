import { stringify } from 'yaml';
import type { OldRoom } from './discordxy-rooms.ts';
import type { Ledger } from './ledger.ts';
import { type Block, type Line, paragraphs, type Value } from './page.ts';

/** The bot that draws, or why there is none. */
export interface DrawingBot {
  readonly blocks: readonly Block[];
  /** Comment for the end of the file. */
  readonly remark: string;
}

const OFF =
  'Every account that draws is switched off (enable: false). Switch one on under accounts, and take the # away in front of this bot:';

/** All rooms of the old action `mj` as one bot: new work goes to the one that is least busy, as in Discordxy. */
export function drawingBot(
  rooms: readonly OldRoom[],
  bannedWords: string | undefined,
  ledger: Ledger,
): DrawingBot {
  const own = withoutDoubles(rooms, ledger);
  if (own.length === 0) return { blocks: [], remark: '' };
  const lines: Line[] = [
    { key: 'id', value: 'midjourney' },
    { key: 'driver', value: 'midjourney' },
    { key: 'models', value: ['midjourney'] },
    { key: 'rooms', value: own.map(({ block }) => block) },
    timeoutLine(own, ledger),
    ...(bannedWords === undefined ? [] : [{ key: 'bannedWords', value: bannedWords }]),
  ];
  if (own.some(({ enabled }) => enabled)) return { blocks: [{ lines }], remark: '' };
  return { blocks: [], remark: `${ledger.note(OFF)}\n${sample(lines)}` };
}

const PIKA =
  'Pika (action pika): this version of cordgate does not know it yet. Once it does, this goes under bots:';

/** The rooms of the action `pika` as a comment; empty when there are none. */
export function pikaText(rooms: readonly OldRoom[], ledger: Ledger): string {
  if (rooms.length === 0) return '';
  ledger.note(
    'Pika: this version of cordgate does not know it yet. Its rooms stand as a comment at the end of the file.',
  );
  const lines: Line[] = [
    { key: 'id', value: 'pika' },
    { key: 'driver', value: 'pika' },
    { key: 'models', value: ['pika'] },
    { key: 'rooms', value: rooms.map(({ block }) => block) },
  ];
  return `${PIKA}\n${sample(lines)}`;
}

function withoutDoubles(rooms: readonly OldRoom[], ledger: Ledger): OldRoom[] {
  const keyOf = ({ account, block }: OldRoom) =>
    JSON.stringify([account, block.lines.find(({ key }) => key === 'channelId')?.value]);
  const keys = rooms.map(keyOf);
  return rooms.filter((room, index) => {
    const isFirst = keys.indexOf(keys[index] ?? '') === index;
    if (!isFirst) ledger.note(`${room.account} stood twice in the same channel; the first room was taken.`);
    return isFirst;
  });
}

/** Each account had its own limit; here the bot has one. */
function timeoutLine(rooms: readonly OldRoom[], ledger: Ledger): Line {
  const limits = rooms.map(({ timeoutMinutes }) => timeoutMinutes);
  const longest = Math.max(...limits);
  const key = 'timeoutMinutes';
  if (limits.every((limit) => limit === longest)) return { key, value: longest, beside: 'timeout-minutes' };
  const each = rooms.map(({ account, timeoutMinutes }) => `${account} ${timeoutMinutes}`);
  const remark = `timeout-minutes differed (${[...new Set(each)].join(', ')}); a bot has one, so the longest was taken.`;
  return { key, value: longest, ...paragraphs(ledger.note(remark)) };
}

/** Indented, so that the comment keeps its form. */
function sample(lines: readonly Line[]): string {
  const text = stringify([plain({ lines })], { lineWidth: 0 });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

function plain(value: Value): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('variable' in value) return `\${${value.variable}}`;
  if (!('lines' in value)) return value;
  return Object.fromEntries(value.lines.map((line): [string, unknown] => [line.key, plain(line.value)]));
}
