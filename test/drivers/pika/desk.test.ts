import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../src/core/discord.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import type { TaskAction } from '../../../src/core/task.ts';
import type { TaskJob } from '../../../src/core/task-driver.ts';
import { parseMessage } from '../../../src/drivers/pika/parse.ts';
import {
  CHANNEL_ID,
  command,
  type Followed,
  GUILD_ID,
  OTHER_ID,
  OWN_ID,
  pictureOf,
  typesOf,
} from '../desk/fake-port.ts';
import { PIKA_ID, PikaWorld, WAITING } from './world.ts';

let world = new PikaWorld();
const PICTURE = { name: 'cat.png', contentType: 'image/png', bytes: new Uint8Array([1]) };

afterEach(() => {
  world.desk.close();
  expect(world.clock.pending, 'timers left behind').toBe(0);
  expect(world.desk.load).toEqual({ jobs: 0, keys: 0, unclaimed: 0 });
  world = new PikaWorld();
});

const create = (more: Partial<TaskJob> = {}) => world.job({ verb: 'create' }, more);

/** A job that was sent, and what Discord told of its interaction. */
async function submitted(job: TaskJob = create(), isTold = true) {
  const { followed, nonce } = await world.submit(job);
  const interactionId = world.snowflake();
  if (isTold) world.port.tell({ type: 'interaction-created', interactionId, nonce });
  await world.clock.settle();
  return {
    followed,
    nonce,
    interactionId,
    meta: { interaction_metadata: { id: interactionId, user: { id: OWN_ID } } },
  };
}

function pressed(face: string, more: Partial<TaskJob['request']> = {}): TaskJob {
  const { actions } = parseMessage(world.video('parent'));
  const action = actions.find(({ emoji }) => emoji === face) as TaskAction;
  const request = { verb: 'create', prompt: 'a small cat', links: [], files: 0 } as const;
  const trace = { messageId: world.snowflake(), applicationId: PIKA_ID };
  return world.job(
    { verb: 'act', prompt: '', action, ...more },
    { parent: { id: '1', trace, request, actions } },
  );
}

async function codeOf(followed: Followed): Promise<string | undefined> {
  await world.clock.settle();
  expect(followed.isOver).toBe(true);
  return followed.error instanceof GatewayError ? followed.error.code : `${followed.error}`;
}

