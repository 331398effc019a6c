import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { createAddressGate } from '../../src/media/addresses.ts';

const FORBIDDEN: readonly (readonly [what: string, addresses: readonly string[]])[] = [
  ['this host', ['0.0.0.0', '0.1.2.3', '::']],
  ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
  [
    'private networks',
    ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
  ],
  ['link-local', ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
  ['cloud metadata', ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
  [
    'broadcast and reserved',
    ['255.255.255.255', '240.0.0.1', '192.0.0.1', '192.88.99.1', '4000::1', 'fec0::1'],
  ],
  ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
  ['benchmarking', ['198.18.0.1', '198.19.255.255', '2001:2::1']],
  ['mapped IPv4', ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '::ffff:10.0.0.1']],
  ['NAT64 of private IPv4', ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::8.8.8.8']],
  [
    '6to4, Teredo, compatible',
    ['2002:7f00:1::', '2002:808:808::1', '2001:0:808:808::1', '::127.0.0.1', '::8.8.8.8'],
  ],
  ['translated IPv4', ['::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8']],
  ['discard and segment routing', ['100::1', '5f00::1']],
  ['no address at all', ['', 'localhost', '1.2.3.4.5', '8.8.8.8/32', '12345::', 'example.org']],
];

const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '169.253.255.255',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
];

const octet = fc.nat(255);
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));

describe('createAddressGate', () => {
  const gate = createAddressGate([]);

  it.each(FORBIDDEN.flatMap(([what, addresses]) => addresses.map((address) => [what, address] as const)))(
    'refuses %s: %s',
    (_what, address) => expect(gate(address)).toBe(false),
  );

  it.each(PUBLIC)('lets through %s', (address) => expect(gate(address)).toBe(true));

  it('refuses every address of a private network in every notation', () => {
    const inside = fc.oneof(
      fc.tuple(fc.constantFrom('10', '127', '0'), octet, octet, octet),
      fc.tuple(fc.constantFrom('192.168', '169.254', '172.16', '172.31', '100.64', '198.18'), octet, octet),
    );
    fc.assert(
      fc.property(inside, fc.constantFrom('', '::ffff:', '64:ff9b::', '::ffff:0:', '::'), (parts, prefix) => {
        expect(gate(prefix + parts.join('.'))).toBe(false);
      }),
    );
  });

  it('judges an address that stands for an IPv4 host exactly like that host', () => {
    fc.assert(
      fc.property(ipv4, fc.constantFrom('::ffff:', '64:ff9b::'), (address, prefix) => {
        expect(gate(prefix + address)).toBe(gate(address));
      }),
    );
  });

  it('lets no IPv6 address through that lies outside of global unicast, but for those of public IPv4 hosts', () => {
    const group = fc.nat(0xffff).map((part) => part.toString(16));
    const outside = fc
      .tuple(
        fc.nat(0xffff).filter((first) => first >> 13 !== 1 && first !== 0 && first !== 0x64),
        fc.array(group, { minLength: 7, maxLength: 7 }),
      )
      .map(([first, rest]) => [first.toString(16), ...rest].join(':'));
    fc.assert(
      fc.property(outside, (address) => {
        expect(gate(address)).toBe(false);
      }),
    );
  });

  it('never throws, whatever it is asked', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        expect(typeof gate(text)).toBe('boolean');
      }),
    );
  });

  it('lets through what allowPrivate names, in any notation, and nothing beside it', () => {
    const open = createAddressGate(['127.0.0.0/8', '10.1.2.3', 'fd00::/16']);
    for (const address of [
      '127.0.0.1',
      '::ffff:127.9.9.9',
      '64:ff9b::10.1.2.3',
      '10.1.2.3',
      'fd00::7',
      '8.8.8.8',
    ])
      expect(open(address), address).toBe(true);
    for (const address of ['10.1.2.4', '::1', 'fd01::7', '169.254.169.254', '::ffff:10.1.2.4'])
      expect(open(address), address).toBe(false);
  });

  it('says which entry of allowPrivate is no network', () => {
    const open = () => createAddressGate(['10.0.0.0/8', '10.0.0.0/33']);
    expect(open).toThrow(GatewayError);
    expect(open).toThrow('"10.0.0.0/33"');
  });
});
