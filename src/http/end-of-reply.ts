import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream';

/** Hears that a reply is over; `hasLeft` when the caller went away before its end. */
type EndListener = (hasLeft: boolean) => void;

const listeners = new WeakMap<ServerResponse, EndListener[]>();

/**
 * Calls back once a reply is over, in the order of the calls. However many wait, the response is listened to once: with
 * what fastify adds for a file, Node would take a pair of listeners for each of them for a leak.
 */
export function onEndOfReply(response: ServerResponse, listener: EndListener): void {
  const known = listeners.get(response);
  if (known) {
    known.push(listener);
    return;
  }
  const all = [listener];
  listeners.set(response, all);
  finished(response, (error) => {
    for (const each of all) each(error != null);
  });
}
