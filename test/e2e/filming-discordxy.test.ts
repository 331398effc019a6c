/** Pika's paths of the Discordxy API, in front of the simulated Discord. */
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drawPicture } from '../../src/sim/bots/picture.ts';
import { isFilmOf, startSim } from '../../src/sim/index.ts';
import { type Receiver, startReceiver } from './drawing/receiver.ts';
import { bytesOf, expectInteractions, expectOwnGrid } from './drawing/studio.ts';
import { expectOwnFilm, type FilmSet, formOf, setOf, startSet } from './filming/set.ts';
import { fingerprint, pause, range } from './scene.ts';
import { OTHER_KEY } from './world.ts';

const PNG = drawPicture('a cat');
const pixels = { width: 64, height: 48, channels: 3, background: '#3366cc' } as const;

describe('films', () => {
  let world: FilmSet;
  afterEach(() => world.close());

  it('of words: the nonce leads to the video, through every status', async () => {
    world = await startSet({ pika: { steps: [25, 75], takesMs: 16_000 } }, { room: { concurrency: 1 } });
    const nonce = await world.film('A cute small cat -ar 9:16', { state: 'mine' });
    expect(nonce).toMatch(/^\d{15,20}$/);
    const second = await world.film('waits its turn');
    expect(await world.seen(second)).toMatchObject({
      status: 'Queuing',
      progress: '0%',
      nonce: second,
      startTime: 0,
    });
    const running = await world.once(nonce, ['Running']);
    expect(['25%', '75%']).toContain(running.progress);
    const film = await world.shown(nonce);
    expect(film).toMatchObject({
      action: 'Create',
      prompt: 'A cute small cat -ar 9:16',
      finalPrompt: expect.stringContaining('A cute small cat'),
      progress: '100%',
      channelId: world.sim.ready.channels.pika,
      imageUrl: '',
      state: 'mine',
      messageId: expect.stringMatching(/^\d{17,20}$/),
      discordNonce: expect.stringMatching(/^\d{17,20}$/),
      videoUrl: film.videoRawUrl,
    });
    expect(film).not.toHaveProperty('params');
    expect(film.buttons.map(({ action }) => action).slice(0, 2)).toEqual(['Retry', 'Remix']);
    const { submitTime, startTime, finishTime } = film;
    expect(Math.abs(submitTime - Date.now() / 1_000)).toBeLessThan(30);
    expect(submitTime <= startTime && startTime <= finishTime).toBe(true);
    await expectOwnFilm(film);
    await expectOwnFilm(await world.shown(second));
    expectInteractions(world.sim, 2);
  });

  it.each([
    ['a png', () => PNG, 'cat.png'],
    ['a jpeg that is called otherwise', () => sharp({ create: pixels }).jpeg().toBuffer(), 'cat.bin'],
    ['a webp without a name', () => sharp({ create: pixels }).webp().toBuffer(), 'blob'],
    ['a gif', () => sharp({ create: pixels }).gif().toBuffer(), 'a cat\u00A0名.gif'],
  ])('of a picture sent as a form: %s', async (_, make, name) => {
    world = await startSet();
    const picture = await make();
    const words = await world.sendForm('/pika/animate', formOf(picture, ' smiling and blinking ', name));
    const alone = await world.sendForm('/pika/animate', formOf(picture, undefined, name));
    for (const { status, json } of [words, alone]) {
      expect({ status, json }).toEqual({
        status: 200,
        json: { code: 0, result: expect.stringMatching(/^\d+$/), message: 'Success' },
      });
    }
    const film = await world.shown(String(words.json.result));
    expect(film).toMatchObject({ action: 'Animate', prompt: 'smiling and blinking' });
    await expectOwnFilm(film, picture);
    await expectOwnFilm(await world.shown(String(alone.json.result)), picture);
  });

  it.each(['plain', 'opaque'] as const)(
    'again by their buttons, with custom ids that are %s',
    async (customIds) => {
      world = await startSet({ pika: { customIds } });
      const first = await world.shown(await world.animate(PNG, 'she jumps'));
      const retries = await Promise.all(range(3).map(() => world.press(first.nonce, { action: 'Retry' })));
      const customId = first.buttons.find(
        ({ label, action }) => action === 'Retry' || label === '🔄',
      )?.customId;
      retries.push(await world.press(first.nonce, { customId }));
      const remixes = await Promise.all(
        ['she sleeps', 'she sleeps', 'she sings'].map((prompt) =>
          world.press(first.nonce, { action: 'Remix', prompt }),
        ),
      );
      for (const nonce of retries) {
        const film = await world.shown(nonce);
        expect(film).toMatchObject({ action: 'Retry', params: { messageId: first.messageId } });
        await expectOwnFilm(film, PNG, 'she jumps');
      }
      const remixed = await Promise.all(remixes.map((nonce) => world.shown(nonce)));
      for (const { action, prompt, videoRawUrl } of remixed) {
        expect(action).toBe('Remix');
        // Of presses at once the simulated bot cannot tell which of them opened a form: the words must do.
        expect(isFilmOf(await bytesOf(videoRawUrl), { prompt, marks: [], picture: PNG })).toBe(true);
      }
      expect(new Set([...remixed, first].map(({ messageId }) => messageId)).size).toBe(4);
      const alone = await world.shown(
        await world.press(first.nonce, { action: 'Remix', prompt: 'she dreams' }),
      );
      await expectOwnFilm(alone, PNG);
      const deeper = await world.shown(await world.press(remixes[2] as string, { action: 'Retry' }));
      await expectOwnFilm(deeper, PNG, 'she sings');
      // Each remix is a button and a form.
      expectInteractions(world.sim, 1 + 4 + 2 * 4 + 1);
    },
  );

  it('go away by the button that deletes them', async () => {
    world = await startSet();
    const film = await world.shown(await world.film('a cat that will go'));
    const messages = () => world.sim.world.channels.get(film.channelId)?.messages.map(({ id }) => id) ?? [];
    expect(messages()).toContain(film.messageId);
    const { customId } = film.buttons[2] as { customId: string };
    expect(await world.shown(await world.press(film.nonce, { customId }))).toMatchObject({ videoRawUrl: '' });
    expect(messages()).not.toContain(film.messageId);
    const late = await world.over(await world.press(film.nonce, { action: 'Retry' }));
    expect(late).toMatchObject({ status: 'Failed', failReason: expect.stringMatching(/gone/) });
  });

  it('in direct messages with the bot as well', async () => {
    const sim = await startSim({ port: 0, speed: 40, limits: 'none' });
    const alice = sim.ready.accounts.find(({ id }) => id === 'alice');
    const opened = await fetch(`${sim.ready.api}/users/@me/channels`, {
      method: 'POST',
      headers: { authorization: alice?.token ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({ recipients: [sim.ready.bots.pika.userId] }),
    });
    const { id: channelId } = (await opened.json()) as { id: string };
    world = await setOf(sim, { room: { guildId: undefined, channelId } });
    const first = await world.shown(await world.film('between the two of us'));
    expect(first.channelId).toBe(channelId);
    await expectOwnFilm(first);
    await expectOwnFilm(await world.shown(await world.animate(PNG, 'she jumps')), PNG);
    await expectOwnFilm(await world.shown(await world.press(first.nonce, { action: 'Retry' })));
    const remix = await world.press(first.nonce, { action: 'Remix', prompt: 'another one' });
    await expectOwnFilm(await world.shown(remix));
    expectInteractions(sim, 5);
  });

  it('are told to a callback in the shape of the status', async () => {
    world = await startSet();
    const receiver: Receiver = await startReceiver();
    const nonce = await world.film('a cat that calls back', { notifyHook: receiver.url, state: 'xyz' });
    const told = await receiver.next(({ status }) => status === 'Success');
    expect(told.isSigned).toBe(true);
    expect(told.json).toMatchObject({ nonce, state: 'xyz', progress: '100%' });
    expect(told.json.videoRawUrl).toMatch(/\.mp4/);
    await receiver.close();
  });

  it('run over several accounts, each with its own line, and a full line is a 429', async () => {
    world = await startSet(
      { users: 2, pika: { takesMs: 14_000 } },
      { room: { concurrency: 2, queue: 3 }, draws: true },
    );
    const answers = await Promise.all(
      range(14).map((number) => world.call('/pika/create', { prompt: `number ${number}` })),
    );
    const taken = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200);
    expect([taken.length, refused.length]).toEqual([10, 4]);
    for (const { status, json } of refused) {
      expect(status).toBe(429);
      expect(json).toMatchObject({ code: 429, result: null, message: expect.stringMatching(/line|queue/i) });
    }
    await pause(100);
    const { json } = await world.call('/client/online');
    const views = json.result as Record<string, unknown>[];
    const rooms = views.map(({ account, name, online, running, queued, concurrency, queueSize }) => ({
      account,
      name,
      online,
      running,
      queued,
      concurrency,
      queueSize,
    }));
    const pika = { name: 'pika', online: true, running: 2, queued: 3, concurrency: 2, queueSize: 3 };
    const mj = { name: 'mj', online: true, running: 0, queued: 0 };
    for (const account of ['alice', 'bob']) {
      expect(rooms).toContainEqual({ account, ...pika });
      expect(rooms).toContainEqual(expect.objectContaining({ account, ...mj }));
    }
    expect(rooms).toHaveLength(4);
    await expectOwnGrid(await world.done(await world.imagine('a picture beside them')));
    for (const { json: answer } of taken) await expectOwnFilm(await world.shown(String(answer.result)));
    await expectOwnFilm(await world.shown(await world.film('room again')));
    expectInteractions(world.sim, 12);
  });
});

