import { createHmac } from 'node:crypto';

/** What a call is signed with. */
export interface SignedCall {
  /** The same for every try of one delivery, so that a receiver can tell repeats. */
  readonly deliveryId: string;
  /** When the call is made, in milliseconds since the epoch. */
  readonly atMs: number;
  readonly body: string;
  readonly secret: string | null | undefined;
}

/** The headers of a call: what is sent, which delivery it is, when, and with a secret the proof that cordgate sent it. */
export function headersOf({ deliveryId, atMs, body, secret }: SignedCall): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'cordgate',
    'X-Cordgate-Delivery': deliveryId,
    'X-Cordgate-Timestamp': timestamp,
  };
  if (!secret) return headers;
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { ...headers, 'X-Cordgate-Signature': `sha256=${digest}` };
}
