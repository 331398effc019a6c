/** Whatever others write is read, or refused; it never breaks the reader. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import type { Message } from '../../src/core/discord.ts';
import { readRefusal, refusalError } from '../../src/discord/rest/errors.ts';
import { readEvent } from '../../src/discord/watch/events.ts';
import { readInteractionEvent } from '../../src/discord/watch/interaction-events.ts';
import { createInflater } from '../../src/discord/ws/inflate.ts';
import { INITIAL_STATE, type MachineInput, step } from '../../src/discord/ws/machine.ts';
import { readPayload } from '../../src/discord/ws/payload.ts';
import { EMPTY_ANSWER, mediaOf, takeMessage, textOf } from '../../src/drivers/coze/answer.ts';
import { parseMessage as parseMidjourney } from '../../src/drivers/midjourney/parse.ts';
import { parseMessage as parsePika } from '../../src/drivers/pika/parse.ts';
import { describeMistake, PICTURES, sniff, VIDEOS } from '../../src/media/kinds.ts';
import { SAMPLE } from './sample-config.ts';

// Little work, but on a busy machine it has to wait for its turn.
vi.setConfig({ testTimeout: 120_000 });

const json = fc.jsonValue({ maxDepth: 3 });
const snowflake = fc.bigInt({ min: 1n, max: 2n ** 63n }).map(String);
const RUNS = { numRuns: 400 };

/** A message in which some fields are as they should be, and some are anything. */
const strange = (usual: fc.Arbitrary<unknown>) => fc.oneof({ weight: 3, arbitrary: usual }, json);
const words = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom(
    '**a cat** - <@1> (46%) (fast)',
    '**',
    '**a** - (Waiting to start)',
    '<@1>',
    '```',
    '(100%)',
  ),
);
const link = fc.constantFrom(
  'https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3&',
  'https://',
  'x',
);
const attachment = fc.record(
  { id: strange(snowflake), filename: strange(words), url: strange(link), content_type: strange(words) },
  { requiredKeys: [] },
);
const embed = fc.record(
  {
    title: strange(words),
    description: strange(words),
    image: strange(fc.record({ url: link })),
    footer: strange(fc.record({ text: words })),
    fields: strange(fc.array(fc.record({ name: words, value: words }), { maxLength: 2 })),
  },
  { requiredKeys: [] },
);
const button = fc.record(
  {
    type: strange(fc.constant(2)),
    custom_id: strange(words),
    label: strange(words),
    emoji: json,
    style: json,
  },
  { requiredKeys: [] },
);
const row = fc.record({
  type: strange(fc.constant(1)),
  components: strange(fc.array(strange(button), { maxLength: 3 })),
});
const list = (of: fc.Arbitrary<unknown>) => strange(fc.array(strange(of), { maxLength: 3 }));
const message = fc.record(
  {
    id: snowflake,
    channel_id: snowflake,
    author: strange(fc.record({ id: snowflake, bot: fc.boolean() })),
    content: strange(words),
    timestamp: strange(fc.constant('2026-06-02T10:00:00.000000+00:00')),
    edited_timestamp: json,
    nonce: json,
    type: json,
    flags: json,
    attachments: list(attachment),
    embeds: list(embed),
    components: list(row),
    mentions: list(fc.record({ id: snowflake })),
    message_reference: strange(fc.record({ message_id: snowflake })),
    referenced_message: json,
    interaction_metadata: json,
    interaction: json,
  },
  { requiredKeys: ['id', 'channel_id'] },
);

/** The message as it reaches drivers, if it does. */
function received(value: unknown): Message | undefined {
  const [change] = readEvent('MESSAGE_CREATE', value)?.changes ?? [];
  return change && 'message' in change ? change.message : undefined;
}

describe('messages of Discord', () => {
  it('of any content are read by every driver', () => {
    fc.assert(
      fc.property(message, (value) => {
        const seen = received(value);
        if (seen === undefined) return;
        parseMidjourney(seen);
        parsePika(seen, ['a cat']);
        const answer = takeMessage(EMPTY_ANSWER, seen, {
          botUserId: '1',
          promptIds: new Set(),
          unsettled: false,
        });
        textOf(answer);
        mediaOf(answer);
      }),
      { numRuns: 1_500 },
    );
  });

  it.each([
    'MESSAGE_CREATE',
    'MESSAGE_UPDATE',
    'MESSAGE_DELETE',
    'MESSAGE_DELETE_BULK',
    'TYPING_START',
    'INTERACTION_CREATE',
    'INTERACTION_FAILURE',
    'INTERACTION_MODAL_CREATE',
    'INTERACTION_IFRAME_MODAL_CREATE',
  ])('events %s of any content are read or left alone', (event) => {
    const fields = fc.dictionary(
      fc.constantFrom('id', 'ids', 'channel_id', 'user_id', 'nonce', 'components', 'application'),
      strange(snowflake),
    );
    fc.assert(
      fc.property(fc.oneof(json, fields), (data) => {
        readEvent(event, data);
        readInteractionEvent(event, data);
      }),
      RUNS,
    );
  });
});

