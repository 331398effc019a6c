/** Links that callers name never lead into private networks, however the address is written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { createAddressGate } from '../../src/media/addresses.ts';
import { type Lookup, parseLink, resolveLink } from '../../src/media/link.ts';
import { createGuardedPost } from '../../src/media/post.ts';

const gate = createAddressGate([]);
/** Names resolve to a public host: what is refused was refused by its address. */
const lookup: Lookup = async () => ['8.8.8.8'];

async function verdict(link: string): Promise<string> {
  try {
    await resolveLink(parseLink(link), lookup, gate);
    return 'let through';
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

const octet = fc.nat(255);
const inside = (...parts: (number | fc.Arbitrary<number>)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'number' ? fc.constant(part) : part)));
const between = (min: number, max: number) => fc.integer({ min, max });

/** Forbidden networks of IPv4 (IANA, special-purpose address registry; clouds' metadata). */
const forbidden = fc.oneof(
  inside(0, octet, octet, octet),
  inside(10, octet, octet, octet),
  inside(100, between(64, 127), octet, octet),
  inside(127, octet, octet, octet),
  inside(169, 254, octet, octet),
  inside(172, between(16, 31), octet, octet),
  inside(192, 0, 0, octet),
  inside(192, 0, 2, octet),
  inside(192, 168, octet, octet),
  inside(198, between(18, 19), octet, octet),
  inside(198, 51, 100, octet),
  inside(203, 0, 113, octet),
  inside(between(224, 255), octet, octet, octet),
  inside(169, 254, 169, 254),
  inside(100, 100, 100, 200),
);

type Octets = readonly number[];
const whole = (octets: Octets) => octets.reduce((sum, part) => sum * 256 + part, 0);
const groups = (octets: Octets) => {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

/** Ways to write the host of an IPv4 address (WHATWG URL, "IPv4 parser"), and addresses of IPv6 that stand for it. */
const NOTATIONS: Record<string, (octets: Octets) => string> = {
  dotted: (octets) => octets.join('.'),
  'with a trailing dot': (octets) => `${octets.join('.')}.`,
  'one decimal number': (octets) => String(whole(octets)),
  'one hexadecimal number': (octets) => `0x${whole(octets).toString(16)}`,
  'one octal number': (octets) => `0${whole(octets).toString(8)}`,
  'octal parts': (octets) => octets.map((part) => `0${part.toString(8)}`).join('.'),
  'padded octal parts': (octets) => octets.map((part) => `0000${part.toString(8)}`).join('.'),
  'hexadecimal parts': (octets) => octets.map((part) => `0X${part.toString(16)}`).join('.'),
  'two parts': ([a = 0, ...rest]) => `${a}.${whole(rest)}`,
  'three parts': ([a = 0, b = 0, ...rest]) => `${a}.${b}.${whole(rest)}`,
  'full-width digits': (octets) =>
    octets.join('.').replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  'ideographic full stops': (octets) => octets.join('\u3002'),
  'percent-encoded': (octets) => octets.join('.').replace(/\d/g, (digit) => `%3${digit}`),
  'mapped IPv6': (octets) => `[::ffff:${octets.join('.')}]`,
  'mapped IPv6 in groups': (octets) => `[::ffff:${groups(octets)}]`,
  'written-out mapped IPv6': (octets) => `[0:0:0:0:0:ffff:${groups(octets)}]`,
  'compatible IPv6': (octets) => `[::${groups(octets)}]`,
  NAT64: (octets) => `[64:ff9b::${groups(octets)}]`,
  'local NAT64': (octets) => `[64:ff9b:1::${groups(octets)}]`,
  '6to4': (octets) => `[2002:${groups(octets)}::1]`,
  Teredo: (octets) => `[2001:0:808:808:0:0:${groups(octets.map((part) => 255 - part))}]`,
  'translated IPv6': (octets) => `[::ffff:0:${groups(octets)}]`,
};

describe('a forbidden address', () => {
  it.each(Object.entries(NOTATIONS))('is refused written as %s', async (_name, write) => {
    const port = fc.constantFrom('', ':80', ':8443', ':6379');
    await fc.assert(
      fc.asyncProperty(forbidden, port, fc.constantFrom('http', 'HTTPS'), async (octets, at, scheme) => {
        const code = await verdict(`${scheme}://${write(octets)}${at}/a.png`);
        // What is no host at all is refused as well, though not as a private one.
        expect(['media_forbidden', 'media_unreachable']).toContain(code);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused as a callback, in every notation', async () => {
    const { checkHook } = createGuardedPost({ allowPrivate: [], lookup });
    await fc.assert(
      fc.asyncProperty(forbidden, fc.constantFrom(...Object.values(NOTATIONS)), async (octets, write) => {
        await expect(checkHook(`http://${write(octets)}/hook`)).rejects.toMatchObject({ status: 400 });
      }),
      { numRuns: 100 },
    );
  });

  it('is refused behind a name', async () => {
    await fc.assert(
      fc.asyncProperty(forbidden, async (octets) => {
        const behind: Lookup = async () => ['8.8.8.8', octets.join('.')];
        const work = resolveLink(new URL('https://name.example/'), behind, gate);
        await expect(work).rejects.toMatchObject({ code: 'media_forbidden' });
      }),
    );
  });
});

describe('a link', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://8.8.8.8/a.png',
    'gopher://8.8.8.8/_x',
    'data:text/html,x',
    'javascript:alert(1)',
    'ws://8.8.8.8/',
    'http://user@8.8.8.8/',
    'http://user:password@8.8.8.8/',
    'http://8.8.8.8@127.0.0.1/',
    'http://[::1',
    'http://[fd00:ec2::254]/latest/meta-data',
    'http://[fe80::1%25eth0]/',
    'http://127.0.0.1#@8.8.8.8/',
    'http://127.0.0.1\\@8.8.8.8/',
    'http:\\\\127.0.0.1/',
    'http:127.0.0.1/',
    '  http://127.0.0.1/  ',
    'h\nttp://127.0.0.1/',
    'http://127.0.0.1\t/',
    'http://0/',
    'http://0x/',
    'http://127.000.000.001/',
  ])('like %j is refused', async (link) => {
    expect(['media_forbidden', 'media_unreachable']).toContain(await verdict(link));
  });

  it('to a public host is let through, written in any way', async () => {
    for (const write of ['dotted', 'one decimal number', 'mapped IPv6', 'NAT64'].map(
      (name) => NOTATIONS[name],
    )) {
      expect(await verdict(`https://${write?.([8, 8, 4, 4])}/a.png`)).toBe('let through');
    }
  });
});
