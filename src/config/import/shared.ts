import type { Ledger } from './ledger.ts';
import { type Line, paragraphs } from './page.ts';
import { type Keys, switchOf, wholeNumber } from './scalars.ts';

/** What the old file says once and the new one says for each bot. */
export interface Shared {
  /** The lines with their comments, for the first bot. */
  readonly explained: readonly Line[];
  /** The same lines without comments, for the others. */
  readonly plain: readonly Line[];
}

/** Reads generate_timeout, Disable_2000Limit_Unlock and Keepalive_*. */
export function readShared(keys: Keys, ledger: Ledger): Shared {
  const explained = [...idleLine(keys, ledger), longPromptLine(keys), ...keepaliveLine(keys, ledger)];
  return { explained, plain: explained.map(withoutComments) };
}

function withoutComments({ key, value }: Line): Line {
  const isBlock = typeof value === 'object' && value !== null && 'lines' in value;
  return { key, value: isBlock ? { lines: value.lines.map(withoutComments) } : value };
}

/** A whole number of the old file; what is none is replaced by the default and told. */
export function numberOf(
  keys: Keys,
  name: string,
  limits: { lowest: number; highest?: number; fallback: number },
  ledger: Ledger,
): { value: number; beside: string } {
  const text = keys.text(name);
  const value = wholeNumber(text, limits.lowest, limits.highest);
  if (value !== undefined) return { value, beside: name };
  if (!keys.has(name)) return { value: limits.fallback, beside: `${name} was not given` };
  const what = text === '' ? 'was empty or no number' : `${ledger.show(text)} cannot be used`;
  ledger.note(`${name}: ${what}; ${limits.fallback} was taken.`);
  return { value: limits.fallback, beside: `${name}: ${what}` };
}

function idleLine(keys: Keys, ledger: Ledger): Line[] {
  if (!keys.has('generate_timeout')) return [];
  return [{ key: 'idleMs', ...numberOf(keys, 'generate_timeout', { lowest: 1, fallback: 10_000 }, ledger) }];
}

function longPromptLine(keys: Keys): Line {
  const name = 'Disable_2000Limit_Unlock';
  if (!keys.has(name)) return { key: 'longPrompt', value: 'file' };
  const isOn = switchOf(keys.text(name)) !== 'off';
  const did = isOn
    ? 'true sent prompts over 2,000 characters as Prompt.txt'
    : 'false refused prompts over 2,000 characters';
  const now = isOn ? 'so they still are' : 'though they were meant to pass, and here they do';
  return {
    key: 'longPrompt',
    value: 'file',
    ...paragraphs(`${name} did the opposite of its name: ${did}, ${now}; split would send several messages.`),
  };
}

const KEEPALIVE = ['timer', 'maxIntervalMinutes', 'sendChannel', 'sendMessage'].map(
  (part) => `Keepalive_${part}`,
);

function keepaliveLine(keys: Keys, ledger: Ledger): Line[] {
  if (!KEEPALIVE.some((name) => keys.has(name))) return [];
  const channel = wordLine(keys, 'channel', 'Keepalive_sendChannel', ledger);
  const message = wordLine(keys, 'message', 'Keepalive_sendMessage', ledger);
  const isSwapped = channel.value !== message.value;
  const lines: Line[] = [
    { key: 'everyMinutes', ...numberOf(keys, 'Keepalive_timer', { lowest: 0, fallback: 0 }, ledger) },
    {
      key: 'maxIdleMinutes',
      ...numberOf(keys, 'Keepalive_maxIntervalMinutes', { lowest: 1, fallback: 720 }, ledger),
    },
    {
      ...channel,
      ...paragraphs(
        isSwapped ? 'The original mixed these two up: it sent the name of the channel as the message.' : '',
      ),
    },
    message,
  ];
  return [{ key: 'keepalive', value: { lines } }];
}

function wordLine(keys: Keys, key: string, name: string, ledger: Ledger): Line {
  const text = keys.text(name);
  if (text === '' && keys.has(name)) ledger.note(`${name}: was empty; "keepalive" was taken.`);
  return { key, value: text === '' ? 'keepalive' : text, beside: name };
}
