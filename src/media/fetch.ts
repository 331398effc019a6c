import { type Dispatcher, request } from 'undici';
import { GatewayError } from '../core/errors.ts';
import { abortable } from './abortable.ts';
import type { AddressGate } from './addresses.ts';
import { checkStart, type FileRules, tooLarge } from './file.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { SNIFFED_BYTES } from './kinds.ts';
import { type Lookup, nameOf, parseLink, resolveLink } from './link.ts';
import { pinnedAgent } from './pinned-agent.ts';

/** What a fetch needs beside the link. */
export interface FetchRules extends FileRules {
  readonly gate: AddressGate;
  readonly lookup: Lookup;
  /** Ends everything: the caller left, or the time is up. */
  readonly signal: AbortSignal;
}

/** The bytes behind a link, and how messages call where they came from. */
export interface Fetched {
  readonly origin: string;
  readonly bytes: Uint8Array;
}

type Reply = Dispatcher.ResponseData;
type Hop = Fetched | { readonly redirect: URL };

const MAX_REDIRECTS = 3;

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

const HEADERS = {
  accept: 'image/*',
  // An encoded body could unpack to any size; pictures gain nothing from it.
  'accept-encoding': 'identity',
  'user-agent': 'cordgate',
};

/**
 * Fetches a link, following redirects; each hop is checked as if the caller had named it.
 * @throws GatewayError media_unreachable, media_forbidden, media_invalid; any other error is of the connection or
 * the signal's reason
 */
export async function fetchLink(link: URL, rules: FetchRules): Promise<Fetched> {
  let url = link;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const hop = await fetchHop(url, rules);
    if (!('redirect' in hop)) return hop;
    url = hop.redirect;
  }
  throw unreachable(`${nameOf(link)} redirects more than ${MAX_REDIRECTS} times.`);
}

async function fetchHop(url: URL, rules: FetchRules): Promise<Hop> {
  const addresses = await abortable(resolveLink(url, rules.lookup, rules.gate), rules.signal);
  const agent = pinnedAgent(addresses);
  try {
    const reply = await request(url, { dispatcher: agent, headers: HEADERS, signal: rules.signal });
    // Destroying the agent below breaks a body that is not read to its end; that is no news.
    reply.body.on('error', () => {});
    return await readReply(url, reply, rules);
  } finally {
    await agent.destroy();
  }
}

async function readReply(url: URL, reply: Reply, rules: FetchRules): Promise<Hop> {
  const { statusCode, headers } = reply;
  const location = headers.location;
  if (REDIRECTS.includes(statusCode) && typeof location === 'string') {
    return { redirect: parseLink(location, url) };
  }
  const origin = nameOf(url);
  if (statusCode !== 200) throw unreachable(`${origin} answered with HTTP ${statusCode}.`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw unreachable(`${origin} answered with an encoded (compressed) body, which is not unpacked.`);
  }
  if (Number(headers['content-length'] ?? 0) > rules.maxBytes) throw tooLarge(origin, rules);
  return { origin, bytes: await readBody(origin, reply.body, rules) };
}

/** Counts what really comes: a declared length may be missing or a lie. */
async function readBody(origin: string, body: AsyncIterable<Buffer>, rules: FetchRules): Promise<Uint8Array> {
  const gathered = new GatheredBytes();
  for await (const chunk of body) {
    const before = gathered.size;
    if (before + chunk.length > rules.maxBytes) throw tooLarge(origin, rules);
    gathered.add(chunk);
    if (before < SNIFFED_BYTES) checkStart(origin, gathered.bytes(), rules);
  }
  return gathered.bytes();
}

const unreachable = (message: string) => new GatewayError('media_unreachable', message);
