import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { MediaLoader } from '../core/media.ts';
import { createAddressGate } from './addresses.ts';
import { fetchLink } from './fetch.ts';
import { toFile } from './file.ts';
import { type MediaKind, PICTURES } from './kinds.ts';
import { type Lookup, parseLink, systemLookup } from './link.ts';
import { createTurns } from './turns.ts';

/** Settings of the media loader. */
export interface MediaLoaderOptions {
  /** Networks (CIDR) or single addresses that links may reach although they are not public. */
  readonly allowPrivate: readonly string[];
  /** Largest file in bytes; default 20,000,000. */
  readonly maxBytes?: number;
  /** Time for one link with all its redirects, in milliseconds; default 20,000. */
  readonly timeoutMs?: number;
  /** Accepted kinds; default png, jpeg, webp and gif. */
  readonly kinds?: readonly MediaKind[];
  /** Resolver of host names; default the machine's. */
  readonly lookup?: Lookup;
  readonly clock: Clock;
}

/** Links that are fetched at a time, over all requests: each may hold a file in memory. */
const MOST_FETCHING = 8;

const DEFAULTS = { maxBytes: 20_000_000, timeoutMs: 20_000, kinds: PICTURES, lookup: systemLookup };

/**
 * The loader with the guard against links into private networks: each hop of a link is resolved here, every
 * address is checked, and the connection goes to the checked addresses only. Links are fetched directly, never
 * through a proxy: behind one the address could not be checked.
 * @throws GatewayError internal when `allowPrivate` holds something that is no network
 */
export function createMediaLoader(options: MediaLoaderOptions): MediaLoader {
  const settings = { ...DEFAULTS, ...options };
  const gate = createAddressGate(settings.allowPrivate);
  const turns = createTurns(MOST_FETCHING);

  async function loadLink(url: string, signal: AbortSignal) {
    const expiry = new AbortController();
    const cancel = settings.clock.after(settings.timeoutMs, () => expiry.abort(tooSlow(settings.timeoutMs)));
    try {
      const rules = { ...settings, gate, signal: AbortSignal.any([signal, expiry.signal]) };
      const { origin, bytes } = await fetchLink(parseLink(url), rules);
      return toFile(origin, bytes, settings);
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error);
    } finally {
      cancel();
    }
  }

  return {
    async load(source, signal) {
      signal.throwIfAborted();
      return source.type === 'link'
        ? turns.take(signal, () => loadLink(source.url, signal))
        : toFile('The file', source.bytes, settings);
    },
  };
}

const tooSlow = (timeoutMs: number) =>
  new GatewayError('media_unreachable', `A link was not fetched within ${timeoutMs / 1000} s.`);

/** A failed connection: system and TLS errors carry a code that says enough (ECONNREFUSED, CERT_HAS_EXPIRED). */
function explain(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
  return new GatewayError('media_unreachable', `A link could not be fetched${code}.`, { cause: error });
}
