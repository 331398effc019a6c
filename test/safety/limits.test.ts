import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketShelf } from '../../src/http/limits/bucket-shelf.ts';
import { countedAs, createAddressOf } from '../../src/http/limits/caller-address.ts';
import { type LimitSettings, RequestLimits } from '../../src/http/limits/request-limits.ts';
import { StreamGate } from '../../src/http/limits/stream-gate.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('a bucket', () => {
  it('gives as many as it holds, then one for each part of a minute', async () => {
    const clock = new FakeClock();
    const shelf = new BucketShelf(clock, 10);
    const taken = Array.from({ length: 7 }, () => shelf.take('a', 6).isGranted);
    expect(taken).toEqual([true, true, true, true, true, true, false]);
    expect(shelf.take('a', 6).waitMs).toBe(10_000);
    await clock.advance(9_999);
    expect(shelf.take('a', 6).isGranted).toBe(false);
    await clock.advance(1);
    expect(shelf.take('a', 6).isGranted).toBe(true);
    expect(shelf.take('a', 6).isGranted).toBe(false);
  });

  it('never gives more than twice its content in any minute, and always after the wait it names', async () => {
    const step = fc.record({ pauseMs: fc.nat(20_000), times: fc.integer({ min: 1, max: 20 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 97 }),
        fc.array(step, { maxLength: 30 }),
        async (most, steps) => {
          const clock = new FakeClock();
          const shelf = new BucketShelf(clock, 10);
          const granted: number[] = [];
          for (const { pauseMs, times } of steps) {
            await clock.advance(pauseMs);
            for (let time = 0; time < times; time++) {
              const taking = shelf.take('a', most);
              if (taking.isGranted) granted.push(clock.now());
              else expect(taking.waitMs).toBeGreaterThan(0);
            }
          }
          for (const from of granted) {
            expect(granted.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(
              2 * most,
            );
          }
          const wait = shelf.look('a', most).waitMs;
          await clock.advance(Math.ceil(wait));
          expect(shelf.take('a', most).isGranted).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is forgotten when it is full, and when too many others are used', async () => {
    const clock = new FakeClock();
    const shelf = new BucketShelf(clock, 100);
    for (let index = 0; index < 10_000; index++) shelf.take(`attacker ${index}`, 60);
    expect(shelf.size).toBe(100);
    await clock.advance(60_000);
    shelf.take('next', 60);
    expect(shelf.size).toBe(1);
  });
});

const SETTINGS: LimitSettings = {
  requestsPerMinute: 3,
  addressPerMinute: 0,
  failedKeysPerMinute: 2,
  streams: 1,
};
const caller = (id: string) => ({ id, admin: false, bots: ['*'] });
const makeLimits = (settings: Partial<LimitSettings>, own: Record<string, number> = {}) =>
  new RequestLimits({ ...SETTINGS, ...settings }, new FakeClock(), (name) => own[name]);

describe('the limits of requests', () => {
  it('count each key for itself, and what a key says goes before the setting', () => {
    const limits = makeLimits({}, { vip: 5, free: 0 });
    const many = (id: string) => {
      let count = 0;
      try {
        for (; count < 50; count++) limits.admitCaller(caller(id), '1.2.3.4');
      } catch (error) {
        expect(error).toMatchObject({ code: 'too_many_requests', status: 429 });
      }
      return count;
    };
    expect({ plain: many('plain'), other: many('other'), vip: many('vip'), free: many('free') }).toEqual({
      plain: 3,
      other: 3,
      vip: 5,
      free: 50,
    });
  });

  it('know callers without a key by their address', () => {
    const limits = makeLimits({ requestsPerMinute: 1 });
    limits.admitCaller(caller(''), '1.1.1.1');
    limits.admitCaller(caller(''), '2.2.2.2');
    expect(() => limits.admitCaller(caller(''), '1.1.1.1')).toThrow('server.limits.requestsPerMinute');
  });

  it('name the limit and the wait', () => {
    const limits = makeLimits({ addressPerMinute: 1 });
    limits.admitAddress('1.1.1.1');
    const error = caught(() => limits.admitAddress('1.1.1.1'));
    expect(error).toMatchObject({ code: 'too_many_requests', retryAfterMs: 60_000 });
    expect(String(error)).toContain('server.limits.addressPerMinute');
  });

  it('shut out an address that brings wrong keys, and no other', () => {
    const limits = makeLimits({});
    for (let times = 0; times < 2; times++) limits.noteFailedKey('6.6.6.6');
    expect(String(caught(() => limits.admitAddress('6.6.6.6')))).toContain('failedKeysPerMinute');
    expect(limits.admitAddress('7.7.7.7')).toBeUndefined();
  });
});

const caught = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return expect.unreachable('It went well.');
};

describe('the gate of streams', () => {
  it('lets in as many as it may, and one more for each that left, counted once', () => {
    const gate = new StreamGate(2);
    const leave = gate.enter();
    gate.enter();
    expect(() => gate.enter()).toThrow('server.limits.streams');
    leave();
    leave();
    gate.enter();
    expect(() => gate.enter()).toThrow('server.limits.streams');
    expect(gate.open).toBe(2);
  });
});

describe('the address of a caller', () => {
  const behind = createAddressOf(['10.0.0.0/8', '::1']);
  it.each([
    ['a stranger who writes the header himself', '9.9.9.9', '1.1.1.1', '9.9.9.9'],
    ['one proxy', '10.0.0.1', '8.8.8.8', '8.8.8.8'],
    ['a caller who made up what stands before', '10.0.0.1', '127.0.0.1, 8.8.8.8', '8.8.8.8'],
    ['two proxies', '10.0.0.1', '6.6.6.6, 8.8.8.8, 10.0.0.2', '8.8.8.8'],
    ['nobody but proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['no header', '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty header', '10.0.0.1', ' ', '10.0.0.1'],
    ['a port', '10.0.0.1', '8.8.8.8:4711', '8.8.8.8'],
    ['IPv6 with a port', '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['IPv6', '::1', '2001:DB8:0::1', '2001:db8::1'],
    ['a socket in IPv6 dress', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '8.8.8.8'],
    ['no address', '10.0.0.1', 'unknown', undefined],
    ['a host in octal digits', '10.0.0.1', '0177.0.0.1', undefined],
    ['a host in one number', '10.0.0.1', '2130706433', undefined],
    ['something between commas', '10.0.0.1', '8.8.8.8,,', undefined],
    ['several header lines', '10.0.0.1', ['6.6.6.6', '8.8.8.8'], '8.8.8.8'],
    ['no socket', undefined, '8.8.8.8', undefined],
  ])('behind %s', (_what, socket, header, address) => {
    expect(behind(socket, header)).toBe(address);
  });

  it('is that of the socket where no proxy is trusted', () => {
    expect(createAddressOf([])('9.9.9.9', '1.1.1.1')).toBe('9.9.9.9');
  });

  it('is an address or nothing, whatever the header holds, and never one that a stranger wrote', () => {
    const written = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('unknown', ',', '::', '[::1]:x'),
    );
    fc.assert(
      fc.property(fc.array(written, { maxLength: 8 }), (parts) => {
        const address = behind('10.0.0.1', [...parts, '8.8.4.4'].join(', '));
        expect(address).toBe('8.8.4.4');
        expect(behind('9.9.9.9', parts.join(','))).toBe('9.9.9.9');
        expect(() => countedAs(behind('10.0.0.1', parts.join(',')))).not.toThrow();
      }),
    );
  });

  it('counts IPv6 by its line', () => {
    expect(countedAs('2001:db8:1:2:3:4:5:6')).toBe(countedAs('2001:db8:1:2::9'));
    expect(countedAs('2001:db8:1:2::9')).not.toBe(countedAs('2001:db8:1:3::9'));
    expect(countedAs('8.8.8.8')).toBe('8.8.8.8');
    expect(countedAs(undefined)).toBe('unknown');
  });
});
