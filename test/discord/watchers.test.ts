import { describe, expect, it } from 'vitest';
import type { HistoryRange, Message } from '../../src/core/discord.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { silentLog } from '../../src/core/log.ts';
import { compareSnowflakes, snowflakeAt } from '../../src/discord/snowflake.ts';
import { MOST_KEPT_CHANGES } from '../../src/discord/watch/watcher.ts';
import { createWatchers } from '../../src/discord/watch/watchers.ts';
import { FAKE_START_MS, FakeClock } from '../support/fake-clock.ts';
import { type HeardChange, heard } from '../support/heard.ts';

const channelId = '900000000000000001';
const idAt = (seconds: number) => snowflakeAt(FAKE_START_MS + seconds * 1000);
const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  channel_id: channelId,
  ...more,
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Watches over a channel whose history the test writes. */
function world(answer?: (range: HistoryRange) => Message[]) {
  const clock = new FakeClock();
  const messages: Message[] = [];
  const asked: HistoryRange[] = [];
  const history = async (_: string, range: HistoryRange): Promise<Message[]> => {
    asked.push(range);
    if (answer) return answer(range);
    const { after, limit = 50 } = range;
    const sorted = messages.toSorted((left, right) => compareSnowflakes(left.id, right.id));
    if (after === undefined) return sorted.slice(-limit);
    return sorted.filter(({ id }) => compareSnowflakes(id, after) > 0).slice(0, limit);
  };
  const watchers = createWatchers({ history, clock, log: silentLog, accountId: 'bridge' });
  const create = (data: Message) => watchers.dispatch('MESSAGE_CREATE', data);
  const stop = new AbortController();
  const watch = () => heard(watchers.watch({ channelId }, stop.signal));
  /** Everything that is there to be read. */
  const drain = async (changes: AsyncIterable<HeardChange>) => {
    await clock.settle();
    watchers.close();
    return await all(changes);
  };
  return { clock, messages, asked, watchers, create, watch, stop, drain };
}

const told = (changes: readonly HeardChange[]) =>
  changes.map((change) => {
    if (change.type === 'typing-started') return 'typing';
    if (change.type === 'message-deleted') return `- ${change.messageId}`;
    const { id, content } = change.message;
    return `${change.type === 'message-created' ? '+' : '~'} ${id}${content === undefined ? '' : ` ${content}`}`;
  });

describe('a watch that nobody reads', () => {
  it('keeps a bounded number of changes, and gives up typing first', async () => {
    const { watchers, watch, drain } = world();
    const changes = watch();
    watchers.dispatch('TYPING_START', { channel_id: channelId, user_id: '1' });
    for (let id = 1; id <= MOST_KEPT_CHANGES; id += 1)
      watchers.dispatch('MESSAGE_CREATE', message(String(id)));
    const kept = told(await drain(changes));
    expect(kept).toHaveLength(MOST_KEPT_CHANGES);
    expect(kept[0]).toBe('+ 1');
  });

  it('gives up updates that a later one repeats before anything else of a message', async () => {
    const { watchers, create, watch, drain } = world();
    const changes = watch();
    create(message('1'));
    for (let edit = 1; edit <= MOST_KEPT_CHANGES + 50; edit += 1) {
      watchers.dispatch('MESSAGE_UPDATE', message('1', { content: `${edit}` }));
    }
    const kept = told(await drain(changes));
    expect(kept).toHaveLength(MOST_KEPT_CHANGES);
    expect([kept[0], kept.at(-1)]).toEqual(['+ 1', `~ 1 ${MOST_KEPT_CHANGES + 50}`]);
  });
});

describe('a watch', () => {
  it('ends at once and keeps nothing when its signal aborts or its loop is left', async () => {
    const { create, watch, stop } = world();
    const left = watch();
    create(message('1'));
    for await (const _ of left) break;
    create(message('2'));
    expect(await all(left)).toEqual([]);
    const aborted = watch();
    create(message('3'));
    stop.abort();
    expect(await all(aborted)).toEqual([]);
  });
});

describe('a message', () => {
  it('reaches whoever watches as it was on the wire, with every field', async () => {
    const { watchers, watch, drain } = world();
    const changes = watch();
    const full = {
      ...message(idAt(1)),
      flags: 64,
      application_id: '936929561302675456',
      interaction_metadata: {
        id: '1',
        type: 3,
        user: { id: '2' },
        triggering_interaction_metadata: { id: '3', original_response_message_id: '4' },
      },
      interaction: { id: '1', name: 'imagine', user: { id: '2' } },
      mentions: [{ id: '2' }],
      embeds: [{ color: 16_711_680, footer: { text: 'foot' }, fields: [{ name: 'a', value: 'b' }] }],
      components: [
        { type: 1, components: [{ type: 2, custom_id: 'MJ::BOOKMARK::h', emoji: { name: '❤️' } }] },
      ],
      something_new: { deep: [1, { deeper: null }] },
    };
    watchers.dispatch('MESSAGE_CREATE', full);
    watchers.dispatch('MESSAGE_UPDATE', full);
    expect(await drain(changes)).toEqual([
      { type: 'message-created', message: full },
      { type: 'message-updated', message: full },
    ]);
  });
});

