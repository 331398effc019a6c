/** One HTTP request of a caller who reads at once, late, or goes away. */
import { type IncomingMessage, request } from 'node:http';
import { KEY } from '../../e2e/world.ts';
import type { Scene } from './scene.ts';

/** How a caller behaves: `slow` reads nothing for a minute, `gone` leaves when the scene says so. */
export type Manner = 'prompt' | 'slow' | 'gone';

/** What came back. */
export interface Exchanged {
  /** 0 when the connection broke before the end. */
  readonly status: number;
  readonly response: Response;
  /** True for the caller who left. */
  readonly hasLeft: boolean;
}

/** What is sent. */
export interface Ask {
  readonly path: string;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

const LATE_MS = 60_000;

/** Posts JSON with the test's key; never rejects. */
export async function exchange(scene: Scene, ask: Ask, manner: Manner): Promise<Exchanged> {
  const { signal } = scene.leaving;
  const chunks: Buffer[] = [];
  let head: IncomingMessage | undefined;
  let isWhole = false;
  try {
    head = await post(scene.caller.url, ask, manner === 'gone' ? signal : undefined);
    if (manner === 'slow') await scene.pass(LATE_MS);
    for await (const chunk of head) chunks.push(chunk as Buffer);
    isWhole = head.complete;
  } catch {
    // What came is looked at; that it broke is told by the status.
  }
  const text = Buffer.concat(chunks).toString();
  scene.book.note(text);
  const headers = new Headers();
  for (const [name, value] of Object.entries(head?.headers ?? {})) headers.set(name, String(value));
  const response = new Response(text, { status: head?.statusCode ?? 599, headers });
  const hasLeft = manner === 'gone' && signal.aborted;
  return { status: isWhole ? response.status : 0, response, hasLeft };
}

function post(
  url: string,
  { path, body, headers = {} }: Ask,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers };
    const sending = request(url + path, { method: 'POST', headers: all, agent: false, signal });
    sending.once('response', resolve);
    sending.once('error', reject);
    sending.end(JSON.stringify(body));
  });
}
