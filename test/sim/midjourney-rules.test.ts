/** What tests can order of the simulated Midjourney bot: accidents, notices, strangers, and orders at once. */
import { afterEach, describe, expect, it } from 'vitest';
import { NOTICE_NAMES } from '../../src/sim/bots/midjourney/index.ts';
import { noticeOf } from '../../src/sim/bots/midjourney/notices.ts';
import { colourOf, drawPicture } from '../../src/sim/bots/midjourney/pictures.ts';
import { OrderError, type SimOptions } from '../../src/sim/index.ts';
import { buttonsOf, jobIdOf, Scene } from './midjourney-scene.ts';

let scene: Scene;
afterEach(() => scene.close());

function start(midjourney: SimOptions['midjourney'] = {}): Scene {
  scene = new Scene({ midjourney });
  return scene;
}
const script = (value: unknown) => scene.built.midjourney.add(value);
const who = () => `<@${scene.userId}>`;
const words = (story: readonly string[]) => story.map((line) => line.split(' ')[0]);
const isFinal = (line: string) =>
  line.startsWith('create') && /\(fast\)\s/.test(line) && !line.includes('%)');

describe('how a job goes', () => {
  it('repeats the nonce on the final when told so', async () => {
    const grid = await start({ nonceOnFinal: true }).draw('a cat');
    expect(grid.nonce).toBe(scene.nonce);
  });

  it('names the interaction on the final when told so', async () => {
    start();
    expect((await scene.draw('a cat')).interaction_metadata).toBeUndefined();
    script({ metadataOnFinal: true });
    const grid = await scene.draw('a dog');
    expect(grid.interaction_metadata?.user?.id).toBe(scene.userId);
  });

  it('begins with an empty message that thinks', async () => {
    start({ emptyStart: true });
    await scene.draw('a cat');
    expect(scene.changes[0]).toMatchObject({ message: { content: '', flags: 128, nonce: scene.nonce } });
    expect(scene.changes[1]).toMatchObject({
      message: { content: `**a cat --v 7.0** - ${who()} (Waiting to start)`, flags: 0 },
    });
  });

  it('shows the progress to the asker alone', async () => {
    start({ ephemeralProgress: true });
    await scene.imagine('a cat');
    await scene.clock.advance(3000);
    expect(scene.shown()).toMatchObject([{ flags: 64 }]);
    expect(await scene.port.history(scene.channelId, {})).toEqual([]);
    await scene.settle();
    expect(scene.shown()).toMatchObject([{ flags: 0 }]);
  });

  it('takes the percentages, their pace and their look from the order', async () => {
    start({ steps: [50], percentStyle: 'together', stepEveryMs: 100, startAfterMs: 0, cancelButton: false });
    await scene.imagine('a cat');
    await scene.clock.advance(240);
    expect(scene.story().slice(-1)).toEqual([`update **a cat --v 7.0** - ${who()} (fast 50%)`]);
    expect(buttonsOf(scene.shown()[0] ?? { id: '', channel_id: '' })).toEqual([]);
    await scene.clock.advance(100);
    expect(isFinal(scene.story().at(-1) ?? '')).toBe(true);
  });

  it('says nothing at all', async () => {
    start({ silent: true });
    await scene.imagine('a cat');
    await scene.settle();
    expect(scene.changes).toEqual([]);
  });

  it('fails the interaction and goes on all the same', async () => {
    start({ interactionFailureFirst: true });
    const grid = await scene.draw('a cat');
    expect(scene.events.map(({ type }) => type)).toEqual(['interaction-created', 'interaction-failed']);
    expect(jobIdOf(grid)).not.toBe('');
  });

  it('stops on the way', async () => {
    start({ stopAt: 46 });
    await scene.imagine('a cat');
    await scene.settle();
    expect(scene.story().at(-1)).toBe(`update **a cat --v 7.0** - ${who()} (Stopped)`);
  });

  const stalls = [
    [31, '(31%) (fast)'],
    [true, '(93%) (fast)'],
  ] as const;
  it.each(stalls)('stands still for ever: %s', async (noFinal, shown) => {
    start({ noFinal });
    await scene.imagine('a cat');
    await scene.settle();
    expect(scene.story().at(-1)).toBe(`update **a cat --v 7.0** - ${who()} ${shown}`);
  });

  it('says everything twice', async () => {
    start({ duplicate: true });
    await scene.draw('a cat');
    const story = scene.story();
    for (let at = 0; at < story.length; at += 2) expect(story[at + 1]).toBe(story[at]);
    expect(scene.shown()).toHaveLength(1);
  });

  it('ends with an update of the progress message', async () => {
    start({ finalBy: 'update' });
    await scene.draw('a cat');
    expect(new Set(words(scene.story()).slice(1))).toEqual(new Set(['update']));
    expect(buttonsOf(scene.result()).length).toBeGreaterThan(8);
  });

  it('leaves the progress message where it is', async () => {
    start({ deleteProgress: false });
    await scene.draw('a cat');
    expect(scene.shown()).toHaveLength(2);
  });

  it('repeats the prompt in the words that were ordered', async () => {
    start({ rewrite: 'an altogether other text' });
    expect((await scene.draw('a cat')).content).toContain('**an altogether other text**');
  });

  it('adds the parameters of the account', async () => {
    start({ accountDefaults: '--raw --sref https://s.mj.run/abc' });
    expect((await scene.draw('a cat')).content).toContain(
      '**a cat --v 7.0 --raw --sref <https://s.mj.run/abc>**',
    );
  });

  it('gives pictures of the prompt another short link at the end', async () => {
    start({ relink: true });
    await scene.draw('https://example.org/1.png a cat');
    const short = (line: string) => /s\.mj\.run\/\w+/.exec(line)?.[0];
    const [first, last] = [scene.story()[0] ?? '', scene.story().at(-1) ?? ''];
    expect(short(first)).toMatch(/^s\.mj\.run\/\w{11}$/);
    expect(short(last)).not.toBe(short(first));
  });

  it('keeps the parent as it is, and replies to nothing, when told so', async () => {
    start({ editParent: false, referenceOnFinal: false, upscaleStart: false });
    const grid = await scene.draw('a cat');
    const before = scene.changes.length;
    const single = await scene.pressed(grid, 'U1');
    expect(scene.changes.slice(before)).toHaveLength(1);
    expect(single.message_reference).toBeUndefined();
  });

  it('holds for as many tasks as the rule says, for the task that it names', async () => {
    start();
    script({ match: { regex: 'CAT', flags: 'i' }, on: 'imagine', times: 1, stopAt: 31 });
    for (const prompt of ['a dog', 'a cat', 'a cat']) await scene.imagine(prompt);
    await scene.settle();
    expect(scene.shown().filter(({ content }) => content?.includes('(Stopped)'))).toHaveLength(1);
    expect(scene.shown()).toHaveLength(3);
  });
});

