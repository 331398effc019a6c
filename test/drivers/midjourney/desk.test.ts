import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import type { TaskAction } from '../../../src/core/task.ts';
import type { TaskJob } from '../../../src/core/task-driver.ts';
import { CHANNEL_ID, GUILD_ID, OTHER_ID, OWN_ID, pictureOf, typesOf } from '../desk/fake-port.ts';
import { uuid, World } from './world.ts';

let world = new World();

afterEach(() => {
  world.desk.close();
  world = new World();
});

const HASH = uuid(99);

function action(kind: TaskAction['kind'], customId: string, index?: number): TaskAction {
  return { kind, customId, index, label: '', emoji: '', style: 2, type: 2 };
}

/** A button of a finished picture, pressed. */
function press(pressed: TaskAction, more: Partial<TaskJob['request']> = {}): TaskJob {
  const parent = {
    id: '1',
    trace: { messageId: PARENT_ID, messageFlags: 0, jobId: HASH },
    finalPrompt: 'a small cat',
    request: { verb: 'imagine', prompt: 'a small cat', links: [], files: 0 } as const,
    actions: [pressed],
  };
  return world.job({ verb: 'act', prompt: '', action: pressed, parentId: '1', ...more }, { parent });
}

const PARENT_ID = '1450000000000000001';
const upscale = (index: number) => action('upscale', `MJ::JOB::upsample::${index}::${HASH}`, index);
const pick = (index: number, more = {}) =>
  world.final(HASH, {
    content: `**a small cat** - Image #${index} <@${OWN_ID}>`,
    attachments: [{ id: '1', filename: `pick_${index}.png`, url: `https://cdn.test/pick_${index}.png` }],
    message_reference: { message_id: PARENT_ID },
    ...more,
  });

