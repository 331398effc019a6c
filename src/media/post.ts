import { request } from 'undici';
import { GatewayError } from '../core/errors.ts';
import { abortable } from './abortable.ts';
import { type AddressGate, createAddressGate } from './addresses.ts';
import { type Lookup, resolveLink, systemLookup } from './link.ts';
import { pinnedAgent } from './pinned-agent.ts';

/** Settings of the guarded post. */
export interface GuardedPostOptions {
  /** Networks (CIDR) or single addresses that may be called although they are not public. */
  readonly allowPrivate: readonly string[];
  /** Resolver of host names; default the machine's. */
  readonly lookup?: Lookup;
  /** Time for one call with its look-up, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/** A body to post; the signal ends the call early. */
export interface PostedBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Posts to addresses that callers named, never to a private one. */
export interface GuardedPost {
  /**
   * Posts once; redirects are not followed, and nothing of the answer but its status is kept.
   * @throws GatewayError media_forbidden, invalid_request; any other error is of the connection or the signal's reason
   */
  post(url: string, sent: PostedBody): Promise<{ readonly status: number }>;
  /**
   * Checks an address before work is taken that would end with a call to it.
   * @throws GatewayError media_forbidden (private), invalid_request (no URL, not http(s), host not found)
   */
  checkHook(url: string): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Longest address of a receiver, in characters. */
const LONGEST_URL = 2_048;

/** How much of an answer is read so that the connection ends in peace, in bytes. */
const MOST_ANSWER_BYTES = 65_536;

/**
 * Makes the post with the guard against calls into private networks: the host is resolved here, every address is
 * checked, and the connection goes to the checked addresses only. Calls never go through a proxy: behind one the
 * address could not be checked.
 * @throws GatewayError internal when `allowPrivate` holds something that is no network
 */
export function createGuardedPost(options: GuardedPostOptions): GuardedPost {
  const gate = createAddressGate(options.allowPrivate);
  const lookup = options.lookup ?? systemLookup;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return {
    async post(text, { headers, body, signal }) {
      const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const url = parseHook(text);
      const addresses = await addressesOf(url, lookup, gate, either);
      const agent = pinnedAgent(addresses);
      try {
        const sent = {
          method: 'POST',
          dispatcher: agent,
          headers: { ...headers },
          body,
          signal: either,
        } as const;
        const reply = await request(url, sent);
        reply.body.on('error', () => {});
        // The status is known: an answer that breaks off, or never ends, changes nothing.
        await reply.body.dump({ limit: MOST_ANSWER_BYTES }).catch(() => {});
        return { status: reply.statusCode };
      } finally {
        await agent.destroy();
      }
    },
    async checkHook(text) {
      await addressesOf(parseHook(text), lookup, gate, AbortSignal.timeout(timeoutMs));
    },
  };
}

function parseHook(text: string): URL {
  const url = text.length > LONGEST_URL ? null : URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalid('The callback is not a valid http or https address.', 'Write it as https://host/path.');
  }
  if (url.username === '' && url.password === '') return url;
  throw invalid('The callback carries a user name or password.', 'Put a secret into its path or query.');
}

async function addressesOf(
  url: URL,
  lookup: Lookup,
  gate: AddressGate,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    return await abortable(resolveLink(url, lookup, gate), signal);
  } catch (error) {
    throw inHookWords(url, error);
  }
}

/** The guard speaks of links to fetch; here it is about an address to call. */
function inHookWords(url: URL, error: unknown): unknown {
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
  if (isTimeout)
    return invalid(`The host ${url.hostname} of the callback was not found in time.`, CHECK_HOST);
  if (!(error instanceof GatewayError)) return error;
  if (error.code !== 'media_forbidden') {
    return invalid(`The host ${url.hostname} of the callback was not found.`, CHECK_HOST);
  }
  return new GatewayError(
    'media_forbidden',
    `The callback to ${url.host} leads to an address that is not public.`,
    {
      param: 'notifyHook',
      hint: 'Use a public address, or add the network to webhooks.allowPrivate.',
      cause: error,
    },
  );
}

const CHECK_HOST = 'Check the host name of the callback.';

function invalid(message: string, hint: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'notifyHook', hint });
}