describe('the line of a person', () => {
  it('lets three jobs run, ten wait and refuses the rest', async () => {
    start();
    for (let number = 1; number <= 14; number += 1) await scene.imagine(`cat ${number}`);
    await scene.clock.advance(2000);
    const titles = scene.shown().map(({ embeds }) => embeds?.[0]?.title ?? 'runs');
    expect(titles).toEqual([...Array(3).fill('runs'), ...Array(10).fill('Job queued'), 'Queue full']);
    expect(scene.shown()[3]?.embeds?.[0]).toMatchObject({
      description: expect.stringContaining('maximum allowed number of concurrent jobs'),
      footer: { text: '/imagine cat 4' },
    });
    await scene.settle();
    expect(scene.shown().filter(({ attachments }) => attachments?.length)).toHaveLength(13);
  });

  it('begins a job that waited in the message that said so, or in a new one', async () => {
    start({ concurrency: 1, queue: 1 });
    await scene.imagine('first');
    await scene.imagine('second');
    await scene.clock.advance(2000);
    const waiting = scene.shown()[1]?.id;
    await scene.clock.advance(10_000);
    expect(scene.shown().find(({ id }) => id === waiting)?.content).toContain('**second --v 7.0**');
    scene.close();
    start({ concurrency: 1, queue: 1, queuedBy: 'create' });
    await scene.imagine('first');
    await scene.imagine('second');
    await scene.settle();
    const begun = scene.changes.filter(
      (change) => change.type === 'message-created' && change.message.content?.includes('**second'),
    );
    expect(begun[0]).toMatchObject({ message: { interaction_metadata: { type: 2 } } });
    expect(begun[0]).not.toHaveProperty('message.nonce');
  });

  it('takes no place for single pictures', async () => {
    start({ concurrency: 1, queue: 0 });
    const grid = await scene.draw('a cat');
    await scene.imagine('a dog');
    await scene.clock.advance(2000);
    await scene.press(grid, 'U1');
    await scene.clock.advance(2000);
    expect(scene.result().content).toContain('Image #1');
  });
});

