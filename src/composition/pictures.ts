/** Composition: how the pictures of bots are fetched, each by the way that leads to it. */
import { buffer } from 'node:stream/consumers';
import { GatewayError } from '../core/errors.ts';
import type { Copies } from '../core/keeping.ts';
import type { MediaFile, MediaLoader, MediaSource } from '../core/media.ts';
import { type DiscordHosts, isCdnUrl } from '../discord/hosts.ts';
import { toFile } from '../media/file.ts';
import { PICTURES } from '../media/kinds.ts';
import type { Account } from './accounts.ts';

/** What the loader of bots' pictures is made of. */
export interface PictureSources {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly hosts: DiscordHosts;
  /** The guarded loader, for links that lead elsewhere. */
  readonly media: MediaLoader;
  /** The gateway's own copies, where it keeps any. */
  readonly copies?: Copies | undefined;
}

const RULES = { kinds: PICTURES, maxBytes: 20_000_000 };
const TIMEOUT_MS = 30_000;

/**
 * The loader of bots' pictures: the gateway's own copy is read where there is one; links to Discord's CDN go the way of
 * an account, through the proxy if there is one; all others pass the guard against private addresses.
 */
export function createPictureLoader({ accounts, hosts, media, copies }: PictureSources): MediaLoader {
  return {
    async load(source, signal) {
      const copy = await bytesOfCopy(copies, source, signal);
      if (copy) return toFile('The copy', copy, RULES);
      const [account] = accounts.values();
      if (source.type !== 'link' || account === undefined || !isCdnUrl(hosts, source.url)) {
        return media.load(source, signal);
      }
      const { bytes } = await downloadTwice(account, source.url, signal);
      return toFile("The file on Discord's CDN", bytes, RULES);
    },
  };
}

/** Undefined where there is no copy, or none that can be read now. */
async function bytesOfCopy(
  copies: Copies | undefined,
  source: MediaSource,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (copies === undefined || source.type !== 'link' || source.kept === undefined) return undefined;
  try {
    const head = await copies.find(source.kept, signal);
    if (head === undefined || head.size > RULES.maxBytes) return undefined;
    const body = await copies.read(head.name, { start: 0, end: head.size - 1 }, signal);
    return body && (await buffer(body));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** A drawn picture was paid for, and Discord's CDN may not know a new file for a moment: one more try is worth it. */
async function downloadTwice({ client }: Account, url: string, signal: AbortSignal): Promise<MediaFile> {
  const limits = { maxBytes: RULES.maxBytes, timeoutMs: TIMEOUT_MS };
  try {
    return await client.downloadFromCdn(url, limits, signal);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'media_unreachable') throw error;
    return client.downloadFromCdn(url, limits, signal);
  }
}