describe('a recovery', () => {
  it('reads page after page until it meets the last message that was seen', async () => {
    const { messages, watchers, create, watch, asked, drain } = world();
    create(message(idAt(0)));
    const changes = watch();
    const seen = message(idAt(1));
    create(seen);
    messages.push(seen);
    for (let index = 2; index <= 252; index += 1) messages.push(message(idAt(index)));
    watchers.recover();
    const found = told(await drain(changes));
    expect(found).toHaveLength(252);
    expect(new Set(found).size).toBe(252);
    expect(found[1]).toBe(`+ ${idAt(2)}`);
    expect(found.at(-1)).toBe(`+ ${idAt(252)}`);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('does not tell of messages that were there before the watch', async () => {
    const { messages, create, watchers, watch, drain } = world();
    create(message(idAt(0)));
    messages.push(message(idAt(-60)), message(idAt(0)));
    const changes = watch();
    messages.push(message(idAt(1)));
    watchers.recover();
    expect(told(await drain(changes))).toEqual([`+ ${idAt(1)}`]);
  });

  it('holds live changes back, and drops those that history has shown in a newer form', async () => {
    const { messages, create, watchers, watch, drain } = world();
    const changes = watch();
    create(message(idAt(1), { content: 'a' }));
    const edited = (content: string, second: number) =>
      message(idAt(1), { content, edited_timestamp: new Date(FAKE_START_MS + second * 1000).toISOString() });
    messages.push(edited('abc', 3), message(idAt(2)));
    watchers.recover();
    watchers.dispatch('MESSAGE_UPDATE', edited('ab', 2));
    watchers.dispatch('MESSAGE_CREATE', message(idAt(2)));
    watchers.dispatch('MESSAGE_UPDATE', edited('abcd', 4));
    expect(told(await drain(changes))).toEqual([
      `+ ${idAt(1)} a`,
      `~ ${idAt(1)} abc`,
      `+ ${idAt(2)}`,
      `~ ${idAt(1)} abcd`,
    ]);
  });

  it('takes no ephemeral message for deleted', async () => {
    const { create, watchers, watch, drain } = world();
    const changes = watch();
    create(message(idAt(1), { flags: 64 }));
    create(message(idAt(2)));
    watchers.recover();
    expect(told(await drain(changes))).toEqual([`+ ${idAt(1)}`, `+ ${idAt(2)}`, `- ${idAt(2)}`]);
  });

  it('takes no ephemeral message for deleted after updates that name no flags, however it began', async () => {
    const { create, watchers, watch, drain } = world();
    const changes = watch();
    create(message(idAt(1), { flags: 64 }));
    watchers.dispatch('MESSAGE_UPDATE', message(idAt(1), { content: '(31%)' }));
    watchers.dispatch('MESSAGE_UPDATE', message(idAt(2), { content: '(46%)' }));
    watchers.dispatch('MESSAGE_UPDATE', message(idAt(3), { content: '(62%)', flags: 64 }));
    watchers.dispatch('MESSAGE_UPDATE', message(idAt(4), { content: '(78%)', flags: 0 }));
    watchers.recover();
    expect(told(await drain(changes))).toEqual([
      `+ ${idAt(1)}`,
      `~ ${idAt(1)} (31%)`,
      `~ ${idAt(2)} (46%)`,
      `~ ${idAt(3)} (62%)`,
      `~ ${idAt(4)} (78%)`,
      `- ${idAt(4)}`,
    ]);
  });

  it('is tried again while Discord is out of reach, and lets live changes through when it is refused', async () => {
    const failures = [
      new GatewayError('discord_unreachable', 'down'),
      new GatewayError('discord_refused', 'no access'),
    ];
    const { clock, create, watchers, watch, drain, asked } = world(() => {
      throw failures.shift() ?? new Error('asked too often');
    });
    const changes = watch();
    watchers.recover();
    create(message(idAt(1)));
    await clock.advance(10_000);
    expect(asked).toHaveLength(2);
    expect(told(await drain(changes))).toEqual([`+ ${idAt(1)}`]);
    expect(clock.pending).toBe(0);
  });
});