describe('a picture', () => {
  it('is sent after its nonce was told, followed, and given with its buttons', async () => {
    const { followed, nonce } = await world.submit();
    expect(followed.events).toEqual([{ type: 'job-submitted', nonce }]);
    expect(world.port.sent).toMatchObject([
      { type: 'command', guildId: GUILD_ID, channelId: CHANNEL_ID, options: [{ value: 'a small cat' }] },
    ]);
    const start = world.start(nonce, uuid(1));
    world.port.tell({ type: 'interaction-created', interactionId: '1451000000000000001', nonce });
    world.created(start);
    world.updated(world.progress(start.id, 46, uuid(1)));
    world.port.emit({ type: 'message-deleted', messageId: start.id });
    const final = world.final(uuid(1), { message_reference: { message_id: start.id } });
    world.created(final);
    await world.clock.settle();
    expect(followed.isOver).toBe(true);
    expect(followed.error).toBeUndefined();
    expect(pictureOf(followed)).toContain(uuid(1));
    expect(followed.events).toContainEqual({ type: 'job-accepted', messageId: start.id });
    expect(followed.events).toContainEqual({ type: 'job-traced', trace: { jobId: uuid(1) } });
    expect(followed.events).toContainEqual(
      expect.objectContaining({ type: 'progress-changed', percent: 46 }),
    );
    expect(followed.events).toContainEqual({
      type: 'prompt-echoed',
      prompt: 'a small cat',
      title: 'a small cat',
    });
    expect(followed.events.at(-1)).toMatchObject({
      trace: { messageId: final.id, messageFlags: 0, jobId: uuid(1), referenceMessageId: start.id },
    });
    expect(world.desk.load).toEqual({ jobs: 0, keys: 0, unclaimed: 0 });
  });

  it('may come before Discord has answered', async () => {
    world.port.onInteract = async ({ nonce }) => {
      world.created(world.final(uuid(1), { nonce }));
      await new Promise(() => {});
    };
    const { followed } = await world.submit();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('may come with its nonce again, without any progress', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.start(nonce, undefined, { content: '', flags: 128 }));
    world.created(world.final(uuid(1), { nonce }));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('is found by the bot’s job id when it comes before the message that tells it', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.final(uuid(1)));
    await world.clock.settle();
    expect(followed.isOver).toBe(false);
    world.created(world.start(nonce, uuid(1)));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('is told with ephemeral progress, whose loss with the connection does no harm', async () => {
    const { followed, nonce } = await world.submit();
    world.port.emit({ type: 'reading-paused' });
    await world.clock.advance(6 * 60_000);
    world.port.emit({ type: 'reading-resumed' });
    await world.clock.advance(1_000);
    expect(followed.isOver).toBe(false);
    expect(nonce).not.toBe('');
    world.created(world.final(uuid(1)));
    await world.clock.advance(2_000);
    expect(pictureOf(followed)).toContain(uuid(1));
  }, 10_000);

  it('is waited for when the command was sent while the connection was down', async () => {
    world.port.emit({ type: 'reading-paused' });
    await world.clock.settle();
    const { followed } = await world.submit();
    await world.clock.advance(6 * 60_000);
    expect(followed.isOver).toBe(false);
  });

  it('that came while the connection was down is found without its nonce', async () => {
    const { followed, nonce } = await world.submit();
    const start = world.start(nonce, undefined, { flags: 64 });
    world.created(start);
    world.updated(world.progress(start.id, 31, uuid(1)));
    world.port.emit({ type: 'reading-paused' });
    world.port.emit({ type: 'reading-resumed' });
    world.created(world.final(uuid(1)));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('is never taken from an edited parent', async () => {
    const { followed } = await world.submit(press(upscale(2)));
    world.updated(world.final(HASH, { id: PARENT_ID }));
    await world.clock.advance(25_000);
    expect(followed.isOver).toBe(false);
    world.created(pick(2));
    await world.clock.advance(2_000);
    expect(pictureOf(followed)).toBe('pick_2.png');
  });

  it('comes after Discord said that the interaction failed', async () => {
    const { followed, nonce } = await world.submit();
    world.port.tell({ type: 'interaction-failed', interactionId: '1451000000000000001', nonce });
    await world.clock.advance(20_000);
    world.created(world.start(nonce, uuid(1)));
    await world.clock.advance(20_000);
    world.created(world.final(uuid(1)));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });
});

describe('pictures of one grid', () => {
  it('are told apart by their number, though all carry the grid’s own job id', async () => {
    const runs = [];
    for (const index of [1, 2, 3, 4]) runs.push((await world.submit(press(upscale(index)))).followed);
    for (const index of [3, 1, 4, 2]) world.created(pick(index));
    await world.clock.settle();
    expect(runs.map(pictureOf)).toEqual(['pick_1.png', 'pick_2.png', 'pick_3.png', 'pick_4.png']);
  });

  it('are not traced by the grid’s job id, which is no id of theirs', async () => {
    const { followed, nonce } = await world.submit(press(upscale(1)));
    world.created(
      world.start(nonce, HASH, { content: `Upscaling image #1 with **a small cat** - <@${OWN_ID}>` }),
    );
    await world.clock.settle();
    expect(typesOf(followed)).toEqual(['job-submitted', 'job-accepted']);
  });

  it('of another user who pressed the same button are left alone', async () => {
    const { followed } = await world.submit(press(upscale(1)));
    world.created(pick(1, { content: `**a small cat** - Image #1 <@${OTHER_ID}>` }));
    await world.clock.advance(25_000);
    expect(followed.isOver).toBe(false);
  });

  it('variations wait for a stronger key while two of them fit', async () => {
    const strong = (index: number) => action('vary', `MJ::JOB::variation::${index}::${HASH}`, index);
    const first = await world.submit(press(strong(1)));
    const second = await world.submit(press(strong(2)));
    const vary = (id: number) =>
      world.final(uuid(id), {
        content: `**a small cat** - Variations (Strong) by <@${OWN_ID}> (fast)`,
        message_reference: { message_id: PARENT_ID },
      });
    world.created(vary(2));
    await world.clock.advance(3_000);
    world.created(world.start(second.nonce, uuid(2)));
    world.created(world.start(first.nonce, uuid(1)));
    world.created(vary(1));
    await world.clock.settle();
    expect([pictureOf(first.followed), pictureOf(second.followed)]).toEqual([
      expect.stringContaining(uuid(1)),
      expect.stringContaining(uuid(2)),
    ]);
  });
});

describe('jobs of which nothing but the words is known', () => {
  it('get one picture each, the oldest first, once no stronger key has come for a while', async () => {
    const first = await world.submit();
    await world.clock.advance(1_000);
    const second = await world.submit();
    world.created(world.final(uuid(1)));
    world.created(world.final(uuid(2)));
    await world.clock.advance(19_000);
    expect([first.followed.isOver, second.followed.isOver]).toEqual([false, false]);
    await world.clock.advance(1_000);
    expect([pictureOf(first.followed), pictureOf(second.followed)]).toEqual([
      expect.stringContaining(uuid(1)),
      expect.stringContaining(uuid(2)),
    ]);
  });

  it('get the one that is left, once a stronger key has told whose the other one is', async () => {
    const first = await world.submit();
    const second = await world.submit();
    world.created(world.final(uuid(1)));
    world.created(world.final(uuid(2)));
    await world.clock.advance(5_000);
    const start = world.start(first.nonce, uuid(2));
    world.created(start);
    await world.clock.advance(5_000);
    expect(pictureOf(first.followed)).toContain(uuid(2));
    expect(pictureOf(second.followed)).toContain(uuid(1));
  });

  it('never get a picture that another one has had', async () => {
    const first = await world.submit();
    const second = await world.submit();
    const final = world.final(uuid(1), { nonce: first.nonce });
    world.created(final);
    const { nonce: _, ...without } = final;
    world.created(without);
    await world.clock.advance(30_000);
    expect(pictureOf(first.followed)).toContain(uuid(1));
    expect(second.followed.isOver).toBe(false);
  });
});

describe('a job that was given up', () => {
  it('keeps its picture from another one of the same words', async () => {
    const first = await world.submit();
    const second = await world.submit();
    first.followed.signal.abort(new Error('cancelled'));
    await world.clock.settle();
    world.created(world.final(uuid(1)));
    await world.clock.advance(30_000);
    expect(second.followed.isOver).toBe(false);
    world.created(world.final(uuid(2), { nonce: second.nonce }));
    await world.clock.settle();
    expect(pictureOf(second.followed)).toContain(uuid(2));
  });
});

describe('a refusal', () => {
  it.each([['by nonce', (nonce: string) => world.notice('Banned prompt detected', { nonce, flags: 64 })]])(
    'ends its task at once with the bot’s own words: %s',
    async (_, notice) => {
      const { followed, nonce } = await world.submit();
      world.created(notice(nonce));
      await world.clock.settle();
      expect(followed.error).toMatchObject({ code: 'prompt_refused' });
      expect(String(followed.error)).toContain('Banned prompt detected');
    },
  );

  it('ends its task on the progress message, and as a reply to it', async () => {
    for (const isReply of [false, true]) {
      const { followed, nonce } = await world.submit();
      const start = world.start(nonce, undefined);
      world.created(start);
      const notice = world.notice('Invalid link', isReply ? {} : { id: start.id });
      if (isReply) world.created({ ...notice, message_reference: { message_id: start.id } });
      else world.updated(notice);
      await world.clock.settle();
      expect(String(followed.error)).toContain('Invalid link');
    }
  });

  it('ends the task whose parent it replies to', async () => {
    const { followed } = await world.submit(press(upscale(1)));
    world.created(world.notice('Slow Down!', { message_reference: { message_id: PARENT_ID } }));
    await world.clock.settle();
    expect(followed.error).toMatchObject({ retryable: true });
  });

  it('after success changes nothing', async () => {
    const { followed, nonce } = await world.submit();
    const start = world.start(nonce, uuid(1));
    world.created(start);
    world.created(world.final(uuid(1)));
    world.created(world.notice('Internal error', { nonce }));
    world.created(world.notice('Internal error', { message_reference: { message_id: start.id } }));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
    expect(followed.error).toBeUndefined();
  });

  it('that asks for a person is reported once with the place to act, whether or not a task had it', async () => {
    const { followed, nonce } = await world.submit();
    const notice = world.notice('Pending mod message', { nonce, flags: 64 });
    world.created(notice);
    world.created(notice);
    world.created(world.notice('Blocked', { flags: 64 }));
    world.created(world.notice('Blocked', { content: `<@${OTHER_ID}>`, interaction: foreignInteraction }));
    await world.clock.settle();
    expect(followed.error).toMatchObject({ code: 'human_required' });
    expect(world.notices).toMatchObject([
      {
        consequence: 'pause',
        reason: 'moderation',
        link: `https://discord.com/channels/${GUILD_ID}/${CHANNEL_ID}`,
      },
      { consequence: 'disable', reason: 'blocked' },
    ]);
  });

  const foreignInteraction = { id: '1451000000000000009', user: { id: OTHER_ID } };

  it('that is lifted by waiting is waited out: the job is sent again with a new nonce', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.notice('Queue full', { nonce }));
    await world.clock.advance(60_000);
    expect(world.port.sent).toHaveLength(2);
    const again = world.port.sent[1]?.nonce ?? '';
    expect(again).not.toBe(nonce);
    expect(followed.events.at(-1)).toEqual({ type: 'job-submitted', nonce: again });
    world.created(world.final(uuid(1), { nonce: again }));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('that is lifted by waiting and told twice sends the job once more, not twice', async () => {
    const { nonce } = await world.submit();
    const notice = world.notice('Queue full', { nonce });
    world.created(notice);
    world.created(notice);
    world.created(world.notice('Queue full', { nonce }));
    await world.clock.advance(60_000);
    expect(world.port.sent).toHaveLength(2);
  });

  it('that was none after all sends nothing again: the bot works on it', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.notice('Queue full', { nonce }));
    world.created(world.start(nonce, uuid(1)));
    await world.clock.advance(60_000);
    expect(world.port.sent).toHaveLength(1);
    world.created(world.final(uuid(1)));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('that is never lifted ends in bot_busy', async () => {
    world.port.onInteract = ({ nonce }) => world.created(world.notice('Queue full', { nonce }));
    const { followed } = await world.submit();
    await world.clock.advance(6 * 60_000);
    expect(followed.error).toMatchObject({ code: 'bot_busy' });
  });

  it('“Stopped” ends the task as stopped', async () => {
    const { followed, nonce } = await world.submit();
    const start = world.start(nonce, uuid(1));
    world.created(start);
    world.updated({ ...start, content: `**a small cat** - <@${OWN_ID}> (Stopped)` });
    await world.clock.settle();
    expect(followed.error).toMatchObject({ code: 'task_stopped' });
  });
});

describe('what Discord says to an interaction', () => {
  const refusal = (status: number, discordCode: number) =>
    new GatewayError('discord_refused', 'No.', { cause: { status, discordCode } });

  it('unreachable is no failure: the bot may have it', async () => {
    world.port.onInteract = () => {
      throw new GatewayError('discord_timeout', 'silence');
    };
    const { followed, nonce } = await world.submit();
    await world.clock.advance(10_000);
    expect(followed.isOver).toBe(false);
    world.created(world.final(uuid(1), { nonce }));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
    expect(world.port.sent).toHaveLength(1);
  });

  it('too many: it is sent again when Discord allows it', async () => {
    world.port.onInteract = () => {
      world.port.onInteract = () => {};
      throw new GatewayError('rate_limited', 'slow', { retryAfterMs: 7_000 });
    };
    const { followed } = await world.submit();
    await world.clock.advance(6_999);
    expect(world.port.sent).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.port.sent).toHaveLength(2);
    expect(followed.isOver).toBe(false);
  });

  it('a connection that is lost at that moment: it is sent when it is back', async () => {
    let isAway = true;
    world.port.onInteract = () => {
      if (isAway) throw new GatewayError('account_offline', 'not connected');
    };
    const { followed } = await world.submit();
    await world.clock.advance(12_000);
    expect(followed.isOver).toBe(false);
    isAway = false;
    await world.clock.advance(5_000);
    world.created(world.final(uuid(1), { nonce: world.port.sent.at(-1)?.nonce ?? '' }));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('outdated: the commands are read anew and it is sent once more', async () => {
    let isFirst = true;
    world.port.onInteract = () => {
      if (!isFirst) return;
      isFirst = false;
      world.port.commandList = world.port.commandList.map((each) => ({ ...each, version: '2' }));
      throw new GatewayError('command_outdated', 'old');
    };
    const { followed } = await world.submit();
    expect(world.port.sent).toMatchObject([{ command: { version: '1' } }, { command: { version: '2' } }]);
    expect(typesOf(followed)).toEqual(['job-submitted', 'job-submitted']);
    expect(world.port.commandReads).toBe(2);
  });

  it('outdated for ever: the task fails after the second time', async () => {
    world.port.onInteract = () => {
      throw new GatewayError('command_outdated', 'old');
    };
    const { followed } = await world.submit();
    expect(followed.error).toMatchObject({ code: 'command_outdated' });
    expect(world.port.sent).toHaveLength(2);
  });

  it.each([
    ['a captcha', new GatewayError('human_required', 'captcha'), 'human_required', 'discord_captcha'],
    ['forbidden', refusal(403, 50_001), 'discord_refused', 'refused'],
    ['a parent that is gone', refusal(404, 10_008), 'parent_gone', undefined],
    ['a bad body', refusal(400, 50_035), 'discord_refused', undefined],
  ])('%s fails the task and pauses the account where a person is needed', async (_, error, code, reason) => {
    world.port.onInteract = () => {
      throw error;
    };
    const { followed } = await world.submit(press(upscale(1)));
    expect(followed.error).toMatchObject({ code });
    expect(world.notices.map((notice) => notice.reason)).toEqual(reason === undefined ? [] : [reason]);
  });
});

describe('a form', () => {
  const zoom = () => action('zoom-custom', `MJ::CustomZoom::${HASH}`);
  const modal = (nonce: string) => ({
    id: '1451000000000000001',
    nonce,
    channelId: CHANNEL_ID,
    customId: `MJ::OutpaintCustomZoomModal::${HASH}`,
    title: 'Zoom Out',
    components: [
      {
        type: 1,
        components: [{ type: 4, custom_id: 'MJ::OutpaintCustomZoomModal::prompt', value: 'held already' }],
      },
    ],
  });

  it.each([
    [{ prompt: 'a tiny cat' }, 'a tiny cat'],
    [undefined, 'held already'],
  ])('that opens is filled in once, and its picture is the task’s: %j', async (form, value) => {
    const { followed, nonce } = await world.submit(press(zoom(), { form }));
    world.port.tell({ type: 'modal-opened', modal: modal(nonce) });
    world.port.tell({ type: 'modal-opened', modal: modal(nonce) });
    await world.clock.settle();
    expect(world.port.sent).toHaveLength(2);
    const [, answer] = world.port.sent;
    expect(answer).toMatchObject({ type: 'modal', modalId: '1451000000000000001' });
    expect(JSON.stringify(answer)).toContain(value);
    expect(followed.events.at(-1)).toEqual({ type: 'form-submitted', nonce: answer?.nonce });
    world.created(
      world.final(uuid(1), {
        nonce: answer?.nonce ?? '',
        content: `**a small cat** - Zoom Out by <@${OWN_ID}> (fast)`,
      }),
    );
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  const frame = (nonce: string, title: string, path: string) => ({
    id: '1451000000000000002',
    nonce,
    channelId: CHANNEL_ID,
    customId: 'MJ::iframe::abc',
    title,
    path,
  });
  const region = () =>
    press(action('vary-region', `MJ::Inpaint::1::${HASH}::SOLO`), { form: { mask: 'aGk=' } });

  it('for a region is posted to the bot’s own page; the picture is found by the interaction', async () => {
    const { followed, nonce } = await world.submit(region());
    world.port.tell({ type: 'frame-opened', frame: frame(nonce, 'Inpaint', 'inpaint/index.html') });
    await world.clock.settle();
    expect(world.port.posts).toMatchObject([
      { path: '/inpaint/api/submit-job', body: { customId: 'abc', mask: 'aGk=' } },
    ]);
    const metadata = { id: '1451000000000000002', user: { id: OWN_ID } };
    const start = world.start(undefined, uuid(1), { interaction_metadata: metadata });
    world.created(start);
    world.created(
      world.final(uuid(1), { content: `**a small cat** - Variations (Region) by <@${OWN_ID}> (fast)` }),
    );
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('that the page refuses fails the task', async () => {
    world.port.activityAnswer = { status: 403, body: 'no' };
    const { followed, nonce } = await world.submit(region());
    world.port.tell({ type: 'frame-opened', frame: frame(nonce, 'Inpaint', 'inpaint/index.html') });
    await world.clock.settle();
    expect(followed.error).toMatchObject({ code: 'bot_failed' });
  });

  it('that asks for a person is never answered', async () => {
    const { followed, nonce } = await world.submit(region());
    world.port.tell({
      type: 'frame-opened',
      frame: frame(nonce, 'Action required to continue', '/captcha/embedded/x'),
    });
    await world.clock.settle();
    expect(followed.error).toMatchObject({ code: 'human_required' });
    expect(world.notices).toMatchObject([{ consequence: 'pause', reason: 'captcha' }]);
    expect(world.port.posts).toEqual([]);
  });

  it('a bookmark ends with the interaction', async () => {
    const { followed, nonce } = await world.submit(press(action('bookmark', `MJ::BOOKMARK::${HASH}`)));
    world.port.tell({ type: 'interaction-succeeded', interactionId: '1451000000000000001', nonce });
    await world.clock.settle();
    expect(followed.events.at(-1)).toMatchObject({ type: 'job-ended', media: [] });
  });
});

describe('answers in words', () => {
  it('a description ends its task with its texts and their buttons', async () => {
    const { followed, nonce } = await world.submit(
      world.job({ verb: 'describe', prompt: '', links: ['https://example.org/a.png'] }),
    );
    const answer = world.message({
      nonce,
      flags: 128,
      interaction: { id: '1451000000000000001', name: 'describe' },
    });
    world.created(answer);
    world.updated({
      ...answer,
      flags: 0,
      embeds: [{ description: '1️⃣ one\n\n2️⃣ two', image: { url: 'https://cdn.test/a.png' } }],
      components: [{ type: 1, components: [{ type: 2, custom_id: 'MJ::Job::PicReader::1', label: '1' }] }],
    });
    await world.clock.settle();
    expect(followed.events).toContainEqual(
      expect.objectContaining({ type: 'text-answered', texts: ['one', 'two'] }),
    );
    expect(followed.events.at(-1)).toMatchObject({ type: 'job-ended', trace: { messageId: answer.id } });
  });

  it('info ends its task with the bot’s words', async () => {
    const { followed, nonce } = await world.submit(world.job({ verb: 'info', prompt: '' }));
    world.created(
      world.message({
        nonce,
        flags: 64,
        embeds: [{ title: 'Your info - alice', description: '**Subscription**: Basic' }],
      }),
    );
    await world.clock.settle();
    expect(typesOf(followed)).toContain('text-answered');
    expect(followed.events.at(-1)).toMatchObject({ type: 'job-ended', trace: { messageFlags: 64 } });
  });
});

describe('a task that was maybe sent before a restart', () => {
  const resume = (trace: TaskJob['trace'], startedAt = world.clock.now() - 60_000) =>
    world.follow(world.job({}, { trace, startedAt }));

  it('is never sent again, and finds in the history what came meanwhile', async () => {
    world.port.past.push(world.final(uuid(2)), world.final(uuid(1)));
    const followed = resume({ nonce: '5', jobId: uuid(1) });
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
    expect(world.port.sent).toEqual([]);
  });

  it('gets what came before it was taken up again', async () => {
    world.created(world.final(uuid(1), { nonce: '5' }));
    await world.clock.settle();
    const followed = resume({ nonce: '5' });
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('finds a picture of no words by just that, as a blend has none', async () => {
    const blended = `**<https://s.mj.run/a> <https://s.mj.run/b> --ar 1:1** - <@${OWN_ID}> (fast)`;
    world.port.past.push(world.final(uuid(2)), world.final(uuid(1), { content: blended }));
    const trace = { nonce: '5' };
    const blend = world.follow(
      world.job({ verb: 'blend', prompt: '' }, { trace, startedAt: world.clock.now() }),
    );
    await world.clock.advance(5_000);
    expect(pictureOf(blend)).toContain(uuid(1));
  });

  it('goes on listening when it still runs', async () => {
    const followed = resume({ nonce: '5', progressMessageId: '1451000000000000001' });
    await world.clock.settle();
    world.updated(world.progress('1451000000000000001', 46, uuid(1)));
    world.created(world.final(uuid(1)));
    await world.clock.settle();
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('finds by its words a picture that is newer than its start, and none that is older', async () => {
    const older = world.final(uuid(1));
    await world.clock.advance(5 * 60_000);
    world.port.past.push(older);
    const followed = resume({ nonce: '5' });
    await world.clock.advance(30_000);
    expect(followed.isOver).toBe(false);
    world.port.past.push(world.final(uuid(2)));
    await world.clock.advance(60_000);
    expect(pictureOf(followed)).toContain(uuid(2));
  });

  it('is not given up while something of it is shown, though too little to trace it by', async () => {
    const followed = resume({ nonce: '5' });
    await world.clock.settle();
    world.updated(world.progress(world.snowflake(), 31, uuid(1)));
    await world.clock.advance(7 * 60_000);
    expect(followed.isOver).toBe(false);
    world.created(world.final(uuid(1)));
    await world.clock.advance(2_000);
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('says that it may not have been sent when nothing is found', async () => {
    const followed = resume({ nonce: '5' });
    await world.clock.advance(5 * 60_000);
    expect(followed.error).toMatchObject({ code: 'task_timeout' });
    expect(String(followed.error)).toMatch(/may not have been sent.*|submitMinutes/);
    expect(world.port.sent).toEqual([]);
  });

  it('says so at its last limit as well, when it may be another’s that was shown', async () => {
    const followed = resume({ nonce: '5' });
    await world.clock.settle();
    world.updated(world.progress(world.snowflake(), 31, uuid(1)));
    await world.clock.advance(60 * 60_000);
    expect(String(followed.error)).toMatch(/timeoutMinutes\): it may not have been sent/);
  });

  it('does not take the picture of another one with the same words', async () => {
    world.port.past.push(world.final(uuid(1)), world.final(uuid(2)));
    const second = resume({ nonce: '6', jobId: uuid(2) });
    const first = resume({ nonce: '5', jobId: uuid(1) });
    await world.clock.settle();
    expect([pictureOf(first), pictureOf(second)]).toEqual([
      expect.stringContaining(uuid(1)),
      expect.stringContaining(uuid(2)),
    ]);
  });
});

describe('time limits', () => {
  it('a task of which nothing is heard ends with the name of the limit', async () => {
    const { followed } = await world.submit();
    await world.clock.advance(5 * 60_000 - 1);
    expect(followed.isOver).toBe(false);
    await world.clock.advance(1);
    expect(followed.error).toMatchObject({ code: 'task_timeout' });
    expect(String(followed.error)).toContain('submitMinutes');
  });

  it('a running task ends at timeoutMinutes, and time in the bot’s line does not count', async () => {
    const { followed, nonce } = await world.submit();
    const start = world.start(nonce, uuid(1));
    world.created(start);
    world.updated(world.message({ id: start.id, embeds: [{ title: 'Job queued', color: 16_239_475 }] }));
    await world.clock.advance(15 * 60_000);
    expect(typesOf(followed)).toContain('job-waiting');
    world.updated(world.progress(start.id, 0, uuid(1)));
    await world.clock.advance(9 * 60_000);
    expect(followed.isOver).toBe(false);
    await world.clock.advance(60_000);
    expect(String(followed.error)).toContain('timeoutMinutes');
  });

  it('a task whose first message is “Job queued” goes on in the same message', async () => {
    const { followed, nonce } = await world.submit();
    const queued = world.message({ nonce, embeds: [{ title: 'Job queued', color: 16_239_475 }] });
    world.created(queued);
    world.updated(world.progress(queued.id, 31, uuid(1)));
    world.created(world.final(uuid(1)));
    await world.clock.settle();
    expect(typesOf(followed)).toEqual(
      expect.arrayContaining(['job-accepted', 'job-waiting', 'progress-changed']),
    );
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('a task in the bot’s line ends at botQueueMinutes', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.message({ nonce, embeds: [{ title: 'Job queued', color: 16_239_475 }] }));
    await world.clock.advance(20 * 60_000);
    expect(String(followed.error)).toContain('botQueueMinutes');
  });

  it('finds the picture in the history before it gives up', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.start(nonce, uuid(1)));
    await world.clock.advance(60_000);
    world.port.past.push(world.final(uuid(1)));
    await world.clock.advance(9 * 60_000);
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('finds it by its words too when nothing better is known', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.start(nonce, undefined));
    await world.clock.advance(60_000);
    world.port.past.push(world.final(uuid(1)));
    await world.clock.advance(9 * 60_000);
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('looks again when Discord cannot be reached at that moment', async () => {
    const { followed, nonce } = await world.submit();
    world.created(world.start(nonce, uuid(1)));
    world.port.historyError = new GatewayError('discord_unreachable', 'down');
    await world.clock.advance(10 * 60_000 + 20_000);
    expect(followed.isOver).toBe(false);
    world.port.historyError = undefined;
    world.port.past.push(world.final(uuid(1)));
    await world.clock.advance(20_000);
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('reads the history a minute after a progress message was deleted without a picture', async () => {
    const { followed, nonce } = await world.submit();
    const start = world.start(nonce, uuid(1));
    world.created(start);
    world.port.emit({ type: 'message-deleted', messageId: start.id });
    world.port.past.push(world.final(uuid(1)));
    await world.clock.advance(60_000);
    expect(pictureOf(followed)).toContain(uuid(1));
  });

  it('a failed interaction of which nothing is heard ends after half a minute', async () => {
    const { followed, nonce } = await world.submit();
    world.port.tell({ type: 'interaction-failed', interactionId: '1451000000000000001', nonce });
    await world.clock.advance(30_000);
    expect(followed.error).toMatchObject({ code: 'bot_failed' });
  });

  it('reads a channel by itself whose events do not come', async () => {
    const { followed, nonce } = await world.submit();
    world.port.tell({ type: 'interaction-created', interactionId: world.snowflake(), nonce });
    await world.clock.advance(1_000);
    world.port.past.push(world.final(uuid(1)));
    await world.clock.advance(50_000);
    expect(pictureOf(followed)).toContain(uuid(1));
  });
});

describe('the desk', () => {
  it('lets a job leave at once when its caller does, and presses nothing', async () => {
    const { followed } = await world.submit();
    followed.signal.abort(new Error('left'));
    await world.clock.settle();
    expect(followed.error).toEqual(new Error('left'));
    expect(world.port.sent).toHaveLength(1);
    expect(world.desk.load).toMatchObject({ jobs: 0, keys: 0 });
  });

  it('ends every job when it is closed, and leaves no timer and no reader', async () => {
    const { followed } = await world.submit();
    world.created(world.final(uuid(9), { content: `**another** - <@${OWN_ID}> (fast)` }));
    await world.clock.settle();
    world.desk.close();
    await world.clock.settle();
    expect(followed.error).toMatchObject({ code: 'shutting_down' });
    expect(world.port.reading).toBe(0);
    expect(world.clock.pending).toBe(0);
  });

  it('leaves a pause between two commands of an account', async () => {
    world.desk.close();
    world = new World({ spacingMs: 350 });
    const runs = [world.follow(world.job()), world.follow(world.job()), world.follow(world.job())];
    await world.clock.advance(349);
    expect(world.port.sent).toHaveLength(1);
    await world.clock.advance(351);
    expect(world.port.sent).toHaveLength(3);
    expect(runs).toHaveLength(3);
  });

  it('asks the bot to stop a job by the cancel button of its progress message', async () => {
    const { nonce } = await world.submit();
    const start = world.start(nonce, uuid(1), { flags: 64 });
    world.created(start);
    await world.clock.settle();
    const { signal } = new AbortController();
    await world.desk.cancel({ jobId: uuid(1), progressMessageId: start.id }, signal);
    expect(world.port.sent.at(-1)).toMatchObject({
      type: 'component',
      messageId: start.id,
      messageFlags: 64,
      customId: `MJ::CancelJob::ByJobid::${uuid(1)}`,
    });
    await world.desk.cancel({ nonce }, signal);
    expect(world.port.sent).toHaveLength(2);
  });

  it('asks for a seed in a direct message', async () => {
    const direct = '800000000000000001';
    const asked = world.desk.seed({ jobId: uuid(1) }, new AbortController().signal);
    await world.clock.settle();
    const shown = world.final(uuid(1), { channel_id: direct });
    world.port.emit({ type: 'message-created', message: shown }, direct);
    await world.clock.settle();
    expect(world.port.reactions).toEqual([{ channelId: direct, messageId: shown.id, emoji: '✉️' }]);
    const told = world.message({ content: `**Job ID**: ${uuid(1)}\n**seed** 1234` });
    world.port.emit({ type: 'message-created', message: told }, direct);
    await expect(asked).resolves.toBe('1234');
  });

  it('gives up a seed that is not told', async () => {
    const asked = world.desk.seed({ jobId: uuid(1) }, new AbortController().signal);
    const outcome = expect(asked).rejects.toMatchObject({ code: 'bot_failed' });
    await world.clock.advance(90_000);
    await outcome;
  });

  it('puts pictures of a prompt into the channel and their links in front', async () => {
    const file = { name: 'cat.png', contentType: 'image/png', bytes: new Uint8Array([1]) };
    const job = world.job({ files: 1 }, { files: [file] });
    await world.submit(job);
    expect(world.port.sent).toMatchObject([
      { options: [{ value: 'https://cdn.discordapp.com/attachments/1/cat.png a small cat' }] },
    ]);
  });

  it('signs any number of links anew', async () => {
    const urls = Array.from({ length: 120 }, (_, index) => `https://cdn.test/${index}.png`);
    const fresh = await world.desk.refreshLinks(urls, new AbortController().signal);
    expect(fresh.size).toBe(120);
  });

  it('holds a thousand jobs in one room', async () => {
    const runs = [];
    for (let index = 0; index < 1_000; index += 1) runs.push(world.follow(world.job()));
    await world.clock.settle();
    const nonces = world.port.sent.map((each) => each.nonce);
    for (const [index, nonce] of nonces.entries()) world.created(world.start(nonce, uuid(index)));
    for (let index = 999; index >= 0; index -= 1) world.created(world.final(uuid(index)));
    await world.clock.settle();
    expect(runs.every((run, index) => pictureOf(run)?.includes(uuid(index)))).toBe(true);
    expect(world.desk.load).toEqual({ jobs: 0, keys: 0, unclaimed: 0 });
  });
});
