import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { MediaFile } from '../core/media.ts';
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
  if (!isCdnUrl(options.hosts, url)) {
    throw new GatewayError('media_forbidden', "The link does not point to Discord's CDN.");
  }
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

function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || 'file';
  } catch {
    return last || 'file';
  }
}
