import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../../core/caller.ts';
import { GatewayError } from '../../../core/errors.ts';
import { hasEnded } from '../../../core/task.ts';
import { departureOf } from '../../departure.ts';
import { allowOnly } from '../../method-guard.ts';
import { takeForms } from '../../multipart-body.ts';
import { checkPikaPrompt, languageWarning } from '../../pika-prompt.ts';
import { callerOf } from '../../request-context.ts';
import { ignoredWarning, warn } from '../../warnings-header.ts';
import { check } from '../issues.ts';
import { type Order, submit, TASK_HEADER } from '../tasks.ts';
import { sendContent } from './content.ts';
import { listFilms, requireFilm } from './films.ts';
import { readVideoBody } from './form.ts';
import type { VideoOptions } from './options.ts';
import { readPage } from './page.ts';
import { renderDeleted, renderVideo, renderVideoList } from './render.ts';
import { remixSchema } from './schema.ts';
import { readVideoWish } from './wish.ts';

type VideoRequest = FastifyRequest<{ Params: { id: string } }>;

/** What OpenAI's own service can do with videos, and no bot. */
const ABSENT = ['edits', 'extensions', 'characters'];

/** `/videos` and what is under it (openai-openapi: Videos). */
export function videoRoutes(scope: FastifyInstance, options: VideoOptions): void {
  scope.register(async (videos) => {
    takeForms(videos);
    const limitBytes = videos.initialConfig.bodyLimit ?? 1_048_576;
    const { service, authenticate: onRequest } = options;
    videos.post('/videos', { onRequest }, (request, reply) => create(options, request, reply, limitBytes));
    videos.get('/videos', { onRequest }, (request, reply) => list(options, request, reply));
    videos.get('/videos/:id', { onRequest }, (request: VideoRequest, reply) =>
      attended(request, reply, async (caller, signal) =>
        renderVideo(await requireFilm(service, caller, request.params.id, signal)),
      ),
    );
    videos.delete('/videos/:id', { onRequest }, (request: VideoRequest, reply) =>
      remove(options, request, reply),
    );
    videos.post('/videos/:id/remix', { onRequest }, (request: VideoRequest, reply) =>
      remix(options, request, reply, limitBytes),
    );
    videos.route({
      method: ['GET', 'HEAD'],
      url: '/videos/:id/content',
      exposeHeadRoute: false,
      onRequest,
      handler: (request: VideoRequest, reply) => sendContent(options, request, reply),
    });
    allowOnly(videos, '/videos', ['GET', 'POST']);
    allowOnly(videos, '/videos/:id', ['GET', 'DELETE']);
    allowOnly(videos, '/videos/:id/remix', ['POST']);
    allowOnly(videos, '/videos/:id/content', ['GET']);
    refuseAbsent(videos);
  });
}

async function create(
  { service }: VideoOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  limitBytes: number,
): Promise<unknown> {
  const body = await readVideoBody(request, limitBytes);
  const { order, warnings } = readVideoWish(service, callerOf(request), body);
  return begin(service, request, reply, order, warnings);
}

async function remix(
  { service }: VideoOptions,
  request: VideoRequest,
  reply: FastifyReply,
  limitBytes: number,
): Promise<unknown> {
  const { fields, reference } = await readVideoBody(request, limitBytes);
  const prompt = check(remixSchema, fields, []).prompt.trim();
  const ignored = Object.keys(fields).filter((name) => name !== 'prompt');
  if (reference) ignored.push('input_reference');
  return attended(request, reply, async (caller, signal) => {
    const parent = await requireFilm(service, caller, request.params.id, signal);
    const isPika = parent.driver === 'pika';
    if (isPika) checkPikaPrompt(prompt);
    const language = isPika ? languageWarning(prompt) : undefined;
    const warnings = [ignoredWarning(ignored), language];
    const action = { kind: 'remix' } as const;
    const { model, id: parentId } = parent;
    const order = { model, verb: 'act', prompt, images: [], parentId, action, form: { prompt } } as const;
    return begin(service, request, reply, order, warnings);
  });
}

/** Submits an order; answers with its video as it stands. */
function begin(
  service: VideoOptions['service'],
  request: FastifyRequest,
  reply: FastifyReply,
  order: Order,
  warnings: readonly (string | undefined)[],
): Promise<unknown> {
  warn(reply, ...warnings);
  return attended(request, reply, async (caller, signal) => {
    const { task } = await submit({ service, caller, signal }, order);
    reply.header(TASK_HEADER, task.id);
    return renderVideo(task);
  });
}

function list({ service }: VideoOptions, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const page = readPage(request.query);
  return attended(request, reply, async (caller, signal) => {
    const { tasks, hasMore } = await listFilms(service, caller, page, signal);
    return renderVideoList(tasks, hasMore);
  });
}

/** One that is still being made is stopped first. */
function remove({ service }: VideoOptions, request: VideoRequest, reply: FastifyReply): Promise<unknown> {
  return attended(request, reply, async (caller, signal) => {
    const task = await requireFilm(service, caller, request.params.id, signal);
    if (!hasEnded(task)) await service.cancelTask(caller, task.id, signal);
    await service.deleteTask(caller, task.id);
    return renderDeleted(task.id);
  });
}

/** To a caller who has left nothing is said. */
async function attended(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (caller: Caller, signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  const signal = departureOf(reply);
  try {
    return await work(callerOf(request), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return reply.hijack();
  }
}

function refuseAbsent(scope: FastifyInstance): void {
  for (const name of ABSENT) {
    scope.post(`/videos/${name}`, async () => {
      throw new GatewayError('unsupported_parameter', `Bots on Discord have no /videos/${name}.`, {
        hint: 'POST /v1/videos/{id}/remix makes a new video of an earlier one.',
      });
    });
  }
}
