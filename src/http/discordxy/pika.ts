/** Pika's paths: words to a clip, a picture to a clip, what becomes of them, and their buttons. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TaskService } from '../../core/tasks.ts';
import type { Links } from '../links.ts';
import { allowOnly } from '../method-guard.ts';
import { languageWarning } from '../pika-prompt.ts';
import { ignoredWarning, warn } from '../warnings-header.ts';
import { change, status, submit } from './answer.ts';
import { bodyOf, filelessBodyOf } from './body.ts';
import { type PikaRequest, readAnimate, readCreate } from './pika-request.ts';
import { renderPikaTask } from './render.ts';
import { PIKA_DIALECT, readChange } from './request.ts';

/** What Pika's paths need. */
export interface PikaOptions {
  readonly service: TaskService;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
  readonly links: Links;
}

/** `POST /pika/create`, `/pika/animate` and `/pika/change`, `GET /pika/status`; the scope reads bodies by `readBodies`. */
export function pikaRoutes(scope: FastifyInstance, options: PikaOptions): void {
  const { service, links, authenticate: onRequest } = options;
  scope.post('/pika/create', { onRequest }, async (request, reply) =>
    film(service, request, reply, 'create', readCreate(await bodyOf(request))),
  );
  scope.post('/pika/animate', { onRequest }, async (request, reply) =>
    film(service, request, reply, 'animate', readAnimate(await bodyOf(request))),
  );
  scope.post('/pika/change', { onRequest }, async (request, reply) => {
    const wanted = readChange(await filelessBodyOf(request), 'nonce', PIKA_DIALECT);
    const warnings = [languageWarning(wanted.prompt)];
    return change({ service, driver: 'pika', warnings }, request, reply, wanted);
  });
  scope.get('/pika/status', { onRequest }, (request, reply) =>
    status(service, request, reply, {
      name: 'nonce',
      render: (task, pressedMessageId) => renderPikaTask(task, links.throughCdn(request), pressedMessageId),
    }),
  );
  for (const path of ['create', 'animate', 'change']) allowOnly(scope, `/pika/${path}`, ['POST']);
  allowOnly(scope, '/pika/status', ['GET']);
}

async function film(
  service: TaskService,
  request: FastifyRequest,
  reply: FastifyReply,
  verb: 'create' | 'animate',
  { prompt, picture, state, notify, ignored }: PikaRequest,
): Promise<unknown> {
  warn(reply, ignoredWarning(ignored), languageWarning(prompt));
  const images = picture ? [picture] : [];
  return submit(service, request, reply, { driver: 'pika', verb, prompt, images, state, notify });
}
