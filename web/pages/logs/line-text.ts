/** Lines as text. */
import type { LogLine } from '../../api/logs.ts';

/** Longer ones are cut on the row; the details show them whole. */
const LONGEST = 300;

/** The fields of a line behind its message: `account=alice attempt=2`. */
export function fieldsInShort({ fields }: LogLine): string {
  // Long ids say the least at a glance.
  const sorted = Object.entries(fields).sort(([left], [right]) => rank(left) - rank(right));
  const parts = sorted.map(([name, value]) => `${name}=${inShort(value)}`);
  return parts.join(' ').slice(0, LONGEST);
}

/** A line as the gateway writes it: one object in JSON, the time in ISO 8601. */
export function asJson({ at, level, msg, fields }: LogLine): string {
  return JSON.stringify({ level, time: new Date(at).toISOString(), ...fields, msg });
}

/** A value to be read: texts as they are, all else as JSON over several lines. */
export function inFull(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? String(value));
}

const rank = (name: string) => (name.endsWith('Id') ? 1 : 0);

function inShort(value: unknown): string {
  const { message } = Object(value) as { message?: unknown };
  if (typeof message === 'string') return message;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
