import ipaddr from 'ipaddr.js';
import { GatewayError } from '../core/errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** Global unicast, the only part of IPv6 where public hosts live (RFC 4291, section 2.4). */
const GLOBAL_UNICAST: Network = ipaddr.parseCIDR('2000::/3');

/** The well-known prefix behind which NAT64 puts every IPv4 host (RFC 6052). */
const NAT64: Network = ipaddr.parseCIDR('64:ff9b::/96');

/** Azure's host agent: inside a public range, yet reached from every machine of that cloud, with credentials. */
const CLOUD_AGENTS: readonly Network[] = [ipaddr.parseCIDR('168.63.129.16/32')];

/** IPv4-compatible notation: the library would read it as a mapped address, while the system does not (RFC 4291). */
const IPV4_COMPATIBLE = /^::\d+\./;

/** Decides about an IP address in text form; anything that is no IP address is refused. */
export type AddressGate = (address: string) => boolean;

/**
 * A gate that lets through public addresses, and those inside `allowPrivate`.
 * @param allowPrivate networks as CIDR, or single addresses
 * @throws GatewayError internal when an entry is neither
 */
export function createAddressGate(allowPrivate: readonly string[]): AddressGate {
  const allowed = allowPrivate.map(parseNetwork);
  return (text) => {
    if (!ipaddr.isValid(text) || IPV4_COMPATIBLE.test(text)) return false;
    const address = ipaddr.parse(text);
    const reached = embedded(address) ?? address;
    return isPublic(reached) || [address, reached].some((each) => isInside(each, allowed));
  };
}

function parseNetwork(text: string): Network {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) {
    throw new GatewayError('internal', `"${text}" of webhooks.allowPrivate is no network.`, {
      hint: 'Write a network as 10.0.0.0/8 or fd00::/8.',
    });
  }
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/**
 * The IPv4 host that an IPv6 address stands for. 6to4, Teredo, IPv4-compatible and local NAT64 addresses are not
 * unwrapped but refused as a whole: no public picture lives there.
 */
function embedded(address: Address): ipaddr.IPv4 | undefined {
  if (!(address instanceof ipaddr.IPv6)) return undefined;
  if (!address.isIPv4MappedAddress() && !isInside(address, [NAT64])) return undefined;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || isInside(address, CLOUD_AGENTS)) return false;
  return address.kind() === 'ipv4' || isInside(address, [GLOBAL_UNICAST]);
}

function isInside(address: Address, networks: readonly Network[]): boolean {
  return networks.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
}
