/** Videos that come to nothing: each ends with the bot's own reason, and nothing else is touched. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { askBots } from '../../src/composition/check/ask.ts';
import { checkDiscord } from '../../src/composition/check/discord.ts';
import { startSim } from '../../src/sim/index.ts';
import { fakeParts, Terminal } from '../cli/terminal.ts';
import { expectInteractions, expectOwnGrid, waitFor } from './drawing/studio.ts';
import { expectOwnFilm, type FilmSet, type SetOptions, setConfig, setOf, startSet } from './filming/set.ts';
import { fasterClock } from './world.ts';

let world: FilmSet;

afterEach(() => world.close());

const script = (pika: object) => world.sim.script({ pika });

/** Everything, the bot and the limits of the gateway, twenty times faster. */
async function startFast(options: SetOptions = {}): Promise<void> {
  const clock = fasterClock(20);
  world = await startSet({ clock, speed: 2 }, { ...options, clock });
}

const ENDINGS = [
  ['moderated', /flagged by our content moderation/i],
  ['failed', /failed to generate|generation failed/i],
  ['cancelled', /cancelled/i],
  ['too-many', /too many/i],
  ['too-long', /must have between 1 and 1500/i],
] as const;

describe('a video that the bot does not make', () => {
  it.each(ENDINGS)(
    '%s ends with its words, however they come, and the next one is made',
    async (ending, words) => {
      world = await startSet();
      const ways = ['update', 'create', 'ephemeral'].flatMap((endingBy) =>
        ['text', 'embed'].map((endingAs) => ({ endingBy, endingAs })),
      );
      const rules = ways.map((way, number) => ({ ending, ...way, match: `way ${number}` }));
      script({ rules });
      const nonces = await Promise.all(
        ways.map((_, number) => world.film(`it failed, moderated, cancelled: way ${number}`)),
      );
      const good = await world.film('it failed, moderated, cancelled: and was made');
      for (const nonce of nonces) {
        const film = await world.over(nonce, 3_000);
        expect(film).toMatchObject({
          status: 'Failed',
          failReason: expect.stringMatching(words),
          videoRawUrl: '',
        });
        expect(film.finishTime).toBeGreaterThan(0);
      }
      await expectOwnFilm(await world.shown(good));
      expectInteractions(world.sim, ways.length + 1);
      expect(await world.account()).toMatchObject({ state: 'ready', running: 0, queued: 0 });
    },
  );

  it('because its waiting message went without a word, says so', async () => {
    await startFast();
    script({ rules: [{ ending: 'deleted', match: 'gone' }] });
    const [gone, good] = [await world.film('gone'), await world.film('stays')];
    expect(await world.over(gone)).toMatchObject({
      status: 'Failed',
      failReason: expect.stringMatching(/deleted the message/),
    });
    await expectOwnFilm(await world.shown(good));
  });

  it('because it goes on for ever, ends by its time limit, which is named', async () => {
    await startFast({ bot: { timeoutMinutes: 0.5 } });
    script({ rules: [{ ending: 'none', match: 'for ever' }] });
    expect(await world.over(await world.film('for ever'))).toMatchObject({
      status: 'Timeout',
      failReason: expect.stringMatching(/no video within 0\.5 min \(timeoutMinutes\)/),
    });
  });

  it('because the bot says nothing at all, ends by what Discord says of the interaction', async () => {
    await startFast();
    script({ rules: [{ silent: true, match: 'nobody' }] });
    expect(await world.over(await world.film('nobody'))).toMatchObject({
      status: 'Failed',
      failReason: expect.stringMatching(/interaction failed/),
    });
    await expectOwnFilm(await world.shown(await world.film('somebody')));
    expectInteractions(world.sim, 2);
  });
});

