import type { FastifyReply } from 'fastify';

/** A signal that aborts when the caller's connection goes away before the end of its answer. */
export function departureOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const response = reply.raw;
  const onClose = () => {
    if (!response.writableEnded) controller.abort(new DOMException('The caller went away.', 'AbortError'));
  };
  if (response.destroyed) onClose();
  else response.once('close', onClose);
  return controller.signal;
}