describe('a video of words', () => {
  it('is asked for by the command of the application that offers both', async () => {
    world.port.commandList.push(command('create', '99', '1133000000000000002'));
    const { followed } = await submitted();
    expect(world.port.sent).toMatchObject([
      {
        type: 'command',
        applicationId: PIKA_ID,
        guildId: GUILD_ID,
        channelId: CHANNEL_ID,
        command: { name: 'create', id: '0' },
        options: [{ type: 3, name: 'prompt', value: 'a small cat' }],
      },
    ]);
    expect(followed.events).toContainEqual({ type: 'job-traced', trace: { applicationId: PIKA_ID } });
    followed.signal.abort();
    await world.clock.settle();
  });

  it('comes as a new message, with progress, seed, prompt and buttons on the way', async () => {
    const { followed, nonce, meta } = await submitted();
    const waiting = world.waiting({ nonce, ...meta });
    world.created(waiting);
    world.updated({ ...waiting, content: `<@${OWN_ID}> ${WAITING} 40%` });
    world.port.emit({ type: 'message-deleted', messageId: waiting.id });
    const video = world.video('one', meta);
    world.created(video);
    await world.clock.settle();
    expect(followed.events).toContainEqual({ type: 'job-accepted', messageId: waiting.id });
    expect(followed.events).toContainEqual({ type: 'progress-changed', percent: 40, preview: undefined });
    expect(followed.events.slice(-4)).toMatchObject([
      { type: 'prompt-echoed', prompt: 'a small cat' },
      { type: 'seed-found', seed: '1234567890123456789' },
      { type: 'actions-offered', actions: [{ kind: 'retry' }, { kind: 'remix' }, { kind: 'cancel' }] },
      { type: 'job-ended', trace: { applicationId: PIKA_ID, messageId: video.id } },
    ]);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });

  it('comes as the last edit of the waiting message, with or without its buttons', async () => {
    for (const components of [undefined, []]) {
      const { followed, nonce } = await submitted();
      const waiting = world.waiting({ nonce });
      world.created(waiting);
      world.updated(world.video('one', { id: waiting.id, ...(components && { components }) }));
      await world.clock.settle();
      expect(pictureOf(followed)).toMatch(/^one_seed/);
    }
  });

  it('is found in an edit although the waiting message was never seen', async () => {
    const { followed, meta } = await submitted();
    world.updated(world.video('one', meta));
    await world.clock.settle();
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });

  it.each<[string, (prompt: string) => Partial<Message>, string]>([
    ['by its prompt alone', () => ({}), 'a small cat'],
    ['in a reply to what nobody saw', () => ({ message_reference: { message_id: '5' } }), 'a small cat'],
    ['with parameters added', () => ({}), 'a small cat --size 100'],
    ['in words that do not name the prompt', () => ({ content: `<@${OWN_ID}> A small cat is done!` }), ''],
    ['with more behind it', () => ({}), 'a small cat (from picture 1)'],
  ])('is found %s, after a pause', async (_, more, prompt) => {
    const { followed } = await submitted(undefined, false);
    world.created(
      world.video('other', {
        mentions: [{ id: OTHER_ID }],
        content: `<@${OTHER_ID}> Prompt: a small cat  Author: <@${OTHER_ID}>`,
      }),
    );
    world.created(world.video('one', more(prompt), prompt));
    await world.clock.settle();
    expect(followed.isOver, 'a stronger key may come').toBe(false);
    await world.clock.advance(3_000);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });

  it('goes to the longest prompt that a message holds', async () => {
    const short = await submitted(world.job({ verb: 'create', prompt: 'a cat' }), false);
    const long = await submitted(world.job({ verb: 'create', prompt: 'a cat runs' }), false);
    world.created(world.video('one', { content: `<@${OWN_ID}> here: a cat runs` }));
    await world.clock.advance(3_000);
    expect(pictureOf(long.followed)).toMatch(/^one_seed/);
    expect(short.followed.isOver).toBe(false);
    world.created(world.video('two', {}, 'a cat'));
    await world.clock.advance(3_000);
    expect(pictureOf(short.followed)).toMatch(/^two_seed/);
  });

  it('goes to one job only, also when it was seen before it told whose it is', async () => {
    const [one, two] = [await submitted(undefined, false), await submitted(undefined, false)];
    const video = world.video('one');
    world.created(video);
    await world.clock.advance(100);
    world.created({ ...video, nonce: two.nonce });
    await world.clock.advance(30_000);
    expect([one.followed.isOver, pictureOf(two.followed)]).toEqual([
      false,
      expect.stringMatching(/^one_seed/),
    ]);
    one.followed.signal.abort();
    await world.clock.advance(60_000);
  });

  it('of another person with the same prompt is left alone', async () => {
    const { followed, meta } = await submitted();
    const theirs = { interaction_metadata: { id: world.snowflake(), user: { id: OTHER_ID } } };
    const content = `<@${OTHER_ID}> Prompt: a small cat  Author: <@${OTHER_ID}>`;
    world.created(world.video('theirs', { ...theirs, content, mentions: [{ id: OTHER_ID }] }));
    await world.clock.advance(5_000);
    expect(followed.isOver).toBe(false);
    world.created(world.video('one', meta));
    await world.clock.settle();
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });
});

describe('a video of a picture', () => {
  it('is sent with the stored file, and with words only where there are any', async () => {
    for (const prompt of ['she jumps', '']) {
      const { followed, meta } = await submitted(
        world.job({ verb: 'animate', prompt, files: 1 }, { files: [PICTURE] }),
      );
      const image = { type: 11, name: 'image', value: 0 };
      expect(world.port.sent.at(-1)).toMatchObject({
        command: { name: 'animate' },
        options: prompt === '' ? [image] : [image, { type: 3, name: 'prompt', value: prompt }],
        files: [{ filename: 'cat.png', uploadedFilename: 'stored/cat.png' }],
      });
      expect(world.port.drafts, 'no message with the picture').toEqual([]);
      world.created(world.video('one', meta, prompt));
      await world.clock.settle();
      expect(pictureOf(followed)).toMatch(/^one_seed/);
    }
  });
});

