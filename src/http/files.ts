/**
 * The gateway's own copies of pictures and videos. They need no key, as links of Discord's CDN need none: nobody can guess
 * their names, and they are opened by browsers that have none.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Part, partOf } from '../core/byte-range.ts';
import { GatewayError } from '../core/errors.ts';
import { type Copies, type CopyHead, readCopyName } from '../core/keeping.ts';
import { departureOf } from './departure.ts';
import { allowOnly } from './method-guard.ts';
import { readRange } from './range.ts';
import { useDialect } from './request-context.ts';

type FileRequest = FastifyRequest<{ Params: { name: string } }>;

/** `GET` and `HEAD /files/{name}`, to be registered under `/files`. */
export function fileRoutes(copies: Copies): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, 'files');
    scope.route({
      method: ['GET', 'HEAD'],
      url: '/:name',
      exposeHeadRoute: false,
      handler: (request: FileRequest, reply) => answer(copies, request, reply),
    });
    allowOnly(scope, '/:name', ['GET']);
  };
}

/** To a caller who has left nothing is said. */
async function answer(copies: Copies, request: FileRequest, reply: FastifyReply): Promise<unknown> {
  const signal = departureOf(reply);
  try {
    return await sendFile(copies, request, reply, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return reply.hijack();
  }
}

async function sendFile(
  copies: Copies,
  request: FileRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<FastifyReply> {
  const { method, headers } = request;
  const head = await copies.find(request.params.name, signal);
  if (head === undefined) throw noFile();
  if (isKnown(headers, head)) return reply.code(304).headers(headOf(head)).send();
  if (method === 'HEAD') return reply.headers({ ...headOf(head), 'content-length': head.size }).send();
  const range = isUnchanged(headers['if-range'], head) ? readRange(headers.range) : undefined;
  const whole = { start: 0, end: head.size - 1 };
  const part = range === undefined ? whole : partOf(range, head.size);
  if (part === undefined) return refuseRange(reply, head);
  const body = await copies.read(head.name, part, signal);
  if (body === undefined) throw noFile();
  // Until somebody reads it, a failure would be an error that nobody hears.
  body.on('error', () => {});
  reply.headers(headOf(head)).header('content-length', part.end - part.start + 1);
  if (range !== undefined) reply.code(206).header('content-range', contentRange(part, head));
  return reply.send(body);
}

function noFile(): GatewayError {
  return new GatewayError('not_found', 'There is no such file.', {
    hint: 'Ask for the task again: its answer has the link that works now.',
  });
}

/** RFC 9110, section 15.5.17. */
function refuseRange(reply: FastifyReply, { size }: CopyHead): FastifyReply {
  const headers = { 'content-range': `bytes */${size}`, 'content-length': 0, 'accept-ranges': 'bytes' };
  return reply.code(416).headers(headers).send();
}

function contentRange({ start, end }: Part, { size }: CopyHead): string {
  return `bytes ${start}-${end}/${size}`;
}

/** A name never stands for other bytes: whoever has them needs to ask no more. */
function headOf(head: CopyHead) {
  const { name, at } = head;
  return {
    'content-type': readCopyName(name)?.contentType ?? 'application/octet-stream',
    'content-disposition': `inline; filename="${name}"`,
    'cache-control': 'public, max-age=31536000, immutable',
    'last-modified': new Date(at).toUTCString(),
    etag: tagOf(head),
    'accept-ranges': 'bytes',
    // Pages of other origins show these files, as they show Discord's.
    'cross-origin-resource-policy': 'cross-origin',
  };
}

function tagOf({ name }: CopyHead): string {
  return `"${name}"`;
}

/** True when the caller has the file already (RFC 9110, sections 13.1.2 and 13.1.3). */
function isKnown(headers: IncomingHttpHeaders, head: CopyHead): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    const given = tags.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return given.includes('*') || given.includes(tagOf(head));
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && seconds(head.at) <= seconds(since);
}

/** True when a part goes with what the caller has of the file (RFC 9110, section 13.1.5). */
function isUnchanged(condition: string | string[] | undefined, head: CopyHead): boolean {
  if (condition === undefined || condition === tagOf(head)) return true;
  return typeof condition === 'string' && seconds(Date.parse(condition)) === seconds(head.at);
}

/** Dates of HTTP know no more. */
function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
