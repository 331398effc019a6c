import type { Payload } from './machine.ts';
import { pickMembers } from './pick.ts';

/** The events that are read; all others are only counted. */
const WANTED_EVENTS: ReadonlySet<string> = new Set([
  'READY',
  'RESUMED',
  'MESSAGE_CREATE',
  'MESSAGE_UPDATE',
  'MESSAGE_DELETE',
  'MESSAGE_DELETE_BULK',
  'TYPING_START',
  'INTERACTION_CREATE',
  'INTERACTION_SUCCESS',
  'INTERACTION_FAILURE',
  'INTERACTION_MODAL_CREATE',
  'INTERACTION_IFRAME_MODAL_CREATE',
]);

/** Discord writes the head of a payload first, which tells whether the rest is worth reading. */
const DISPATCH_HEAD = /^\{"t":"([A-Z0-9_]+)","s":(\d{1,15}),"op":0,/;
const HEAD_BYTES = 96;
/** A READY beyond this is read member by member. */
const LARGE_BYTES = 64 * 1024;
const READY_MEMBERS: ReadonlySet<string> = new Set(['session_id', 'resume_gateway_url', 'user']);

/**
 * A nonce is "integer or string" (Discord docs, "Message Object"); as a number a snowflake would be rounded. Inside a text
 * the quotation marks would be escaped.
 */
const LONG_NONCE = /"nonce":\s*(\d{16,20})(?=[\s,}])/g;

/**
 * Reads a payload. Events that nobody wants (a user account gets megabytes of guilds and presences) come back
 * with their sequence number but without data, unparsed where their head stands in front.
 * @throws SyntaxError when it is no JSON object with an `op`
 */
export function readPayload(bytes: Buffer): Payload {
  const head = DISPATCH_HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES));
  if (head?.[1] && !WANTED_EVENTS.has(head[1])) return { op: 0, t: head[1], s: Number(head[2]) };
  const ready = head?.[1] === 'READY' && bytes.length > LARGE_BYTES ? readLargeReady(bytes) : undefined;
  if (ready) return { op: 0, t: 'READY', s: Number(head?.[2]), d: ready };
  const value: unknown = JSON.parse(bytes.toString('utf8').replace(LONG_NONCE, '"nonce":"$1"'));
  if (typeof value !== 'object' || value === null || !('op' in value) || typeof value.op !== 'number') {
    throw new SyntaxError('a payload without op');
  }
  const payload = value as Payload;
  if (payload.op === 0 && typeof payload.t === 'string' && !WANTED_EVENTS.has(payload.t)) {
    return { op: 0, t: payload.t, s: payload.s ?? null };
  }
  return payload;
}

/** What is needed of a READY; undefined when it does not look as expected, and has to be parsed whole. */
function readLargeReady(bytes: Buffer): Record<string, unknown> | undefined {
  const data = pickMembers(bytes, new Set(['d']))?.get('d');
  const members = data && pickMembers(data, READY_MEMBERS);
  if (!members?.has('session_id')) return undefined;
  return Object.fromEntries([...members].map(([name, text]) => [name, JSON.parse(text.toString('utf8'))]));
}
