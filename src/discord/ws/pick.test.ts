import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPayload } from './payload.ts';
import { pickMembers } from './pick.ts';

const parsed = (members: Map<string, Buffer> | undefined) =>
  members && Object.fromEntries([...members].map(([key, text]) => [key, JSON.parse(text.toString('utf8'))]));

describe('picking members of a JSON object', () => {
  it('finds what JSON.parse finds, whatever stands around it', () => {
    const plainKeys = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', '_', 'é'),
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        fc.dictionary(plainKeys, fc.jsonValue()),
        fc.constantFrom(undefined, 1, '\t'),
        (object, indent) => {
          const json = JSON.stringify(object, null, indent);
          const wanted = new Set(
            Object.keys(object).map((key) => Buffer.from(key, 'utf8').toString('latin1')),
          );
          const found = pickMembers(Buffer.from(json), wanted);
          expect([...(found?.values() ?? [])].map((text) => JSON.parse(text.toString('utf8')))).toEqual(
            Object.values(JSON.parse(json)),
          );
        },
      ),
    );
  });

  it('leaves out what is not wanted', () => {
    const text = Buffer.from('{"a":{"b":"}\\"{"},"b":[1,"]",{"b":2}],"c":null,"d":-1.5e3}');
    expect(parsed(pickMembers(text, new Set(['b', 'd'])))).toEqual({ b: [1, ']', { b: 2 }], d: -1500 });
  });

  it.each(['', '[]', '"x"', '{', '{"a"', '{"a":', '{"a" 1}', '{"a":1 "b":2}', '{"a":}', '{a:1}'])(
    'gives up on %s',
    (text) => {
      expect(pickMembers(Buffer.from(text), new Set(['a']))).toBeUndefined();
    },
  );

  it('never reads beyond the text, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', '1', ' ') }),
        (text) => {
          for (const part of pickMembers(Buffer.from(`{${text}`), new Set(['a']))?.values() ?? []) {
            expect(part.length).toBeLessThanOrEqual(text.length);
          }
        },
      ),
    );
  });
});

describe('a large READY', () => {
  const ready = (more: object) => ({
    t: 'READY',
    s: 1,
    op: 0,
    d: {
      v: 9,
      guilds: [{ name: 'x'.repeat(100_000) }],
      user: { id: '7', username: 'ä"}' },
      session_id: 'abc',
      ...more,
    },
  });

  it('is read as far as it is needed, without the rest', () => {
    const text = JSON.stringify(ready({ resume_gateway_url: 'wss://x.test' }));
    expect(readPayload(Buffer.from(text))).toEqual({
      op: 0,
      t: 'READY',
      s: 1,
      d: { user: { id: '7', username: 'ä"}' }, session_id: 'abc', resume_gateway_url: 'wss://x.test' },
    });
  });

  it('is an error when it is cut off', () => {
    const text = JSON.stringify(ready({}));
    expect(() => readPayload(Buffer.from(text.slice(0, -200)))).toThrow(SyntaxError);
  });
});
