import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, MessageChange } from '../../../src/core/discord.ts';
import type { ActionKind, TaskRequest } from '../../../src/core/task.ts';
import type { TaskJob } from '../../../src/core/task-driver.ts';
import { keyOf } from '../../../src/drivers/desk/keys.ts';
import { likeliestRefused, matchSighting } from '../../../src/drivers/desk/match.ts';
import { OpenJob } from '../../../src/drivers/desk/open-job.ts';
import { OpenJobs } from '../../../src/drivers/desk/open-jobs.ts';
import { sightingOf } from '../../../src/drivers/desk/sighting.ts';
import { midjourneyKnowledge } from '../../../src/drivers/midjourney/knowledge.ts';
import { MIDJOURNEY_ID } from '../../../src/drivers/midjourney/options.ts';
import { type Followed, OTHER_ID, OWN_ID, pictureOf } from '../desk/fake-port.ts';
import { fixture } from './fixtures.ts';
import { uuid, World } from './world.ts';

const world = new World();
const bot = midjourneyKnowledge(world.room.options);
const PARENT_ID = world.snowflake();

function see(message: Message, isUpdate = false) {
  return sightingOf(message, bot, { isUpdate, isPast: false, seenAt: world.clock.now() });
}

function open(request: Partial<TaskRequest> = {}, more: Partial<TaskJob> = {}): OpenJob {
  const job = new OpenJob(world.job(request, more), MIDJOURNEY_ID, bot);
  job.sentSince = 0;
  return job;
}

function pressed(kind: ActionKind, index?: number): OpenJob {
  const action = { kind, index, customId: 'MJ::JOB', label: '', emoji: '', style: 2, type: 2 };
  const request = { verb: 'imagine', prompt: 'a small cat', links: [], files: 0 } as const;
  const parent = { id: '1', trace: { messageId: PARENT_ID, jobId: uuid(9) }, request, actions: [] };
  return open({ verb: 'act', prompt: '', action }, { parent });
}

function match(jobs: readonly OpenJob[], message: Message, isUpdate = false) {
  const index = new OpenJobs<OpenJob>();
  for (const job of jobs) index.add(job);
  const found = matchSighting(index, see(message, isUpdate), OWN_ID);
  if (found === undefined) return undefined;
  return { rung: found.rung, jobs: 'job' in found ? [found.job] : [...found.candidates] };
}

const mine = { content: `**a small cat** - <@${OWN_ID}> (fast)` };

