import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../../core/caller.ts';
import { GatewayError } from '../../../core/errors.ts';
import { departureOf } from '../../departure.ts';
import { allowOnly } from '../../method-guard.ts';
import { takeForms } from '../../multipart-body.ts';
import { callerOf } from '../../request-context.ts';
import { shownTo } from '../shown.ts';
import { isTaskModel, verbsOf } from '../tasks.ts';
import { answerInEvents, answerWhole } from './answer.ts';
import { type Beginning, type BeginTools, beginEdit, beginGeneration, beginVariation } from './begin.ts';
import { generateInChat } from './chat-pictures.ts';
import { readPictureBody } from './form.ts';
import type { ImageOptions } from './options.ts';
import type { StreamKind } from './task-render.ts';
import { type ImageWish, readWish } from './wish.ts';

/** `POST /images/generations`, `/images/edits` and `/images/variations`. */
export function imageRoutes(scope: FastifyInstance, options: ImageOptions): void {
  const onRequest = options.authenticate;
  scope.post('/images/generations', { onRequest }, (request, reply) => generate(options, request, reply));
  allowOnly(scope, '/images/generations', ['POST']);
  scope.register(async (forms) => {
    takeForms(forms);
    const limitBytes = forms.initialConfig.bodyLimit ?? 1_048_576;
    forms.post('/images/edits', { onRequest }, async (request, reply) => {
      const { fields, ...sent } = await readPictureBody(request, limitBytes);
      const wish = readWish(fields, drawingModel(options, request, fields), sent);
      return draw(options, request, reply, { wish, begin: beginEdit, kind: 'image_edit' });
    });
    forms.post('/images/variations', { onRequest }, async (request, reply) => {
      const { fields, ...sent } = await readPictureBody(request, limitBytes);
      const wish = readWish(fields, drawingModel(options, request, fields), sent, false);
      refuseStream(wish);
      return draw(options, request, reply, { wish, begin: beginVariation, kind: 'image_edit' });
    });
    allowOnly(forms, '/images/edits', ['POST']);
    allowOnly(forms, '/images/variations', ['POST']);
  });
}

async function generate(
  options: ImageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { service } = options;
  const model = modelIn(request.body) ?? firstThatDraws(service, callerOf(request));
  if (model === undefined || !isTaskModel(service, model)) return generateInChat(options, request, reply);
  if (!verbsOf(service, model).includes('imagine')) throw onlyFilms();
  const wish = readWish(request.body, model);
  return draw(options, request, reply, { wish, begin: beginGeneration, kind: 'image_generation' });
}

/** What one of the paths wants. */
interface Drawn {
  readonly wish: ImageWish;
  readonly begin: (tools: BeginTools, wish: ImageWish) => Promise<Beginning>;
  readonly kind: StreamKind;
}

async function draw(
  options: ImageOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { wish, begin, kind }: Drawn,
): Promise<unknown> {
  const { service, pictures, picturesOf } = options;
  const departure = departureOf(reply);
  const signal = AbortSignal.any([departure, options.closing]);
  const singling = picturesOf?.(wish.model) ?? 'cut';
  const shown = shownTo(options, request, signal);
  const tools = { service, caller: callerOf(request), signal, pictures, singling, shown };
  let hasBegun = false;
  try {
    // Before it costs anything.
    if (wish.stream) reply.server.streamGate?.check();
    const beginning = await begin(tools, wish);
    hasBegun = true;
    const drawing = { options, request, reply, tools, wish, beginning, kind };
    return await (wish.stream ? answerInEvents(drawing) : answerWhole(drawing));
  } catch (error) {
    // Nobody is there to read an answer.
    if (departure.aborted) return reply.hijack();
    // A drawing costs credits: a client that repeats on its own would pay twice.
    if (hasBegun) reply.header('x-should-retry', 'false');
    throw error;
  }
}

/** The model of a path that only drawing bots serve. @throws GatewayError bot_not_allowed, unsupported_parameter */
function drawingModel({ service }: ImageOptions, request: FastifyRequest, body: unknown): string {
  const caller = callerOf(request);
  const drawing = service.taskModels(caller).find(({ verbs }) => verbs.includes('imagine'));
  const model = modelIn(body) ?? drawing?.id;
  if (model === undefined) {
    throw new GatewayError('bot_not_allowed', 'This key may not use any bot that changes pictures.', {
      param: 'model',
    });
  }
  if (isTaskModel(service, model)) {
    if (verbsOf(service, model).includes('imagine')) return model;
    throw onlyFilms();
  }
  if (!service.models(caller).some(({ id }) => id === model)) {
    throw new GatewayError('model_not_found', `The model '${model.slice(0, 200)}' does not exist.`, {
      param: 'model',
    });
  }
  throw new GatewayError('unsupported_parameter', 'The bot of this model talks; it cannot change pictures.', {
    param: 'model',
    hint: 'Choose a drawing bot of GET /v1/models, or send the picture in a chat.',
  });
}

/** The first model that may draw: any but those of bots that only film. */
function firstThatDraws(service: ImageOptions['service'], caller: Caller): string | undefined {
  return service.models(caller).find(({ id }) => {
    return !isTaskModel(service, id) || verbsOf(service, id).includes('imagine');
  })?.id;
}

function onlyFilms(): GatewayError {
  return new GatewayError('unsupported_parameter', 'The bot of this model films; it cannot draw.', {
    param: 'model',
    hint: 'Choose a drawing bot of GET /v1/models, or use /v1/videos.',
  });
}

function modelIn(body: unknown): string | undefined {
  const model = typeof body === 'object' && body !== null && 'model' in body ? body.model : undefined;
  return typeof model === 'string' && model !== '' ? model : undefined;
}

function refuseStream({ stream }: ImageWish): void {
  if (!stream) return;
  throw new GatewayError('unsupported_parameter', 'Variations are not streamed.', { param: 'stream' });
}
