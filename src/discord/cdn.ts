import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { ByteRange, MediaFile } from '../core/media.ts';
import { cdnUrl, type DiscordHosts, isCdnUrl } from './hosts.ts';
import type { Redact } from './redact.ts';
import { NoAnswer, performRequest } from './rest/request.ts';

/** How large a file may be, and how long it may take. */
export interface DownloadLimits {
  readonly maxBytes: number;
  /** Milliseconds; default 30,000. */
  readonly timeoutMs?: number;
}

/** What downloads need. */
export interface DownloadOptions {
  readonly hosts: Pick<DiscordHosts, 'cdn'>;
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly redact: Redact;
}

const TIMEOUT_MS = 30_000;

/**
 * Fetches a file from Discord's CDN, without the account's token.
 * @throws GatewayError media_forbidden (another host), media_invalid (too large), media_unreachable
 */
export async function downloadFromCdn(
  options: DownloadOptions,
  url: string,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<MediaFile> {
  refuseOtherHosts(options, url);
  const request = {
    method: 'GET',
    url: cdnUrl(options.hosts, url),
    headers: { 'user-agent': options.userAgent },
    timeoutMs: limits.timeoutMs ?? TIMEOUT_MS,
    maxBytes: limits.maxBytes,
  } as const;
  try {
    const answer = await performRequest(options.dispatcher, request, options.clock, signal);
    if (answer.status !== 200) {
      throw new GatewayError('media_unreachable', `Discord's CDN answered HTTP ${answer.status}.`);
    }
    const contentType = (answer.header('content-type') ?? 'application/octet-stream').split(';')[0] ?? '';
    return { name: nameOf(url), contentType: contentType.trim(), bytes: answer.body };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.kind === 'too-large') {
      throw new GatewayError('media_invalid', `The file has more than ${limits.maxBytes} bytes.`);
    }
    const detail = options.redact(error.message);
    throw new GatewayError('media_unreachable', `Discord's CDN could not be read: ${detail}.`);
  }
}

/** The head of a file on the CDN, and its bytes as they come. */
export interface CdnAnswer {
  readonly status: 200 | 206 | 416;
  header(name: string): string | undefined;
  /** Must be read to its end, or destroyed. */
  readonly body: Readable;
}

/** How long the CDN may be silent in the middle of a file, in milliseconds. */
const SILENCE_MS = 60_000;

/**
 * Begins to read a file from Discord's CDN, without the account's token. A server that knows no ranges answers 200.
 * @throws GatewayError media_forbidden (another host), media_unreachable
 */
export async function openOnCdn(
  options: DownloadOptions,
  url: string,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<CdnAnswer> {
  refuseOtherHosts(options, url);
  const { origin, pathname, search } = new URL(cdnUrl(options.hosts, url));
  const headers = {
    'user-agent': options.userAgent,
    // An encoded body has other bytes than those that the range counts.
    'accept-encoding': 'identity',
    ...(range ? { range: rangeHeader(range) } : {}),
  };
  const limits = { headersTimeout: TIMEOUT_MS, bodyTimeout: SILENCE_MS };
  const call = { origin, path: pathname + search, method: 'GET', headers, signal, ...limits } as const;
  const answer = await options.dispatcher.request(call).catch((error: unknown) => {
    signal.throwIfAborted();
    const detail = options.redact(error instanceof Error ? error.message : String(error));
    throw new GatewayError('media_unreachable', `Discord's CDN could not be read: ${detail}.`);
  });
  const { statusCode: status, body } = answer;
  if (status === 200 || status === 206 || status === 416) {
    return { status, body, header: (name) => [answer.headers[name]].flat()[0] };
  }
  body.on('error', () => {});
  body.destroy();
  throw new GatewayError('media_unreachable', `Discord's CDN answered HTTP ${status}.`);
}

/** RFC 9110, section 14.1.2. */
function rangeHeader(range: ByteRange): string {
  return 'last' in range ? `bytes=-${range.last}` : `bytes=${range.start}-${range.end ?? ''}`;
}

function refuseOtherHosts({ hosts }: DownloadOptions, url: string): void {
  if (isCdnUrl(hosts, url)) return;
  throw new GatewayError('media_forbidden', "The link does not point to Discord's CDN.");
}

function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || 'file';
  } catch {
    return last || 'file';
  }
}