describe('a bot that cannot be found', () => {
  it('fails the task with what is known of it', async () => {
    world.port.commandList = [];
    const { followed } = await world.submit(create());
    expect(await codeOf(followed)).toBe('command_missing');
    expect((followed.error as GatewayError).message).toMatch(/reported to be closed/);
    expect(world.port.sent).toEqual([]);
  });

  it('is not asked for when its id is configured, but its command is', async () => {
    world.desk.close();
    world = new PikaWorld({ applicationId: PIKA_ID });
    world.port.commandList = [command('create', '1', PIKA_ID)];
    const { followed, meta } = await submitted();
    world.created(world.video('one', meta));
    await world.clock.settle();
    expect(pictureOf(followed)).toMatch(/^one_seed/);
    const animating = await world.submit(world.job({ verb: 'animate' }, { files: [PICTURE] }));
    expect(await codeOf(animating.followed)).toBe('command_missing');
  });
});

describe('a failure', () => {
  it.each<[string, string, Partial<Message>]>([
    ['prompt_refused', 'by an edit', { content: `<@${OWN_ID}> Flagged by our content moderation.` }],
    ['bot_failed', 'by an edit', { content: `<@${OWN_ID}> Failed to generate the video.` }],
    ['task_stopped', 'by an edit', { content: `<@${OWN_ID}> The generation was cancelled.` }],
    [
      'bot_failed',
      'by an embed below the prompt',
      {
        content: `<@${OWN_ID}> Prompt: a small cat  Author: <@${OWN_ID}>`,
        embeds: [{ title: 'Generation failed' }],
      },
    ],
  ])('%s is told %s', async (code, _, more) => {
    const { followed, nonce } = await submitted();
    const waiting = world.waiting({ nonce });
    world.created(waiting);
    world.updated({ ...waiting, ...more });
    expect(await codeOf(followed)).toBe(code);
    expect((followed.error as Error).message).not.toMatch(/<@/);
  });

  it('comes in a message of its own, at once', async () => {
    const { followed, meta } = await submitted();
    world.created(world.message({ content: 'You have too many videos in progress.', flags: 64, ...meta }));
    expect(await codeOf(followed)).toBe('bot_busy');
    expect(world.port.sent, 'never sent twice').toHaveLength(1);
  });

  it('is no word of a prompt that is full of them', async () => {
    const prompt = 'a failed cancelled error of moderation';
    const { followed, nonce, meta } = await submitted(world.job({ verb: 'create', prompt }));
    const waiting = world.waiting({ nonce, content: `<@${OWN_ID}> ${prompt} - in the making` });
    world.created(waiting);
    world.updated({ ...waiting, embeds: [{ title: 'Working', description: prompt }] });
    await world.clock.settle();
    expect(followed.isOver).toBe(false);
    world.created(world.video('one', meta, prompt));
    await world.clock.settle();
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });

  it('is a waiting message that is deleted, once the channel was looked through', async () => {
    const { followed, nonce } = await submitted();
    const waiting = world.waiting({ nonce });
    world.created(waiting);
    await world.clock.advance(1_000);
    world.port.emit({ type: 'message-deleted', messageId: waiting.id });
    await world.clock.advance(10_000);
    expect(followed.isOver).toBe(false);
    await world.clock.advance(11_000);
    expect(await codeOf(followed)).toBe('bot_failed');
    expect(followed.error).toMatchObject({ message: expect.stringMatching(/deleted the message/) });
    expect(world.port.historyReads).toBeGreaterThan(0);
  });

  it('is none when the video came unheard before the waiting message was deleted', async () => {
    const { followed, nonce } = await submitted();
    const waiting = world.waiting({ nonce });
    world.created(waiting);
    await world.clock.advance(1_000);
    world.port.past.push(world.video('one'));
    world.port.emit({ type: 'message-deleted', messageId: waiting.id });
    await world.clock.advance(21_000);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });

  it('is the time limit, which names the option', async () => {
    const { followed, nonce } = await submitted();
    world.created(world.waiting({ nonce }));
    await world.clock.advance(10 * 60_000 + 1);
    expect(await codeOf(followed)).toBe('task_timeout');
    expect(followed.error).toMatchObject({
      message: 'The bot gave no video within 10 min (timeoutMinutes).',
    });
  });

  it('is silence for submitMinutes', async () => {
    const { followed } = await submitted();
    await world.clock.advance(5 * 60_000 + 1);
    expect(await codeOf(followed)).toBe('task_timeout');
    expect(followed.error).toMatchObject({ message: expect.stringMatching(/submitMinutes/) });
  });

  it('that asks for a person pauses the account and tells the operator', async () => {
    const { followed, meta } = await submitted();
    const button = { type: 2, custom_id: 'captcha:1', label: 'Verify', style: 1 };
    const components = [{ type: 1, components: [button] }];
    world.created(world.message({ content: "Please verify you're human.", flags: 64, components, ...meta }));
    expect(await codeOf(followed)).toBe('human_required');
    expect(world.notices).toMatchObject([{ consequence: 'pause', reason: 'captcha' }]);
    expect(world.port.sent, 'nothing is pressed').toHaveLength(1);
  });
});

