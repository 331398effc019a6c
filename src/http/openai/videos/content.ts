/** The bytes of a video. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { partOf } from '../../../core/byte-range.ts';
import { GatewayError } from '../../../core/errors.ts';
import { type Copies, readCopyName } from '../../../core/keeping.ts';
import type { Media, VideoSource, VideoStream } from '../../../core/media.ts';
import { hasEnded, type Task } from '../../../core/task.ts';
import { clipOf } from '../../clips.ts';
import { departureOf } from '../../departure.ts';
import { asGatewayError } from '../../errors.ts';
import { readRange } from '../../range.ts';
import { callerOf } from '../../request-context.ts';
import { warn } from '../../warnings-header.ts';
import { requireFilm, videoId } from './films.ts';
import type { VideoOptions } from './options.ts';

/** Answers `GET` and `HEAD /v1/videos/{id}/content`. @throws GatewayError */
export async function sendContent(
  { service, videos, copies }: VideoOptions,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
): Promise<unknown> {
  refuseVariants((request.query as Readonly<Record<string, unknown>>).variant);
  const signal = departureOf(reply);
  try {
    const task = await requireFilm(service, callerOf(request), request.params.id, signal);
    const clip = finishedClip(task);
    const tag = `"${videoId(task.id)}"`;
    const range = rangeOf(request, tag);
    const stream = (await openCopy(copies, clip, range, signal)) ?? (await open(videos, clip, range, signal));
    return send(reply, stream, { clip, tag, isHead: request.method === 'HEAD', name: videoId(task.id) });
  } catch (error) {
    if (!signal.aborted) throw error;
    return reply.hijack();
  }
}

/** openai-openapi: VideoContentVariant. */
function refuseVariants(variant: unknown): void {
  if (variant === undefined || variant === 'video') return;
  const param = { param: 'variant' };
  if (variant === 'thumbnail' || variant === 'spritesheet') {
    const message = `The bots make no ${variant}, only the video itself.`;
    throw new GatewayError('unsupported_parameter', message, param);
  }
  throw new GatewayError('invalid_request', "Invalid value for 'variant': expected video.", {
    ...param,
    hint: '',
  });
}

function finishedClip(task: Task): Media {
  const clip = clipOf(task);
  if (task.status === 'succeeded' && clip) return clip;
  if (task.status === 'succeeded') {
    throw new GatewayError('bot_failed', 'The bot gave no video.');
  }
  const message = hasEnded(task)
    ? `The video has no content: ${task.failure?.message ?? 'it failed.'}`
    : 'The video is not ready yet.';
  throw new GatewayError('parent_unfinished', message, {
    param: 'video_id',
    hint: hasEnded(task) ? 'Make a new one.' : 'Ask for it until its status is completed.',
  });
}

/** A part of a file that has changed meanwhile is of no use (RFC 9110, section 13.1.5); ours never change. */
function rangeOf({ headers }: FastifyRequest, tag: string) {
  const condition = headers['if-range'];
  return condition === undefined || condition === tag ? readRange(headers.range) : undefined;
}

/** The gateway's own copy lives on when Discord's link has died; undefined where there is none, or it cannot be read. */
async function openCopy(
  copies: Copies | undefined,
  { kept = '' }: Media,
  range: ReturnType<typeof readRange>,
  signal: AbortSignal,
): Promise<VideoStream | undefined> {
  const head = await copies?.find(kept, signal).catch(() => undefined);
  const contentType = readCopyName(kept)?.contentType;
  if (copies === undefined || head === undefined || contentType === undefined) return undefined;
  const { size } = head;
  const part = range === undefined ? { start: 0, end: size - 1 } : partOf(range, size);
  if (part === undefined) return { status: 416, contentType, size, body: Readable.from([]) };
  const body = await copies.read(kept, part, signal).catch(() => undefined);
  if (body === undefined) return undefined;
  return range === undefined
    ? { status: 200, contentType, size, body }
    : { status: 206, contentType, size, range: part, body };
}

async function open(
  videos: VideoSource | undefined,
  { url }: Media,
  range: ReturnType<typeof readRange>,
  signal: AbortSignal,
): Promise<VideoStream> {
  if (!videos) throw new GatewayError('unsupported_parameter', 'This gateway does not hand on videos.');
  try {
    return await videos.open(url, range, signal);
  } catch (cause) {
    signal.throwIfAborted();
    // The source's own codes blame the request, but here the link is the bot's.
    const { code, message } = asGatewayError(cause);
    throw new GatewayError('bot_failed', `The bot's video could not be fetched: ${message}`, {
      cause,
      ...(code === 'media_forbidden' ? { hint: 'The operator can allow it: webhooks.allowPrivate.' } : {}),
    });
  }
}

/** What belongs to the head of an answer. */
interface Head {
  readonly clip: Media;
  readonly tag: string;
  readonly isHead: boolean;
  readonly name: string;
}

function send(reply: FastifyReply, stream: VideoStream, { clip, tag, isHead, name }: Head): FastifyReply {
  const { status, size, range, body } = stream;
  // Until somebody reads it, a broken connection would be an error that nobody hears.
  body.on('error', () => {});
  reply.code(status).headers({ 'accept-ranges': 'bytes', etag: tag });
  if (status === 416) {
    return reply
      .header('content-range', `bytes */${size ?? '*'}`)
      .header('content-length', 0)
      .send();
  }
  const type = playable(clip.contentType) ?? playable(stream.contentType) ?? 'video/mp4';
  if (type.startsWith('image/')) warn(reply, `the bot gave an animated picture: ${type}`);
  const ending = type === 'video/quicktime' ? 'mov' : type.split('/')[1];
  reply.headers({ 'content-type': type, 'content-disposition': `inline; filename="${name}.${ending}"` });
  if (range) reply.header('content-range', `bytes ${range.start}-${range.end}/${size ?? '*'}`);
  const length = range ? range.end - range.start + 1 : size;
  if (length !== undefined) reply.header('content-length', length);
  if (!isHead) return reply.send(body);
  body.destroy();
  return reply.send();
}

/** Types that a browser plays, never ones that it would run. */
function playable(contentType: string | undefined): string | undefined {
  return /^(?:video\/[\w-]{1,40}|image\/(?:webp|gif|png))(?=;|$)/i.exec(contentType ?? '')?.[0].toLowerCase();
}
