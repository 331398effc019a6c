import ipaddr from 'ipaddr.js';
import { GatewayError } from '../core/errors.ts';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Prepares the check of `server.allowIps`: CIDR ranges or single addresses; an empty list admits all. IPv6
 * addresses that carry an IPv4 one (`::ffff:10.0.0.1`) count as that one, on both sides.
 * @throws Error when an entry is no address and no range
 */
export function createAddressCheck(allowIps: readonly string[]): (address: string | undefined) => boolean {
  if (allowIps.length === 0) return () => true;
  const ranges = allowIps.map(parseRange);
  return (address) => {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
  };
}

/** The error for a caller whose address is not admitted. */
export function addressRefused(): GatewayError {
  return new GatewayError('address_not_allowed', 'Your address is not on the allow list of this gateway.');
}

function parseRange(text: string): Range {
  if (!text.includes('/')) {
    const single = ipaddr.process(text);
    return [single, single.kind() === 'ipv4' ? 32 : 128];
  }
  const [base, bits] = ipaddr.parseCIDR(text);
  if (base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && bits >= 96) {
    return [base.toIPv4Address(), bits - 96];
  }
  return [base, bits];
}