describe('a huge guild, in which nothing is heard', () => {
  it('is read until the video is there, whether the start was seen or not', async () => {
    for (const hasStart of [true, false]) {
      const reads = world.port.historyReads;
      const { followed, meta } = await submitted();
      if (hasStart) world.port.past.push(world.waiting(meta));
      await world.clock.advance(60_000);
      expect(typesOf(followed).includes('job-accepted')).toBe(hasStart);
      expect(world.port.historyReads - reads).toBe(4);
      world.port.past.push(world.video('one', meta));
      await world.clock.advance(15_000);
      expect(pictureOf(followed)).toMatch(/^one_seed/);
      world.port.past.length = 0;
    }
  });

  it('shows the video in an edit as well, also far back in a busy channel', async () => {
    const { followed, meta } = await submitted();
    await world.clock.advance(1_000);
    const waiting = world.waiting(meta);
    const crowd = Array.from({ length: 320 }, () =>
      world.video('theirs', { mentions: [], content: 'Prompt: x  Author: <@2>' }),
    );
    world.port.past.push(world.video('one', { ...meta, id: waiting.id }), ...crowd);
    await world.clock.advance(30_000);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });

  it('is found by the prompt, where no interaction was told of', async () => {
    const { followed } = await submitted(undefined, false);
    await world.clock.advance(30_000);
    world.port.past.push(world.video('one'));
    await world.clock.advance(20_000);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });

  it('is read as often as pollSeconds says, and only while a job is open', async () => {
    world.desk.close();
    world = new PikaWorld({ pollSeconds: 5 });
    const { followed, meta } = await submitted();
    await world.clock.advance(20_000);
    expect(world.port.historyReads).toBe(4);
    world.created(world.video('one', meta));
    await world.clock.advance(60_000);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
    expect(world.port.historyReads).toBeLessThanOrEqual(5);
  });

  it('is not read while events tell of the job', async () => {
    const { followed, nonce } = await submitted();
    const waiting = world.waiting({ nonce });
    world.created(waiting);
    for (let percent = 10; percent < 100; percent += 10) {
      await world.clock.advance(10_000);
      world.updated({ ...waiting, content: `<@${OWN_ID}> ${WAITING} ${percent}%` });
    }
    expect(world.port.historyReads).toBe(0);
    followed.signal.abort();
    await world.clock.settle();
  });

  it('whose history cannot be read is tried again', async () => {
    const { followed, meta } = await submitted();
    world.port.historyError = new GatewayError('discord_timeout', 'Discord did not answer.');
    await world.clock.advance(40_000);
    world.port.historyError = undefined;
    world.port.past.push(world.video('one', meta));
    await world.clock.advance(15_000);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });
});

