import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Chat, ChatService } from '../../core/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Ids } from '../../core/ids.ts';
import type { Copies } from '../../core/keeping.ts';
import type { Log } from '../../core/log.ts';
import type { MediaLoader, VideoSource } from '../../core/media.ts';
import type { TaskService } from '../../core/tasks.ts';
import type { TokenCounter } from '../../core/tokens.ts';
import { conversationOf } from '../conversation-name.ts';
import { departureOf } from '../departure.ts';
import { asGatewayError, noteError } from '../errors.ts';
import { readJsonBodies } from '../json-body.ts';
import { allowOnly } from '../method-guard.ts';
import { languageWarning } from '../pika-prompt.ts';
import { callerOf, useDialect } from '../request-context.ts';
import { EventStream } from '../sse.ts';
import { ignoredWarning, warn } from '../warnings-header.ts';
import { drawInChat } from './chat-drawing/chat.ts';
import { renderErrorFrame, unknownUrl } from './errors.ts';
import type { Singling } from './images/gather.ts';
import { imageRoutes } from './images/routes.ts';
import { type AnswerHead, CompletionStream, contentOf, renderCompletion, renderModel } from './render.ts';
import { type CompletionRequest, readCompletionRequest, wellFormed } from './request.ts';
import { type ShowOptions, shownTo } from './shown.ts';
import { isTaskModel, stopping, TASK_HEADER, verbsOf } from './tasks.ts';
import { videoRoutes } from './videos/routes.ts';

/** What the OpenAI dialect needs. */
export interface OpenAiOptions extends ShowOptions {
  readonly service: ChatService & TaskService;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly heartbeatMs: number;
  /** Fetches the pictures of bots. */
  readonly pictures: MediaLoader;
  /** Reads the videos of bots; without it their content is refused. */
  readonly videos?: VideoSource | undefined;
  /** Reads the gateway's own copies, where it keeps any. */
  readonly copies?: Copies | undefined;
  /** Counts the words of prompts for drawing bots; without it their `usage` is zero. */
  readonly tokens?: TokenCounter | undefined;
  /** How a bot's option says that single pictures are made of its grids; default `cut`. */
  readonly picturesOf?: ((model: string) => Singling) | undefined;
  /** Finds the caller and notes it on the request; throws GatewayError. */
  readonly authenticate: (request: FastifyRequest) => Promise<void>;
}

/** The OpenAI dialect, to be registered under `/v1`: models, chat completions, pictures and videos. */
export function openAiRoutes(options: OpenAiOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, 'openai');
    readJsonBodies(scope);
    const closing = closingOf(scope);
    scope.setNotFoundHandler((request) => {
      throw unknownUrl(request);
    });
    modelRoutes(scope, options);
    const onRequest = options.authenticate;
    scope.post('/chat/completions', { onRequest }, (request, reply) =>
      complete({ ...options, closing }, request, reply),
    );
    allowOnly(scope, '/chat/completions', ['POST']);
    imageRoutes(scope, { ...options, closing });
    videoRoutes(scope, options);
  };
}

/** Aborts as soon as the gateway stops: drawings take minutes, are saved, and go on by themselves. */
function closingOf(scope: FastifyInstance): AbortSignal {
  const controller = new AbortController();
  scope.addHook('preClose', async () => controller.abort(stopping()));
  return controller.signal;
}

/** The options of a dialect that can be told to stop. */
interface RunningOptions extends OpenAiOptions {
  readonly closing: AbortSignal;
}

function modelRoutes(scope: FastifyInstance, { service, authenticate }: OpenAiOptions): void {
  scope.get('/models', { onRequest: authenticate }, async (request) => ({
    object: 'list',
    data: service.models(callerOf(request)).map(renderModel),
  }));
  // A wildcard, because model names may hold slashes and not every client encodes them.
  scope.get<{ Params: { '*': string } }>('/models/*', { onRequest: authenticate }, async (request) => {
    const id = request.params['*'];
    const model = service.models(callerOf(request)).find((candidate) => candidate.id === id);
    if (model) return renderModel(model);
    throw new GatewayError('model_not_found', `The model '${id.slice(0, 200)}' does not exist.`, {
      param: 'model',
    });
  });
  allowOnly(scope, '/models', ['GET']);
  allowOnly(scope, '/models/*', ['GET']);
}

