import type { Payload } from './machine.ts';

/** The events that are read; all others are only counted. */
const WANTED_EVENTS: ReadonlySet<string> = new Set([
  'READY',
  'RESUMED',
  'MESSAGE_CREATE',
  'MESSAGE_UPDATE',
  'MESSAGE_DELETE',
  'MESSAGE_DELETE_BULK',
  'TYPING_START',
]);

/** Discord writes the head of a payload first, which tells whether the rest is worth reading. */
const DISPATCH_HEAD = /^\{"t":"([A-Z0-9_]+)","s":(\d{1,15}),"op":0,/;
const HEAD_BYTES = 96;

/**
 * Reads a payload. Events that nobody wants (a user account gets megabytes of guilds and presences) come back
 * with their sequence number but without data, unparsed where their head stands in front.
 * @throws SyntaxError when it is no JSON object with an `op`
 */
export function readPayload(bytes: Buffer): Payload {
  const head = DISPATCH_HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES));
  if (head?.[1] && !WANTED_EVENTS.has(head[1])) return { op: 0, t: head[1], s: Number(head[2]) };
  const value: unknown = JSON.parse(bytes.toString('utf8'));
  if (typeof value !== 'object' || value === null || !('op' in value) || typeof value.op !== 'number') {
    throw new SyntaxError('a payload without op');
  }
  const payload = value as Payload;
  if (payload.op === 0 && typeof payload.t === 'string' && !WANTED_EVENTS.has(payload.t)) {
    return { op: 0, t: payload.t, s: payload.s ?? null };
  }
  return payload;
}