describe('commands', () => {
  it.each([
    ['the bot', ['bot']],
    ['one of its commands', ['create']],
  ])('that are missing with %s fail within a second, and cordgate check names them', async (_, missing) => {
    world = await startSet();
    script({ missing });
    const askedAt = Date.now();
    const film = await world.over(await world.film('a cat'), 2_000);
    expect(Date.now() - askedAt).toBeLessThan(1_000);
    expect(film).toMatchObject({
      status: 'Failed',
      failReason: expect.stringMatching(/No bot offers \/create/),
    });
    const video = await world.get(`/v1/videos/video_${film.nonce}`);
    expect(JSON.parse(video.raw)).toMatchObject({ status: 'failed', error: { code: 'command_missing' } });
    expectInteractions(world.sim, 0);

    const folder = mkdtempSync(join(tmpdir(), 'cordgate-filming-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'cordgate.yaml');
    writeFileSync(file, JSON.stringify(setConfig(world.sim)));
    const args = ['check', '--config', file, '--json'];
    const { code, stdout } = await new Terminal().run(args, fakeParts({ checkDiscord, askBots }));
    const findings = JSON.parse(stdout) as { code: string; remedy?: string }[];
    expect(code).toBe(1);
    expect(findings.find((finding) => finding.code === 'commands_missing')).toMatchObject({
      level: 'error',
      bot: 'pika',
      account: 'alice',
      message: expect.stringContaining('no bot offers /create and /animate here'),
      remedy: expect.stringContaining('reported to be closed'),
    });
    script({ missing: [] });
    await expectOwnFilm(await world.shown(await world.film('back again')));
  });

  it('that were changed since they were read are read anew, and sent once more', async () => {
    world = await startSet();
    script({ rival: true });
    await expectOwnFilm(await world.shown(await world.film('the first')));
    script({ bumpVersions: true });
    const nonces = await Promise.all([1, 2, 3].map((number) => world.film(`after it ${number}`)));
    for (const nonce of nonces) await expectOwnFilm(await world.shown(nonce));
    expectInteractions(world.sim, 4);
  });

  it.each([
    ['one of its commands', ['create']],
    ['the bot', ['bot']],
  ])(
    'that went away with %s after they were read are told as missing, and found when they are back',
    async (_, missing) => {
      world = await startSet();
      await world.shown(await world.film('the first'));
      script({ missing });
      const film = await world.over(await world.film('the last'), 3_000);
      expect(film).toMatchObject({
        status: 'Failed',
        failReason: expect.stringMatching(/offers .*\/create/),
      });
      script({ missing: [], bumpVersions: true });
      await expectOwnFilm(await world.shown(await world.film('back again')));
      expectInteractions(world.sim, 2);
    },
  );
});

describe('a captcha', () => {
  it('pauses the account for this bot only: it goes on drawing', async () => {
    const sim = await startSim({ port: 0, speed: 40, limits: 'none' });
    world = await setOf(sim, { draws: true });
    const { guildId, channels } = sim.ready;
    sim.fault({ type: 'captcha', account: 'alice', times: 1 });
    const film = await world.over(await world.film('a cat'));
    expect(film).toMatchObject({
      status: 'Failed',
      failReason: expect.stringMatching(/captcha|human|person/i),
    });
    const online = async () => (await world.call('/client/online')).json.result as Record<string, unknown>[];
    const seen = await waitFor(online, (views) => views.some(({ online: isOnline }) => !isOnline));
    expect(seen.find(({ name }) => name === 'pika')).toMatchObject({
      account: 'alice',
      online: false,
      state: 'paused',
      reason: 'discord_captcha',
      link: `https://discord.com/channels/${guildId}/${channels.pika}`,
    });
    expect(seen.find(({ name }) => name === 'mj')).toMatchObject({
      account: 'alice',
      online: true,
      state: 'ready',
    });
    await expectOwnGrid(await world.done(await world.imagine('a picture all the same')));
    await world.order('alice', 'resume');
    await waitFor(online, (views) => views.every(({ online: isOnline }) => isOnline));
    await expectOwnFilm(await world.shown(await world.film('a cat, at last')));
    expectInteractions(sim, 2);
  });
});
