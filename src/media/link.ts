import { lookup as lookupAll } from 'node:dns/promises';
import { isIP } from 'node:net';
import { GatewayError } from '../core/errors.ts';
import type { AddressGate } from './addresses.ts';

/** Gives all addresses of a host name, in the order in which they should be tried. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

/** The resolver of the machine (/etc/hosts and DNS). */
export const systemLookup: Lookup = async (hostname) =>
  (await lookupAll(hostname, { all: true })).map((entry) => entry.address);

/** What a message may say of a link: never its path and query, which may hold a signature or a password. */
export const nameOf = (url: URL) => `The link ${url.protocol}//${url.host}`;

/**
 * Reads a link; relative ones against `base`, as redirects carry them.
 * @throws GatewayError media_unreachable: no URL, not http(s), or with user name and password
 */
export function parseLink(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url) throw unusable('A link is not a valid URL.', 'Write it in full: https://host/path.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw unusable(
      `A link begins with ${url.protocol.slice(0, 20)}`,
      'Use an http or https link, or base64.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw unusable(`${nameOf(url)} carries a user name or password.`, 'Leave them out, or send base64.');
  }
  return url;
}

const unusable = (message: string, hint: string) => new GatewayError('media_unreachable', message, { hint });

/**
 * The addresses of a link's host, every one of them let through by the gate: one forbidden address condemns the
 * name, since the order in which they are tried is not ours alone.
 * @throws GatewayError media_forbidden, media_unreachable (the name does not resolve)
 */
export async function resolveLink(url: URL, lookup: Lookup, gate: AddressGate): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await lookupOrRefuse(url, host, lookup);
  if (addresses.every(gate)) return addresses;
  throw new GatewayError('media_forbidden', `${nameOf(url)} points to an address that is not public.`);
}

async function lookupOrRefuse(url: URL, host: string, lookup: Lookup): Promise<readonly string[]> {
  const addresses = await lookup(host).catch((cause: unknown) => {
    throw unresolved(url, cause);
  });
  if (addresses.length === 0) throw unresolved(url, undefined);
  return addresses;
}

const unresolved = (url: URL, cause: unknown) =>
  new GatewayError('media_unreachable', `The host name ${url.hostname} of a link was not found.`, {
    hint: 'Check the host name of the link, or send the file as base64.',
    cause,
  });
