/** Whoever is called back: a real server that keeps what it was told. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SECRET, waitFor } from './studio.ts';

/** One call. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly json: Record<string, unknown>;
  readonly isSigned: boolean;
}

/** A receiver of callbacks. */
export interface Receiver {
  readonly url: string;
  readonly deliveries: Delivery[];
  /** The first delivery that fits, waited for. */
  next(fits: (json: Record<string, unknown>) => boolean): Promise<Delivery>;
  close(): Promise<void>;
}

/** Starts a receiver; `delayMs` is how long it takes to answer. */
export async function startReceiver(delayMs: () => number = () => 0): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      deliveries.push({
        headers: request.headers,
        raw,
        json: JSON.parse(raw),
        isSigned: isSigned(request.headers, raw),
      });
      setTimeout(() => response.writeHead(204).end(), delayMs());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`,
    deliveries,
    next: async (fits) => {
      const found = () => deliveries.find(({ json }) => fits(json));
      return (await waitFor(found, (delivery) => delivery !== undefined, 3_000)) as Delivery;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function isSigned(headers: IncomingHttpHeaders, raw: string): boolean {
  const timestamp = String(headers['x-cordgate-timestamp']);
  const proof = `sha256=${createHmac('sha256', SECRET).update(`${timestamp}.${raw}`).digest('hex')}`;
  const given = Buffer.from(String(headers['x-cordgate-signature']));
  const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) < 60;
  return isFresh && given.length === proof.length && timingSafeEqual(given, Buffer.from(proof));
}