describe('the buttons', () => {
  it('retry with the same prompt, and the video replies to anything', async () => {
    const job = pressed('🔄');
    const { followed, nonce } = await submitted(job);
    expect(world.port.sent).toMatchObject([
      { type: 'component', messageId: job.parent?.trace.messageId, customId: 'b:🔄', messageFlags: 0 },
    ]);
    const waiting = world.waiting({ nonce });
    world.created(waiting);
    world.updated(world.video('parent', { id: job.parent?.trace.messageId ?? '' }));
    await world.clock.settle();
    expect(followed.isOver, 'an edited parent is no result').toBe(false);
    world.created(world.video('two', { message_reference: { message_id: waiting.id } }));
    await world.clock.settle();
    expect(pictureOf(followed)).toMatch(/^two_seed/);
  });

  it('remix by the form that opens, with the new words', async () => {
    const { followed, nonce } = await submitted(pressed('🔀', { form: { prompt: 'a big dog' } }));
    const field = { type: 4, custom_id: 'prompt', value: 'a small cat' };
    const modal = { id: world.snowflake(), nonce, channelId: CHANNEL_ID, customId: 'remix', title: 'Remix' };
    world.port.tell({
      type: 'modal-opened',
      modal: { ...modal, components: [{ type: 1, components: [field] }] },
    });
    await world.clock.settle();
    expect(world.port.sent.at(-1)).toMatchObject({
      type: 'modal',
      customId: 'remix',
      components: [{ type: 1, components: [{ custom_id: 'prompt', value: 'a big dog' }] }],
    });
    const formNonce = world.port.sent.at(-1)?.nonce ?? '';
    expect(followed.events).toContainEqual({ type: 'form-submitted', nonce: formNonce });
    world.created(world.waiting({ nonce: formNonce }));
    world.created(world.video('dog', { nonce: formNonce }, 'a big dog'));
    await world.clock.settle();
    expect(pictureOf(followed)).toMatch(/^dog_seed/);
  });

  it('delete as soon as Discord says that it was done', async () => {
    const { followed, nonce, interactionId } = await submitted(pressed('❌'));
    world.port.tell({ type: 'interaction-succeeded', interactionId, nonce });
    await world.clock.settle();
    expect(followed.events.at(-1)).toMatchObject({ type: 'job-ended', media: [] });
  });

  it('cancel a running job by the ❌ of its waiting message', async () => {
    const { followed, nonce } = await submitted();
    const waiting = world.waiting({ nonce });
    world.created(waiting);
    await world.clock.settle();
    await world.desk.cancel({ progressMessageId: waiting.id }, new AbortController().signal);
    expect(world.port.sent.at(-1)).toMatchObject({
      type: 'component',
      customId: 'cancel:1',
      messageId: waiting.id,
      applicationId: PIKA_ID,
    });
    followed.signal.abort();
    await world.clock.settle();
  });

  it('that are not there cannot cancel, and seeds are not asked for', async () => {
    const { signal } = new AbortController();
    await world.desk.cancel({ progressMessageId: '5', jobId: 'x' }, signal);
    expect(world.port.sent).toEqual([]);
    await expect(world.desk.seed({ jobId: 'x' }, signal)).rejects.toMatchObject({
      code: 'unsupported_parameter',
    });
  });
});

describe('a job of an earlier run', () => {
  it('is never sent again, and found by what it left, though the commands are gone', async () => {
    world.port.commandList = [];
    const trace = { nonce: '5', interactionId: world.snowflake(), applicationId: PIKA_ID };
    world.port.past.push(world.video('one', { interaction_metadata: { id: trace.interactionId } }));
    const followed = world.follow(create({ trace }));
    await world.clock.settle();
    expect(pictureOf(followed)).toMatch(/^one_seed/);
    expect(world.port.sent).toEqual([]);
  });

  it('does not take the results of other tasks for its own', async () => {
    const theirs = world.video('theirs');
    world.port.past.push(theirs);
    const trace = { nonce: '5', applicationId: PIKA_ID };
    const followed = world.follow(create({ trace, taken: [theirs.id] }));
    await world.clock.advance(5_000);
    expect(followed.isOver).toBe(false);
    world.created(world.video('one'));
    await world.clock.advance(5_000);
    expect(pictureOf(followed)).toMatch(/^one_seed/);
  });
});