describe('the ladder', () => {
  it.each([
    ['nonce', { nonce: '5' }, () => world.start('5', undefined)],
    ['message', { progressMessageId: '8' }, () => world.progress('8', 31, uuid(1))],
    [
      'interaction',
      { interactionId: '7' },
      () => world.final(uuid(1), { interaction_metadata: { id: '7' } }),
    ],
    ['interaction', { interactionId: '7' }, () => world.final(uuid(1), { interaction: { id: '7' } })],
    [
      'interaction',
      { interactionId: '7' },
      () =>
        world.final(uuid(1), {
          interaction_metadata: { id: '1', triggering_interaction_metadata: { id: '7' } },
        }),
    ],
    [
      'message',
      { progressMessageId: '8' },
      () => world.final(uuid(1), { interaction_metadata: { id: '1', original_response_message_id: '8' } }),
    ],
    [
      'message',
      { progressMessageId: '8' },
      () => world.final(uuid(1), { message_reference: { message_id: '8' } }),
    ],
    ['job', { jobId: uuid(1) }, () => world.final(uuid(1))],
    ['text', {}, () => world.final(uuid(1))],
  ])('finds a job by its %s: %j', (rung, trace, message) => {
    const job = open({}, { trace });
    const other = open({ prompt: 'a big dog' }, { trace: {} });
    expect(match([other, job], message())).toEqual({ rung, jobs: [job] });
  });

  it('climbs down only when the stronger key is not known', () => {
    const byNonce = open({}, { trace: { nonce: '5' } });
    const byJob = open({}, { trace: { jobId: uuid(1) } });
    expect(match([byJob, byNonce], world.final(uuid(1), { nonce: '5' }))?.jobs).toEqual([byNonce]);
  });

  it('finds pictures of a button by the message that they answer, the kind of work and the number', () => {
    const reply = { message_reference: { message_id: PARENT_ID } };
    const [first, second, pan] = [pressed('upscale', 1), pressed('upscale', 2), pressed('pan-left')];
    const jobs = [first, second, pan];
    const image = `**a small cat** - Image #2 <@${OWN_ID}>`;
    expect(match(jobs, world.final(uuid(9), { ...reply, content: image }))?.jobs).toEqual([second]);
    const panned = `**a small cat --ar 3:2** - Pan Left by <@${OWN_ID}> (fast)`;
    expect(match(jobs, world.final(uuid(1), { ...reply, content: panned }))?.jobs).toEqual([pan]);
    const strange = world.final(uuid(1), { message_reference: { message_id: '3' }, content: panned });
    expect(match(jobs, strange)).toBeUndefined();
  });

  it.each([
    ['of another bot', world.final(uuid(1), { author: { id: OTHER_ID }, nonce: '5' })],
    ['of another user', world.final(uuid(1), { content: `**a small cat** - <@${OTHER_ID}> (fast)` })],
    ['with another nonce', world.final(uuid(1), { nonce: '6' })],
    ['that shows only progress', world.progress(world.snowflake(), 31, uuid(1))],
    [
      'of another kind of work',
      world.final(uuid(1), { content: `**a small cat** - Zoom Out by <@${OWN_ID}> (fast)` }),
    ],
    ['of other words', world.final(uuid(1), { content: `**a big dog** - <@${OWN_ID}> (fast)` })],
    [
      'that replies to something unknown',
      world.final(uuid(1), { ...mine, message_reference: { message_id: '3' } }),
    ],
    ['older than the job', world.final(uuid(1), { id: '1350000000000000000' })],
  ])('leaves a message alone %s', (_, message) => {
    expect(match([open({}, { trace: { nonce: '5' } })], message)).toBeUndefined();
  });

  it('uses no words for a job whose own id is known and another', () => {
    expect(match([open({}, { trace: { jobId: uuid(2) } })], world.final(uuid(1)))).toBeUndefined();
    const metadata = { interaction_metadata: { id: '3', user: { id: OWN_ID } } };
    const traced = open({}, { trace: { interactionId: '7' } });
    expect(match([traced], world.final(uuid(1), metadata))).toBeUndefined();
  });

  it('never takes the parent itself for a result', () => {
    const job = pressed('reroll');
    const parent = world.final(uuid(9), { id: PARENT_ID });
    expect(match([job], parent, true)).toBeUndefined();
    expect(match([job], parent)).toBeUndefined();
  });

  it('gives a notice to the job that it answers', () => {
    const job = pressed('upscale', 1);
    const notice = world.notice('Slow Down!', { message_reference: { message_id: PARENT_ID } });
    expect(match([job], notice)).toEqual({ rung: 'reference', jobs: [job] });
    expect(match([job], world.notice('Slow Down!'))).toBeUndefined();
  });

  it('takes a refusal for one not heard of, else for one whose progress message has gone, else for the oldest', () => {
    const [first, second] = [open(), open()];
    expect(likeliestRefused({ candidates: [first, second] })).toBe(first);
    first.times.heardAt = 1;
    expect(likeliestRefused({ candidates: [first, second] })).toBe(second);
    second.times.heardAt = 1;
    second.isCleared = true;
    expect(likeliestRefused({ candidates: [first, second] })).toBe(second);
  });

  it('reads the samples on file: a final with its nonce', () => {
    const message = fixture('imagine-final-with-nonce');
    const job = open({}, { trace: { nonce: String(message.nonce) } });
    const index = new OpenJobs<OpenJob>();
    index.add(job);
    expect(matchSighting(index, see(message), OWN_ID)).toEqual({ rung: 'nonce', job });
  });

  it('keeps nothing of a job that has left', () => {
    const index = new OpenJobs<OpenJob>();
    const job = pressed('upscale', 1);
    index.add(job);
    index.learn(job, keyOf('job', uuid(1)));
    index.remove(job);
    expect(index.learn(job, keyOf('nonce', '1'))).toBe(false);
    expect([index.size, index.keyCount]).toEqual([0, 0]);
  });
});