describe('frames of the gateway socket', () => {
  it('of any bytes are a payload or a SyntaxError', () => {
    const head = fc.constantFrom(
      '{"t":"READY","s":1,"op":0,"d":',
      '{"op":',
      '{"t":"MESSAGE_CREATE","s":2,"op":0,"d":{"nonce":12345678901234567890,',
      '',
    );
    const frame = fc.tuple(
      head,
      fc.oneof(
        fc.string(),
        json.map((value) => `${JSON.stringify(value)}}`),
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          frame.map((parts) => parts.join('')),
          fc.json(),
        ),
        (text) => {
          try {
            expect(typeof readPayload(Buffer.from(text)).op).toBe('number');
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
          }
        },
      ),
      RUNS,
    );
  });

  it('that are no zlib stream fail once, and nothing comes after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }), async (frames) => {
        let failures = 0;
        const inflater = createInflater({ message: () => undefined, failed: () => void failures++ });
        for (const frame of frames) {
          inflater.write(frame);
          inflater.write(Buffer.from([0, 0, 0xff, 0xff]));
        }
        await new Promise((resolve) => setImmediate(resolve));
        inflater.close();
        expect(failures).toBeLessThanOrEqual(1);
      }),
      { numRuns: 80 },
    );
  });

  it('of any payload move the machine on', () => {
    const payload = fc.record({
      op: fc.oneof(fc.constantFrom(0, 1, 7, 9, 10, 11), fc.integer()),
      s: json,
      t: strange(fc.constantFrom('READY', 'RESUMED', 'MESSAGE_CREATE')),
      d: json,
    });
    const input = fc.oneof(
      fc.record({ type: fc.constant('payload'), payload }),
      fc.record({ type: fc.constant('lost'), closeCode: fc.integer(), detail: fc.string() }),
      fc.record({ type: fc.constant('timer'), name: fc.constantFrom('heartbeat', 'handshake', 'reconnect') }),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 12 }), (inputs) => {
        let state = step(INITIAL_STATE, { type: 'start', now: 0, random: 0.5 })[0];
        for (const [index, each] of inputs.entries()) {
          const [next, effects] = step(state, { ...each, now: index * 1_000, random: 0.5 } as MachineInput);
          state = next;
          for (const effect of effects) {
            if (effect.type !== 'set-timer') continue;
            expect(Number.isFinite(effect.delayMs) && effect.delayMs >= 0).toBe(true);
          }
        }
      }),
      RUNS,
    );
  });
});

describe('refusals of Discord', () => {
  it('of any body become an error that the caller can be told', () => {
    const body = fc.oneof(
      json.map((value) => Buffer.from(JSON.stringify(value))),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc
        .record(
          {
            code: json,
            message: json,
            retry_after: json,
            errors: fc.jsonValue({ maxDepth: 6 }),
            captcha_key: json,
          },
          { requiredKeys: [] },
        )
        .map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), body, (status, bytes) => {
        readRefusal(bytes);
        const answer = { status, headers: {}, body: bytes } as never;
        const error = refusalError('POST /x', answer, (text) => text, 'alice');
        expect(error.status).toBeGreaterThanOrEqual(400);
        expect(error.message.length).toBeLessThan(2_000);
      }),
      RUNS,
    );
  });

  it('with a tree of errors of any depth do not fill the stack', () => {
    const depth = 20_000;
    const deep = `{"errors":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    expect(() => readRefusal(Buffer.from(deep))).not.toThrow();
  });
});

describe('pictures', () => {
  it('are told from other files by any first bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        sniff(bytes, PICTURES);
        sniff(bytes, VIDEOS);
        describeMistake(bytes);
      }),
      RUNS,
    );
  });
});

describe('configurations', () => {
  const load = (text: string, env: Record<string, string> = {}) => {
    try {
      loadConfig({ path: 'fuzz.yaml', text, env });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
    }
  };

  it('of any text are read, or refused with what is wrong', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => load(text)),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => load(text)),
      { numRuns: 200 },
    );
  });

  it('with anything in one place are read, or refused with what is wrong', () => {
    const places = placesIn(SAMPLE);
    fc.assert(
      fc.property(fc.constantFrom(...places), json, (place, value) =>
        load(JSON.stringify(put(SAMPLE, place, value))),
      ),
      { numRuns: 300 },
    );
  });

  it('with any environment are read, or refused with what is wrong', () => {
    const name = fc.constantFrom(
      'CORDGATE_SERVER_PORT',
      'CORDGATE_SERVER_LIMITS',
      'CORDGATE_AUTH_KEYS',
      'CORDGATE_ACCOUNTS_0_TOKEN',
      'CORDGATE_BOTS',
      'CORDGATE_DISCORD_PROXY',
      'CORDGATE_X',
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(fc.string(), fc.json())), (env) =>
        load(JSON.stringify(SAMPLE), env),
      ),
      { numRuns: 150 },
    );
  });

  it('that refer to themselves, or grow without end, are refused', () => {
    load('a: &a [*a]');
    load(`a: ${'['.repeat(400)}${']'.repeat(400)}`);
    const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [index, name] of [...'bcdefghi'].entries()) {
      const before = 'abcdefghi'[index];
      laughs.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`);
    }
    load(laughs.join('\n'));
  });
});

type Path = readonly (string | number)[];

function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, entry]) =>
    placesIn(entry, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

function put(tree: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(tree))
    return tree.map((entry, index) => (index === first ? put(entry, rest, value) : entry));
  return { ...(tree as object), [first]: put((tree as Record<string, unknown>)[first], rest, value) };
}
