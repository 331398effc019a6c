/** Composition: the HTTP surface as a function from a request to a response, without a port. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** Headers that belong to a connection, not to an answer (RFC 9110, section 7.6.1). */
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Statuses that never come with a body (Fetch standard, "null body status"). */
const WITHOUT_BODY = [204, 205, 304];

/** The signals of the callers; an injected request has no connection whose end would tell that its caller has left. */
const departures = new AsyncLocalStorage<AbortSignal>();

/**
 * Serves requests of the Fetch standard, from before the app is ready. The body of an answer flows as it comes; cancelling it, or aborting the
 * request's signal, ends the work behind it.
 * @throws the reason of the request's signal
 */
export function createFetch(app: FastifyInstance): (request: Request) => Promise<Response> {
  breakConnections(app);
  return async (request) => {
    await app.ready();
    request.signal.throwIfAborted();
    const leaving = new AbortController();
    const signal = AbortSignal.any([request.signal, leaving.signal]);
    const reply = await departures.run(signal, () => inject(app, request, signal));
    request.signal.throwIfAborted();
    const body = reply.stream();
    // A body that is given up looks to the gateway like a caller whose connection broke.
    body.once('close', () => {
      if (!body.readableEnded) leaving.abort();
    });
    const head = { status: reply.statusCode, headers: headersOf(reply.headers) };
    if (request.method !== 'HEAD' && !WITHOUT_BODY.includes(head.status)) {
      return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, head);
    }
    body.resume();
    return new Response(null, head);
  };
}

function breakConnections(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    const signal = departures.getStore();
    const leave = () => reply.raw.destroy();
    signal?.addEventListener('abort', leave, { once: true });
    // A program may use one signal for all its requests.
    reply.raw.once('close', () => signal?.removeEventListener('abort', leave));
  });
}

async function inject(app: FastifyInstance, request: Request, signal: AbortSignal) {
  const { pathname, search, host } = new URL(request.url);
  const { body } = request;
  const headers: Record<string, string> = { host, ...Object.fromEntries(request.headers) };
  // A body of unknown length is announced this way; without either header it would not be read at all.
  if (body && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked';
  try {
    return await app.inject({
      method: request.method as 'GET',
      url: pathname + search,
      headers,
      ...(body ? { payload: Readable.fromWeb(body) } : {}),
      payloadAsStream: true,
      signal,
    });
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  }
}

function headersOf(given: Readonly<Record<string, number | string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || CONNECTION_HEADERS.has(name)) continue;
    for (const one of [value].flat()) headers.append(name, String(one));
  }
  return headers;
}