/** How one job's events look, and which are lost; enough is left to tell it from its twins. */
interface Fate {
  readonly startTells: boolean;
  readonly finalHasNonce: boolean;
  readonly losesStart: boolean;
  readonly losesProgress: boolean;
  readonly losesInteraction: boolean;
}

const fates = fc.array(
  fc.record({
    startTells: fc.boolean(),
    finalHasNonce: fc.boolean(),
    losesStart: fc.boolean(),
    losesProgress: fc.boolean(),
    losesInteraction: fc.boolean(),
  }),
  { minLength: 2, maxLength: 6 },
);

/** Without its nonce at the end, a job is known by its first message, which tells its id or is followed by one that does. */
function repaired(fate: Fate): Fate {
  if (fate.finalHasNonce) return fate;
  return { ...fate, losesStart: false, losesProgress: fate.losesProgress && fate.startTells };
}

type Happening = (world: World) => void;

function happenings(stage: World, nonce: string, number: number, fate: Fate): Happening[] {
  const start = stage.start(nonce, fate.startTells ? uuid(number) : undefined);
  const final = stage.final(uuid(number), fate.finalHasNonce ? { nonce } : {});
  const interactionId = stage.snowflake();
  const emit = (change: MessageChange) => () => stage.port.emit(change);
  return [
    ...(fate.losesInteraction
      ? []
      : [() => stage.port.tell({ type: 'interaction-created', interactionId, nonce })]),
    ...(fate.losesStart ? [] : [emit({ type: 'message-created', message: start })]),
    ...(fate.losesProgress
      ? []
      : [emit({ type: 'message-updated', message: stage.progress(start.id, 46, uuid(number)) })]),
    emit({ type: 'message-deleted', messageId: start.id }),
    emit({ type: 'message-created', message: final }),
  ];
}

/** The same words of somebody else, and by hand of the same person: none of ours. */
function strangers(stage: World): Happening[] {
  const theirs = stage.final(uuid(1_001), { content: `**a small cat** - <@${OTHER_ID}> (fast)` });
  const byHand = stage.final(uuid(1_002));
  return [theirs, byHand].map((message) => () => stage.port.emit({ type: 'message-created', message }));
}

async function play(
  givenFates: readonly Fate[],
  order: readonly number[],
  gapMs: number,
  withStrangers: boolean,
): Promise<Followed[]> {
  const stage = new World();
  const runs = givenFates.map(() => stage.follow(stage.job()));
  await stage.clock.advance(100);
  const all = givenFates.flatMap((fate, number) =>
    happenings(stage, stage.port.sent[number]?.nonce ?? '', number, repaired(fate)),
  );
  if (withStrangers) all.push(...strangers(stage));
  // Each event twice, each time somewhere.
  const places = [...all, ...all].map((happen, index) => ({ happen, rank: order[index] ?? index }));
  for (const { happen } of places.sort((left, right) => left.rank - right.rank)) {
    happen(stage);
    if (gapMs > 0) await stage.clock.advance(gapMs);
  }
  await stage.clock.settle();
  stage.desk.close();
  await stage.clock.settle();
  expect(stage.clock.pending).toBe(0);
  expect(stage.desk.load).toEqual({ jobs: 0, keys: 0, unclaimed: 0 });
  expect(stage.port.sent).toHaveLength(givenFates.length);
  return runs;
}

describe('jobs with the same words', () => {
  const order = fc.array(fc.nat(1_000), { minLength: 64, maxLength: 64 });

  it('each get their own picture, whatever the order of events, doubled and partly lost, among strangers', async () => {
    await fc.assert(
      fc.asyncProperty(fates, order, async (given, ranks) => {
        const runs = await play(given, ranks, 0, true);
        expect(runs.map(pictureOf)).toEqual(given.map((_, number) => expect.stringContaining(uuid(number))));
      }),
      { numRuns: 150 },
    );
  });

  it('each get their own picture when the events are seconds apart', async () => {
    await fc.assert(
      fc.asyncProperty(fates, order, fc.integer({ min: 1, max: 300 }), async (given, ranks, gapMs) => {
        const runs = await play(given, ranks, gapMs, false);
        expect(runs.map(pictureOf)).toEqual(given.map((_, number) => expect.stringContaining(uuid(number))));
      }),
      { numRuns: 60 },
    );
  });
});