/** One request for a completion, and what belongs to its answer. */
interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly wanted: CompletionRequest;
  readonly chat: Chat;
  readonly head: AnswerHead;
  /** Aborted when the caller has left. */
  readonly signal: AbortSignal;
}

async function complete(
  options: RunningOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const exchange = begin(options, request, reply);
  try {
    if (exchange.wanted.stream) return await streamAnswer(options, exchange);
    return await wholeAnswer(exchange);
  } catch (error) {
    if (!exchange.signal.aborted) throw error;
    // Nobody is there to read an answer.
    return reply.hijack();
  }
}

function begin(options: RunningOptions, request: FastifyRequest, reply: FastifyReply): Exchange {
  const wanted = readCompletionRequest(request.body);
  warn(reply, ignoredWarning(wanted.ignored));
  const signal = departureOf(reply);
  const { model } = wanted;
  const chat = isTaskModel(options.service, model)
    ? drawing(options, request, reply, { wanted, signal })
    : options.service.chat({
        caller: callerOf(request),
        model,
        messages: wellFormed(wanted.messages),
        streamed: wanted.stream,
        conversation: conversationOf(request.headers),
        signal,
        requestId: request.id,
      });
  const id = `chatcmpl-${options.ids.hex()}`;
  const created = Math.floor(options.clock.now() / 1000);
  return { request, reply, wanted, chat, signal, head: { id, created, model } };
}

/** A chat with a bot that draws. */
function drawing(
  options: RunningOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { wanted, signal }: Pick<Exchange, 'wanted' | 'signal'>,
): Chat {
  const { service, tokens, closing } = options;
  const verbs = verbsOf(service, wanted.model);
  const words = wanted.messages.findLast(({ role }) => role === 'user')?.text ?? '';
  const language = verbs.includes('create') ? languageWarning(words) : undefined;
  const said = [ignoredWarning(wanted.ignored), language];
  if (language !== undefined) warn(reply, ...said);
  const ending = AbortSignal.any([signal, closing]);
  return drawInChat({
    service,
    caller: callerOf(request),
    model: wanted.model,
    messages: wanted.messages,
    verbs,
    streamed: wanted.stream,
    signal: ending,
    tokens,
    shown: shownTo(options, request, ending),
    // From here on it costs credits: a client that repeats on its own would pay twice.
    onTask: (id) => void reply.headers({ [TASK_HEADER]: id, 'x-should-retry': 'false' }),
    onWarning: (warning) => warn(reply, ...said, warning),
  });
}

async function wholeAnswer({ chat, head }: Exchange): Promise<unknown> {
  let completion: unknown;
  for await (const event of chat.events) {
    if (event.type !== 'answer-completed') continue;
    const content = contentOf(event.answer);
    // Inside the loop: once the iteration goes on, the service settles what becomes of the channel.
    chat.remember(content);
    completion = renderCompletion(head, event.answer, content);
  }
  if (completion === undefined) throw new GatewayError('internal', 'The answer ended without an end.');
  return completion;
}

async function streamAnswer(options: OpenAiOptions, exchange: Exchange): Promise<unknown> {
  const { request, reply, chat, head, wanted, signal } = exchange;
  const stream = new EventStream(reply, options);
  try {
    await pump(chat, stream, new CompletionStream(head, wanted.includeUsage));
  } catch (thrown) {
    if (!stream.begun || signal.aborted) throw thrown;
    const error = asGatewayError(thrown);
    noteError(options.log, request, error);
    stream.end(renderErrorFrame(error));
  } finally {
    stream.stop();
  }
  return reply.hijack();
}

/** Carries the events to the caller, as fast as the caller reads. */
async function pump(chat: Chat, stream: EventStream, renderer: CompletionStream): Promise<void> {
  for await (const event of chat.events) {
    if (stream.closed) return;
    if (event.type === 'answer-completed') {
      const { content, frames } = renderer.end(event.answer);
      chat.remember(content);
      stream.end(frames);
      continue;
    }
    const frames = renderer.render(event);
    if (frames === '') continue;
    const drained = stream.write(frames);
    if (drained) await drained;
  }
  if (!stream.closed) throw new GatewayError('internal', 'The answer ended without an end.');
}
