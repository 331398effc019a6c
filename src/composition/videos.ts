/** Composition: how the videos of bots are read, each by the way that leads to it. */
import { Readable } from 'node:stream';
import { partOf, slice } from '../core/byte-range.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { ByteRange, MediaLoader, VideoSource, VideoStream } from '../core/media.ts';
import type { CdnAnswer } from '../discord/cdn.ts';
import { type DiscordHosts, isCdnUrl } from '../discord/hosts.ts';
import { PICTURES, VIDEOS } from '../media/kinds.ts';
import { createMediaLoader } from '../media/loader.ts';
import type { Account } from './accounts.ts';

/** What the source of bots' videos is made of. */
export interface VideoParts {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly hosts: DiscordHosts;
  /** Networks (CIDR) that links which lead elsewhere may reach although they are not public. */
  readonly allowPrivate: readonly string[];
  readonly clock: Clock;
}

/** Limits of videos, and animated pictures, that are not on Discord's CDN: those are kept in memory. */
const ELSEWHERE = { kinds: [...VIDEOS, ...PICTURES], maxBytes: 50_000_000, timeoutMs: 60_000 };

/**
 * The source of bots' videos: those on Discord's CDN flow the way of an account, through the proxy if there is one; all
 * others pass the guard against private addresses, up to 50 MB.
 */
export function createVideoSource({ accounts, hosts, allowPrivate, clock }: VideoParts): VideoSource {
  const elsewhere = createMediaLoader({ ...ELSEWHERE, allowPrivate, clock });
  return {
    async open(url, range, signal) {
      const [account] = accounts.values();
      if (account === undefined || !isCdnUrl(hosts, url)) return load(elsewhere, url, range, signal);
      return streamOf(await openTwice(account, url, range, signal), range);
    },
  };
}

async function load(
  loader: MediaLoader,
  url: string,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<VideoStream> {
  const { bytes, contentType } = await loader.load({ type: 'link', url }, signal);
  return cut(Readable.from([bytes], { objectMode: false }), { contentType, size: bytes.length }, range);
}

/** Discord's CDN may not know a new file for a moment: one more try is worth it. */
async function openTwice(
  { client }: Account,
  url: string,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<CdnAnswer> {
  try {
    return await client.openOnCdn(url, range, signal);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'media_unreachable') throw error;
    return client.openOnCdn(url, range, signal);
  }
}

function streamOf(answer: CdnAnswer, range: ByteRange | undefined): VideoStream {
  const { status, body, header } = answer;
  const contentType = (header('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
  if (status === 206) return partial(body, contentType, header('content-range') ?? '');
  if (status === 416) return beyond(body, contentType, sizeIn(header('content-range')?.split('/')[1]));
  return cut(body, { contentType, size: sizeIn(header('content-length')) }, range);
}

/** "bytes 0-99/1234", and with an asterisk where the size is not known. */
function partial(body: Readable, contentType: string, contentRange: string): VideoStream {
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange.trim()) ?? [];
  if (start === undefined || end === undefined) {
    body.destroy();
    throw new GatewayError('media_unreachable', "Discord's CDN answered with a part it does not name.");
  }
  const range = { start: Number(start), end: Number(end) };
  return { status: 206, contentType, size: sizeIn(size), range, body };
}

/** For those who give the whole file whatever is asked for. */
function cut(
  body: Readable,
  { contentType, size }: Pick<VideoStream, 'contentType' | 'size'>,
  range: ByteRange | undefined,
): VideoStream {
  if (range === undefined || size === undefined) return { status: 200, contentType, size, body };
  const part = partOf(range, size);
  if (part === undefined) return beyond(body, contentType, size);
  return { status: 206, contentType, size, range: part, body: slice(body, part) };
}

function beyond(body: Readable, contentType: string, size: number | undefined): VideoStream {
  body.on('error', () => {});
  body.destroy();
  return { status: 416, contentType, size, body: Readable.from([]) };
}

function sizeIn(text: string | undefined): number | undefined {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined;
}
