/** Pictures by chat bots that can draw. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChatService } from '../../../core/chat.ts';
import type { Clock } from '../../../core/clock.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { MediaLoader } from '../../../core/media.ts';
import { departureOf } from '../../departure.ts';
import { callerOf } from '../../request-context.ts';
import { warn } from '../../warnings-header.ts';
import { draw } from './draw.ts';
import { imageWarnings, renderImages } from './render.ts';
import { type ImageRequest, readImageRequest } from './request.ts';

/** What pictures by chat bots need. */
export interface ChatPictureOptions {
  readonly service: ChatService;
  readonly clock: Clock;
  /** Fetches the pictures of bots, for `b64_json`. */
  readonly pictures: MediaLoader;
}

/** Answers a request for pictures by chats, one for each picture. @throws GatewayError */
export async function generateInChat(
  options: ChatPictureOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const wanted = readImageRequest(request.body);
  const signal = departureOf(reply);
  warn(reply, ...imageWarnings(wanted));
  try {
    const chats = startChats(options, request, wanted, signal);
    const drawings = await draw(chats, wanted.format === 'url' ? undefined : options.pictures, signal);
    warn(reply, ...imageWarnings(wanted, drawings));
    return renderImages(Math.floor(options.clock.now() / 1000), drawings);
  } catch (error) {
    // Nobody is there to read an answer.
    if (signal.aborted) return reply.hijack();
    // Drawing costs credits: a client that repeats on its own would spend them on the same refusal again.
    if (error instanceof GatewayError && error.code === 'bot_failed') reply.header('x-should-retry', 'false');
    throw error;
  }
}

/** One fresh conversation for each picture; all are refused, or none. */
function startChats(
  { service }: ChatPictureOptions,
  request: FastifyRequest,
  wanted: ImageRequest,
  signal: AbortSignal,
) {
  const caller = callerOf(request);
  const model = wanted.model ?? service.models(caller)[0]?.id;
  if (model === undefined) throw new GatewayError('bot_not_allowed', 'This key may not use any bot.');
  const messages = [{ role: 'user', text: wanted.text, files: [] }] as const;
  const one = { caller, model, messages, streamed: false, signal, requestId: request.id };
  return Array.from({ length: wanted.count }, () => service.chat(one));
}