describe('notices', () => {
  it.each(NOTICE_NAMES)('%s ends a job with its own words, unless it only informs', async (name) => {
    start({ notice: name });
    await scene.imagine('a cat');
    await scene.settle();
    const notice = noticeOf(name);
    if (notice.frame) {
      expect(scene.frame()).toMatchObject({ title: notice.frame.title, nonce: scene.nonce });
      expect(scene.frame().path).toMatch(/^captcha\/embedded\//);
      expect(scene.changes).toEqual([]);
      return;
    }
    const isIt = (message: { content?: string; embeds?: readonly { title?: string }[] }) =>
      notice.title ? message.embeds?.[0]?.title === notice.title : message.content === contentOf(name);
    const seen = scene.changes.filter((change) => 'message' in change && isIt(change.message));
    expect(seen).toHaveLength(1);
    expect(scene.shown().some(({ attachments }) => attachments?.length)).toBe(notice.isInformation ?? false);
    const embed = 'message' in (seen[0] ?? {}) ? seen[0] : undefined;
    if (notice.color !== undefined) {
      expect(embed).toMatchObject({ message: { embeds: [{ color: notice.color }] } });
    }
    const type = notice.delivery === 'update' ? 'message-updated' : 'message-created';
    expect(embed?.type).toBe(type);
  });

  const contentOf = (name: (typeof NOTICE_NAMES)[number]) =>
    (noticeOf(name).content ?? '').replace('PROMPT', 'a cat');

  it('come in each of the three ways, at each of the three times', async () => {
    for (const noticeBy of ['create', 'update', 'reply'] as const) {
      for (const noticeAt of ['start', 'progress', 'after-final'] as const) {
        start({ notice: 'other-red', noticeBy, noticeAt });
        await scene.imagine('a cat');
        await scene.settle();
        const carries = scene.shown().filter(({ embeds }) => embeds?.[0]?.title === 'Weather alert');
        expect(carries, `${noticeBy} ${noticeAt}`).toHaveLength(1);
        const drawn = scene.shown().some(({ components }) => (components?.length ?? 0) > 1);
        expect(drawn).toBe(noticeAt === 'after-final');
        if (noticeBy === 'create') expect(carries[0]).toMatchObject({ flags: 64, nonce: scene.nonce });
        if (noticeBy === 'reply') expect(carries[0]?.message_reference?.message_id).toMatch(/^\d+$/);
        scene.close();
      }
    }
  });

  it('refers to the parent when it is about that', async () => {
    start();
    const grid = await scene.draw('a cat');
    script({ on: 'upscale', notice: 'slow-down' });
    await scene.press(grid, 'U1');
    await scene.settle();
    expect(scene.shown().at(-1)).toMatchObject({ message_reference: { message_id: grid.id } });
    expect(scene.shown().at(-1)?.embeds?.[0]?.description).toMatch(/ <t:\d{10}:R>$/);
  });

  it('come in place of words as well', async () => {
    start({ notice: 'image-denied' });
    await scene.command('describe', [{ type: 3, name: 'link', value: 'https://example.org/a.png' }]);
    await scene.settle();
    expect(scene.shown()).toMatchObject([{ embeds: [{ title: 'Image denied' }], flags: 0 }]);
  });

  it('check for a person by buttons under a picture', async () => {
    start({ captcha: 'buttons' });
    await scene.imagine('a cat');
    await scene.settle();
    const [check] = scene.shown();
    expect(check?.embeds?.[0]?.description).toContain("verify you're human");
    expect(check?.embeds?.[0]?.image?.url).toMatch(/^https:/);
    expect(buttonsOf(check ?? { id: '', channel_id: '' })).toHaveLength(4);
    expect(buttonsOf(check ?? { id: '', channel_id: '' })[0]?.custom_id).toMatch(/^MJ::Captcha::/);
  });
});

describe('strangers', () => {
  it('ask for the same in the same channel, before and after', async () => {
    start({ foreign: 4 });
    await scene.imagine('a cat');
    await scene.settle();
    const finals = scene.shown().map(({ content }) => /<@(\d+)>/.exec(content ?? '')?.[1]);
    expect(new Set(finals).size).toBe(5);
    const own = finals.indexOf(scene.userId);
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(4);
    expect(scene.changes.filter((change) => 'message' in change && change.message.nonce)).toHaveLength(1);
  });

  it('ask on order, without anybody else', async () => {
    start();
    script({ foreignJob: { prompt: 'their horse' } });
    await scene.settle();
    expect(scene.shown()).toHaveLength(1);
    expect(scene.result().content).toContain('**their horse --v 7.0**');
    expect(scene.result().content).not.toContain(who());
    const { world } = scene.built;
    const theirs = world.channels.get(scene.channelId)?.messages[0]?.attachments[0];
    const bytes = theirs && world.files.read(theirs)?.bytes;
    expect(bytes?.length).toBeGreaterThan(0);
    expect(Buffer.from(bytes ?? []).equals(drawPicture({ seedText: 'their horse', format: 'webp' }))).toBe(
      false,
    );
    expect(colourOf('their horse#1')).not.toEqual(colourOf('a cat#1'));
  });
});

describe('orders', () => {
  it('change the versions of all commands', async () => {
    start();
    const [before] = await scene.port.commands({ guildId: scene.guildId });
    if (!before) throw new Error('no commands');
    script({ bumpVersions: true });
    const [after] = await scene.port.commands({ guildId: scene.guildId });
    expect(after?.id).toBe(before.id);
    expect(after?.version).not.toBe(before.version);
    const options = [{ type: 3, name: 'prompt', value: 'a cat' }];
    const send = (command: typeof before, nonce: string) =>
      scene.port.interact({
        type: 'command',
        applicationId: command.application_id,
        guildId: scene.guildId,
        channelId: scene.channelId,
        nonce,
        command,
        options,
      });
    await expect(send(before, '1')).rejects.toThrow();
    await expect(send(after ?? before, '2')).resolves.toBeUndefined();
  });

  it('change the settings of one person', async () => {
    start({ remix: true });
    script({ person: { userId: scene.userId, remix: false, mode: 'turbo' } });
    const grid = await scene.draw('a cat');
    expect(grid.content).toContain('(turbo)');
    expect((await scene.pressed(grid, 'V1')).content).toContain('Variations');
  });

  it('forget everything first when told so', async () => {
    start({ mode: 'relax' });
    script({ defaults: { mode: 'turbo' }, rules: [{ stopAt: 31 }] });
    script({ reset: true });
    expect((await scene.draw('a cat')).content).toContain('(relaxed)');
  });

  const wrong = [
    [{ match: 'x', notice: 'no such' }, 'notice'],
    [{ rules: [{ stopAt: 200 }] }, 'rules.0.stopAt'],
    [{ match: 'x', sillent: true }, 'sillent'],
    [[{ match: { regex: '(' } }], 'rules.0.match.regex'],
    [{ defaults: { queue: -1 } }, 'defaults.queue'],
    [{ foreignJob: { userId: '1' } }, 'foreignJob.prompt'],
  ] as const;
  it.each(wrong)('name the field that is wrong: %o', (order, field) => {
    start();
    const add = () => script(order);
    expect(add).toThrow(OrderError);
    expect(add).toThrow(expect.objectContaining({ field }));
  });
});
