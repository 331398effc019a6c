/** Many equal prompts at once, with events doubled, lost and out of order: each job gets its own video. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, MessageChange } from '../../../src/core/discord.ts';
import { OWN_ID, pictureOf } from '../desk/fake-port.ts';
import { PikaWorld } from './world.ts';

/** How one job's messages come. What links them is chosen so that at least one id does. */
interface Fate {
  readonly finalBy: 'create' | 'update';
  /** What of the waiting message names the job. */
  readonly startBy: 'nonce' | 'metadata';
  /** What of a new final names it. */
  readonly finalKey: 'nonce' | 'metadata' | 'reply';
  readonly hasStart: boolean;
  readonly isDeleted: boolean;
  readonly isDoubled: boolean;
  /** Lost on the way; the channel's history holds it. */
  readonly losesFinal: boolean;
  readonly losesStart: boolean;
}

const fate = fc.record<Fate>({
  finalBy: fc.constantFrom('create', 'update'),
  startBy: fc.constantFrom('nonce', 'metadata'),
  finalKey: fc.constantFrom('nonce', 'metadata', 'reply'),
  hasStart: fc.boolean(),
  isDeleted: fc.boolean(),
  isDoubled: fc.boolean(),
  losesFinal: fc.boolean(),
  losesStart: fc.boolean(),
});
const fates = fc.array(fate, { minLength: 2, maxLength: 12 });
const order = fc.array(fc.nat(1_000), { minLength: 80, maxLength: 80 });

async function play(
  given: readonly Fate[],
  ranks: readonly number[],
  gapMs: number,
): Promise<(string | undefined)[]> {
  const world = new PikaWorld();
  const jobs = [];
  for (const each of given) jobs.push({ fate: each, ...(await world.submit(world.job({ verb: 'create' }))) });
  await world.clock.advance(1_000);
  const changes: MessageChange[] = [];
  const tell = (change: MessageChange, { isDoubled }: Fate) =>
    changes.push(...(isDoubled ? [change, change] : [change]));
  for (const [number, { fate: own, nonce }] of jobs.entries()) {
    const interactionId = world.snowflake();
    const meta: Partial<Message> = { interaction_metadata: { id: interactionId, user: { id: OWN_ID } } };
    world.port.tell({ type: 'interaction-created', interactionId, nonce });
    const waiting = world.waiting(own.startBy === 'nonce' ? { nonce } : meta);
    const isEdited = own.finalBy === 'update';
    // A reply to a message that nobody saw, and an edit of one, would be linked by nothing.
    const isLinked = own.hasStart && !own.losesStart;
    const hasMeta = own.finalKey === 'metadata' || own.losesFinal || !isLinked;
    const video = world.video(`video${number}`, {
      ...(isEdited ? { id: waiting.id } : {}),
      ...(hasMeta ? meta : {}),
      ...(own.finalKey === 'nonce' && !isEdited ? { nonce } : {}),
      ...(own.finalKey === 'reply' && !isEdited ? { message_reference: { message_id: waiting.id } } : {}),
    });
    if (isLinked) tell({ type: 'message-created', message: waiting }, own);
    if (!isEdited && own.hasStart && own.isDeleted)
      tell({ type: 'message-deleted', messageId: waiting.id }, own);
    if (!own.losesFinal)
      tell({ type: isEdited ? 'message-updated' : 'message-created', message: video }, own);
    world.port.past.push(video);
  }
  const ranked = changes.map((change, index) => ({ change, rank: ranks[index % ranks.length] ?? 0 }));
  for (const { change } of ranked.toSorted((left, right) => left.rank - right.rank)) {
    world.port.emit(change);
    await world.clock.advance(gapMs);
  }
  await world.clock.advance(60_000);
  world.desk.close();
  await world.clock.settle();
  expect(world.port.sent).toHaveLength(given.length);
  return jobs.map(({ followed }) => pictureOf(followed));
}

describe('equal prompts side by side', () => {
  it('each get their own video, however their events come', async () => {
    await fc.assert(
      fc.asyncProperty(fates, order, fc.constantFrom(0, 1, 40), async (given, ranks, gapMs) => {
        const names = await play(given, ranks, gapMs);
        expect(names).toEqual(given.map((_, number) => expect.stringContaining(`video${number}_`)));
      }),
      { numRuns: 120 },
    );
  });

  it('a hundred of them as well', async () => {
    const some = fc.sample(fate, { numRuns: 100, seed: 7 });
    const ranks = fc.sample(fc.nat(1_000), { numRuns: 500, seed: 8 });
    const names = await play(some, ranks, 0);
    expect(names).toEqual(some.map((_, number) => expect.stringContaining(`video${number}_`)));
  });
});
