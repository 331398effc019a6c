import { constants, createDeflate } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Inflater, type InflateSink, inflateByStream, inflateInPlace } from './inflate.ts';

const ways: [string, (sink: InflateSink) => Inflater | undefined][] = [
  ['in place', inflateInPlace],
  ['by stream', inflateByStream],
];

/** Compresses messages like Discord: one stream, a sync flush behind each. */
async function compress(messages: readonly string[]): Promise<Buffer[]> {
  const stream = createDeflate();
  const frames: Buffer[] = [];
  let pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  for (const message of messages) {
    stream.write(message);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
    frames.push(Buffer.concat(pieces));
    pieces = [];
  }
  return frames;
}

function collector() {
  const messages: string[] = [];
  const errors: Error[] = [];
  const sink: InflateSink = {
    message: (bytes) => messages.push(bytes.toString('utf8')),
    failed: (error) => errors.push(error),
  };
  return { messages, errors, sink };
}

describe.each(ways)('inflating %s', (_, make) => {
  it('gives back every message whole and in order, however the frames were torn', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 });
    const cases = fc.tuple(fc.array(text, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 90 }));
    await fc.assert(
      fc.asyncProperty(cases, async ([sent, size]) => {
        const { messages, sink } = collector();
        const inflater = make(sink);
        for (const frame of await compress(sent)) {
          for (let at = 0; at < frame.length; at += size) inflater?.write(frame.subarray(at, at + size));
        }
        await expect.poll(() => messages.length, { interval: 1 }).toBe(sent.length);
        inflater?.close();
        expect(messages).toEqual(sent);
      }),
      { numRuns: 40 },
    );
  });

  it('unpacks messages of many megabytes', async () => {
    const { messages, sink } = collector();
    const inflater = make(sink);
    const sent = ['{"a":1}', `{"b":"${'0123456789äöü'.repeat(400_000)}"}`, '{"c":3}'];
    for (const frame of await compress(sent)) inflater?.write(frame);
    await expect.poll(() => messages.length).toBe(3);
    expect(messages.every((message, index) => message === sent[index])).toBe(true);
    inflater?.close();
  });

  it('reports a damaged stream once, and delivers nothing after it', async () => {
    const { messages, errors, sink } = collector();
    const inflater = make(sink);
    const [good] = await compress(['{"a":1}']);
    inflater?.write(good ?? Buffer.alloc(0));
    inflater?.write(Buffer.from([0xff, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff]));
    inflater?.write(good ?? Buffer.alloc(0));
    await expect.poll(() => errors.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(messages).toEqual(['{"a":1}']);
    expect(errors).toHaveLength(1);
    inflater?.close();
    inflater?.write(good ?? Buffer.alloc(0));
  });

  it('keeps two connections apart', async () => {
    const [left, right] = [collector(), collector()];
    const [first, second] = [make(left.sink), make(right.sink)];
    const [a = Buffer.alloc(0)] = await compress(['left '.repeat(50)]);
    const [b = Buffer.alloc(0)] = await compress(['right '.repeat(50)]);
    first?.write(a.subarray(0, 9));
    second?.write(b.subarray(0, 12));
    first?.write(a.subarray(9));
    second?.write(b.subarray(12));
    await expect.poll(() => left.messages.length + right.messages.length).toBe(2);
    expect([left.messages[0], right.messages[0]]).toEqual(['left '.repeat(50), 'right '.repeat(50)]);
    first?.close();
    second?.close();
  });
});

describe('this Node', () => {
  it('offers the fast way', () => {
    expect(inflateInPlace(collector().sink)).toBeDefined();
  });
});
