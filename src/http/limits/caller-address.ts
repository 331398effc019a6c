import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { createAddressCheck } from '../addresses.ts';

/**
 * Finds the address of a caller: that of the socket, or the one its proxy names. `forwarded` is the header
 * `X-Forwarded-For`. Undefined when a trusted proxy names none that can be read.
 */
export type AddressOf = (socket: string | undefined, forwarded?: string | string[]) => string | undefined;

/** Longest header that is looked at, in characters: a chain of proxies is short. */
const LONGEST_CHAIN = 4_096;

/**
 * Prepares the look-up of callers' addresses. Each proxy writes behind the others who came to it; the chain is walked
 * from its end for as long as whoever wrote is one of `trustProxies`, since all that stands before may be made up.
 * @param trustProxies CIDR ranges or single addresses
 */
export function createAddressOf(trustProxies: readonly string[]): AddressOf {
  if (trustProxies.length === 0) return (socket) => plain(socket ?? '');
  const isTrusted = createAddressCheck(trustProxies);
  return (socket, forwarded = '') => {
    const chain = [forwarded].flat().join(',').slice(-LONGEST_CHAIN).split(',');
    let address = plain(socket ?? '');
    while (address !== undefined && isTrusted(address) && chain.length > 0) {
      const written = chain.pop()?.trim() ?? '';
      if (written === '' && chain.length === 0) return address;
      address = plain(written);
    }
    return address;
  };
}

/** An address without port, brackets and the IPv6 dress of IPv4; undefined when it is none. */
function plain(written: string): string | undefined {
  const bare =
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(written)?.[1] ?? written.replace(/^([\d.]+):\d{1,5}$/, '$1');
  return isIP(bare) === 0 ? undefined : ipaddr.process(bare).toString();
}

/** Under which name an address is counted: of IPv6 the network of one line (/64), which has more addresses than memory. */
export function countedAs(address: string | undefined): string {
  if (address === undefined || isIP(address) === 0) return 'unknown';
  const parsed = ipaddr.parse(address);
  if (!(parsed instanceof ipaddr.IPv6)) return address;
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
