/** Composition: how the pictures of bots are fetched, each by the way that leads to it. */
import type { Account } from './accounts.ts';
import { GatewayError } from './core/errors.ts';
import type { MediaFile, MediaLoader } from './core/media.ts';
import { type DiscordHosts, isCdnUrl } from './discord/hosts.ts';
import { toFile } from './media/file.ts';
import { PICTURES } from './media/kinds.ts';

/** What the loader of bots' pictures is made of. */
export interface PictureSources {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly hosts: DiscordHosts;
  /** The guarded loader, for links that lead elsewhere. */
  readonly media: MediaLoader;
}

const RULES = { kinds: PICTURES, maxBytes: 20_000_000 };
const TIMEOUT_MS = 30_000;

/**
 * The loader of bots' pictures: links to Discord's CDN go the way of an account, through the proxy if there is one;
 * all others pass the guard against private addresses.
 */
export function createPictureLoader({ accounts, hosts, media }: PictureSources): MediaLoader {
  return {
    async load(source, signal) {
      const [account] = accounts.values();
      if (source.type !== 'link' || account === undefined || !isCdnUrl(hosts, source.url)) {
        return media.load(source, signal);
      }
      const { bytes } = await downloadTwice(account, source.url, signal);
      return toFile("The file on Discord's CDN", bytes, RULES);
    },
  };
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
