import { stringify } from 'yaml';
import type { OldRoom } from './discordxy-rooms.ts';
import type { Ledger } from './ledger.ts';
import { type Block, type Line, paragraphs, type Value } from './page.ts';

/** A bot that draws or films, or why there is none. */
export interface OldBot {
  readonly blocks: readonly Block[];
  /** Comment for the end of the file. */
  readonly remark: string;
}

const off = (does: string) =>
  `Every account that ${does} is switched off (enable: false). Switch one on under accounts, and take the # away in front of this bot:`;

/** All rooms of the old action `mj` as one bot: new work goes to the one that is least busy, as in Discordxy. */
export function drawingBot(
  rooms: readonly OldRoom[],
  bannedWords: string | undefined,
  ledger: Ledger,
): OldBot {
  const words = bannedWords === undefined ? [] : [{ key: 'bannedWords', value: bannedWords }];
  return oldBot('midjourney', 'draws', rooms, words, ledger);
}

const CLOSED =
  'Pika: its bot on Discord is reported to be closed since the end of 2025. "cordgate check" tells whether its commands are still there.';

/** All rooms of the old action `pika` as one bot. */
export function filmingBot(rooms: readonly OldRoom[], ledger: Ledger): OldBot {
  if (rooms.length > 0) ledger.note(CLOSED);
  return oldBot('pika', 'films', rooms, [], ledger);
}

function oldBot(
  driver: string,
  does: string,
  rooms: readonly OldRoom[],
  more: readonly Line[],
  ledger: Ledger,
): OldBot {
  const own = withoutDoubles(rooms, ledger);
  if (own.length === 0) return { blocks: [], remark: '' };
  const lines: Line[] = [
    { key: 'id', value: driver },
    { key: 'driver', value: driver },
    { key: 'models', value: [driver] },
    { key: 'rooms', value: own.map(({ block }) => block) },
    timeoutLine(own, ledger),
    ...more,
  ];
  if (own.some(({ enabled }) => enabled)) return { blocks: [{ lines }], remark: '' };
  return { blocks: [], remark: `${ledger.note(off(does))}\n${sample(lines)}` };
}

function withoutDoubles(rooms: readonly OldRoom[], ledger: Ledger): OldRoom[] {
  const keyOf = ({ account, block }: OldRoom) =>
    JSON.stringify([account, block.lines.find(({ key }) => key === 'channelId')?.value]);
  const keys = rooms.map(keyOf);
  return rooms.filter((room, index) => {
    const isFirst = keys.indexOf(keys[index] ?? '') === index;
    if (!isFirst) {
      const sizes = room.block.lines
        .filter(({ key }) => key === 'concurrency' || key === 'queue')
        .map(({ key, value }) => `${key} ${String(value)}`);
      ledger.note(
        `${room.account} stood twice in the same channel; the first room was taken, and not the one with ${sizes.join(', ')}.`,
      );
    }
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
