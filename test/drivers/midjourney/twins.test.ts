/** Equal prompts of one account: the next is sent once the bot's own id of the one before is known. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { midjourneyKnowledge } from '../../../src/drivers/midjourney/knowledge.ts';
import { midjourneyBotSchema } from '../../../src/drivers/midjourney/options.ts';
import { CHANNEL_ID, pictureOf } from '../desk/fake-port.ts';
import { uuid, World } from './world.ts';

const rooms = [{ account: 'alice', channelId: CHANNEL_ID }];
const { knownBy } = midjourneyKnowledge(midjourneyBotSchema.parse({ rooms }));
let world: World;

beforeEach(() => {
  world = new World({}, knownBy);
});

afterEach(async () => {
  world.desk.close();
  await world.clock.settle();
  expect(world.clock.pending).toBe(0);
});

const nonceOf = (index: number) => world.port.sent[index]?.nonce;

describe('two equal prompts', () => {
  it('are sent one after the other: the second once the first shows its job id', async () => {
    world.follow(world.job());
    world.follow(world.job());
    await world.clock.advance(5_000);
    expect(world.port.sent).toHaveLength(1);
    const start = world.start(nonceOf(0), undefined);
    world.created(start);
    await world.clock.advance(1_500);
    expect(world.port.sent, 'its message alone may vanish').toHaveLength(1);
    world.updated(world.progress(start.id, 15, uuid(1)));
    await world.clock.settle();
    expect(world.port.sent).toHaveLength(2);
  });

  it('do not wait for ever for a bot that shows no job id: two seconds from its first sign', async () => {
    world.follow(world.job());
    world.follow(world.job());
    await world.clock.settle();
    world.created(world.start(nonceOf(0), undefined));
    await world.clock.advance(1_900);
    expect(world.port.sent).toHaveLength(1);
    await world.clock.advance(200);
    expect(world.port.sent).toHaveLength(2);
  });

  it.each([
    ['has failed', () => world.created(world.notice('Banned prompt detected', { nonce: nonceOf(0) ?? '' }))],
    ['has its picture', () => world.created(world.final(uuid(1), { nonce: nonceOf(0) ?? '' }))],
  ])('go on when the first %s', async (_, happen) => {
    world.follow(world.job());
    world.follow(world.job());
    await world.clock.settle();
    happen();
    await world.clock.settle();
    expect(world.port.sent).toHaveLength(2);
  });

  it('go on when the first is cancelled, also while it waits itself', async () => {
    const first = world.follow(world.job());
    const second = world.follow(world.job());
    world.follow(world.job());
    await world.clock.settle();
    second.signal.abort(new Error('cancelled'));
    await world.clock.settle();
    expect([world.port.sent.length, second.isOver]).toEqual([1, true]);
    first.signal.abort(new Error('cancelled'));
    await world.clock.settle();
    expect(world.port.sent).toHaveLength(2);
  });

  it('wait also for one that an earlier run of the gateway has sent', async () => {
    world.follow(world.job({}, { trace: { nonce: '1234' } }));
    world.follow(world.job());
    await world.clock.advance(3_000);
    expect(world.port.sent).toHaveLength(0);
    world.created(world.start('1234', uuid(1)));
    await world.clock.settle();
    expect(world.port.sent).toHaveLength(1);
  });

  it('do not share a picture that came before the second was sent', async () => {
    const first = world.follow(world.job());
    const second = world.follow(world.job());
    await world.clock.settle();
    world.created(world.start(nonceOf(0), undefined));
    await world.clock.advance(1_500);
    // Nothing but its words tells whose it is, and a stronger key is waited for when the second is sent.
    world.created(world.final(uuid(1)));
    await world.clock.advance(3_500);
    expect(world.port.sent).toHaveLength(2);
    expect([pictureOf(first), second.isOver]).toEqual([expect.stringContaining(uuid(1)), false]);
  });

  it('leave other prompts, and other pictures of a grid, alone', async () => {
    world.follow(world.job());
    world.follow(world.job({ prompt: 'a dog' }));
    await world.clock.settle();
    expect(world.port.sent).toHaveLength(2);
  });

  it('each get their own picture, whatever is lost and doubled, as long as one id of each is seen', async () => {
    const fate = fc.record({
      startTells: fc.boolean(),
      losesProgress: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 2, maxLength: 6 }), async (fates) => {
        const stage = new World({}, knownBy);
        const runs = fates.map(() => stage.follow(stage.job()));
        const finals = [];
        for (const [number, { startTells, losesProgress }] of fates.entries()) {
          await stage.clock.advance(3_000);
          const start = stage.start(stage.port.sent[number]?.nonce, startTells ? uuid(number) : undefined);
          stage.created(start);
          if (!losesProgress) stage.updated(stage.progress(start.id, 46, uuid(number)));
          finals.push(stage.final(uuid(number)));
          // Nothing but its words is known of it: it ends before the next one begins.
          if (!startTells && losesProgress) stage.created(finals.pop() ?? start);
          await stage.clock.advance(3_000);
        }
        for (const final of finals.toReversed()) stage.created(final);
        await stage.clock.advance(3_000);
        expect(runs.map(pictureOf)).toEqual(fates.map((_, number) => expect.stringContaining(uuid(number))));
        stage.desk.close();
      }),
      { numRuns: 60 },
    );
  });
});
