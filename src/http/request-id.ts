import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a caller's own request id may look like: it goes into logs and back into a header. */
const SANE_ID = /^[\w.:-]{1,128}$/;

/** The caller's `x-request-id` when it is 1 to 128 letters, digits or `_.:-`; else a new one, `req_` and 32 hex digits. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && SANE_ID.test(given)) return given;
  return `req_${randomUUID().replaceAll('-', '')}`;
}