describe('bad input', () => {
  let world: FilmSet;
  let untouched: string;
  let finished: string;

  // One world for all of them: in the end it must be as good as new.
  beforeAll(async () => {
    world = await startSet({}, { more: { server: { bodyLimitMb: 25 } } });
    finished = (await world.shown(await world.film('a good one'))).nonce;
    untouched = fingerprint(world.sim);
  });
  afterAll(async () => {
    await expectOwnFilm(await world.shown(await world.film('still there?')));
    expectInteractions(world.sim, 2);
    await world.close();
  });

  function expectRefused({ status, json }: { status: number; json: unknown }, code: number, message: RegExp) {
    expect({ status, json }).toEqual({
      status: code,
      json: { code, result: null, message: expect.stringMatching(message) },
    });
    expect(fingerprint(world.sim)).toBe(untouched);
  }

  const form = (fields: Record<string, string | Blob>) => {
    const made = new FormData();
    for (const [name, value] of Object.entries(fields)) made.append(name, value);
    return made;
  };
  const file = (content: string | Uint8Array) =>
    new Blob([typeof content === 'string' ? content : new Uint8Array(content)]);
  const heavy = () => file(Buffer.concat([PNG, Buffer.alloc(20_500_000)]));

  it.each([
    ['without a picture', () => form({ prompt: 'she jumps' }), 400, /"file" is missing/],
    ['with an empty picture', () => form({ file: file('') }), 400, /empty/],
    ['with a text for a picture', () => form({ file: file('hello, I am a cat') }), 400, /plain text/],
    ['with an svg', () => form({ file: file('<svg xmlns="http://www.w3.org/2000/svg"/>') }), 400, /svg/i],
    [
      'with an svg behind a prologue',
      () => form({ file: file('<?xml version="1.0"?>\n<!-- a -->\n<svg/>') }),
      400,
      /svg|xml/i,
    ],
    ['with a web page', () => form({ file: file('<!doctype html><img src=x>') }), 400, /HTML|web page|text/i],
    [
      'with a video',
      () => form({ file: file(Buffer.from('\0\0\0\x20ftypisom\0\0\0\0', 'latin1')) }),
      400,
      /video/,
    ],
    [
      'with half a png',
      () => form({ file: file(PNG.slice(0, 6)) }),
      400,
      /no picture|cannot be read|not.*picture/i,
    ],
    ['with a picture that is too large', () => form({ file: heavy() }), 400, /larger than 20/],
    [
      'with a form that is too large',
      () => form({ file: file(Buffer.alloc(27_000_000)) }),
      413,
      /25 MB|larger|too large/,
    ],
    [
      'with too many words',
      () => form({ file: file(PNG), prompt: 'x'.repeat(1_501) }),
      400,
      /1501 characters.*1500/,
    ],
    ['with the picture under another name', () => form({ image: file(PNG), prompt: 'a' }), 400, /"file"/],
    ['with a word for a picture', () => form({ file: 'cat.png' }), 400, /holds no picture/],
    [
      'with a link to the machine itself',
      () => form({ file: 'http://169.254.169.254/latest' }),
      400,
      /private|address|allow/i,
    ],
  ])('to animate is refused %s', async (_, make, code, message) => {
    expectRefused(await world.sendForm('/pika/animate', make()), code, message);
  });

  it.each([
    ['no object', '', 400, /JSON object/],
    ['no prompt', {}, 400, /"prompt" is missing/],
    ['an empty prompt', { prompt: ' \n ' }, 400, /"prompt" is missing/],
    ['a number', { prompt: 7 }, 400, /must be a text/],
    ['a list', [], 400, /JSON object/],
    ['1,501 characters', { prompt: '猫'.repeat(1_501) }, 400, /1501 characters.*1500/],
    [
      'a callback to the machine itself',
      { prompt: 'a', notifyHook: 'ftp://x' },
      400,
      /notifyHook|callback|address/i,
    ],
  ])('to create is refused with %s', async (_, body, code, message) => {
    expectRefused(await world.call('/pika/create', body), code, message);
  });

  it('that is only unwise is passed on with a warning', async () => {
    const own = await startSet();
    const body = JSON.stringify({ prompt: '一只可爱的小猫', quality: 'best' });
    const response = await own.post('/pika/create', body);
    expect(response.headers.get('x-cordgate-warnings')).toMatch(/quality.*English only/);
    const { result } = (await response.json()) as { result: string };
    const film = await own.shown(result);
    expect(film.prompt).toBe('一只可爱的小猫');
    await expectOwnFilm(film);
    const longest = 'x'.repeat(1_500);
    await expectOwnFilm(await own.shown(await own.film(longest)));
    await own.close();
  });

  it.each([
    ['GET', '/pika/create', 405],
    ['PUT', '/pika/animate', 405],
    ['POST', '/pika/status', 405],
    ['DELETE', '/pika/change', 405],
    ['GET', '/pika/status', 400],
    ['GET', '/pika/status?nonce=XXX', 404],
    ['GET', '/pika/status?nonce=1211421713496994992', 404],
    ['GET', '/pika/nothing', 404],
  ])('%s %s is a %i', async (method, path, code) => {
    const response = await fetch(world.url + path, { method, headers: { key: 'sk-test-0123456789' } });
    const allow = response.headers.get('allow');
    expectRefused({ status: response.status, json: await response.json() }, code, /\S/);
    if (code === 405) expect(allow).toMatch(path === '/pika/status' ? /GET/ : /POST/);
  });

  it.each([
    ['an unknown nonce', { nonce: '7', action: 'Retry' }, 404],
    ['no action', {}, 400],
    ['an action of other bots', { action: 'U1' }, 400],
    ['a button that is not there', { customId: 'MJ::JOB::upsample::1::x' }, 400],
    ['a remix with too many words', { action: 'Remix', prompt: 'x'.repeat(1_501) }, 400],
    ['a remix without words', { action: 'Remix' }, 400],
  ])('to press a button is refused with %s', async (_, body, code) => {
    expectRefused(await world.call('/pika/change', { nonce: finished, ...body }), code, /\S/);
  });

  it('other keys see nothing of it, and without one nothing is done', async () => {
    const stranger = await world.call(`/pika/status?nonce=${finished}`, undefined, {
      authorization: `Bearer ${OTHER_KEY}`,
    });
    expectRefused(stranger, 401, /key/i);
    const keyless = await fetch(`${world.url}/pika/create`, { method: 'POST', body: '{"prompt":"a"}' });
    expectRefused({ status: keyless.status, json: await keyless.json() }, 401, /key/i);
  });
});
