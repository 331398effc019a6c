/** The simulated Pika bot as a driver meets it: over the in-memory port, on a clock that only the test moves. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Component, Message, MessageChange } from '../../src/core/discord.ts';
import type { CommandOption, InteractionChange, StoredFile } from '../../src/core/interaction.ts';
import { drawPicture } from '../../src/sim/bots/picture.ts';
import {
  type BuiltWorld,
  buildWorld,
  isFilmOf,
  readFilm,
  type SimOptions,
  simPort,
} from '../../src/sim/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isHeard } from '../support/heard.ts';

const PICTURE = { name: 'cat.png', bytes: drawPicture('a cat'), contentType: 'image/png' };

/** One person in one channel. */
class Scene {
  readonly clock = new FakeClock(1_700_000_000_000);
  readonly built: BuiltWorld;
  readonly port: ReturnType<typeof simPort>;
  readonly changes: MessageChange[] = [];
  readonly events: InteractionChange[] = [];
  channelId: string;
  #isDirect = false;
  readonly #stopper = new AbortController();
  #nonce = 0;

  constructor(options: SimOptions = {}) {
    this.built = buildWorld({ clock: this.clock, ...options });
    this.port = simPort(this.built.world, 'alice');
    this.channelId = this.built.channels.pika ?? '';
    void this.#watch();
    void this.#listen();
  }

  async #watch(): Promise<void> {
    for await (const change of this.port.watch({ channelId: this.channelId }, this.#stopper.signal))
      this.changes.push(change);
  }

  async #listen(): Promise<void> {
    for await (const event of this.port.interactions(this.#stopper.signal)) this.events.push(event);
  }

  close(): void {
    this.#stopper.abort();
    this.built.stop();
  }

  get nonce(): string {
    return String(1_000_000 + this.#nonce);
  }

  get who(): string {
    return `<@${this.port.userId}>`;
  }

  async goToDirectMessages(): Promise<void> {
    this.channelId = await this.port.openDirectChannel(this.built.pikaUserId);
    this.#isDirect = true;
    void this.#watch();
  }

  commands() {
    return this.port.commands(
      this.#isDirect ? { channelId: this.channelId } : { guildId: this.built.guildId },
    );
  }

  async command(name: string, options: readonly CommandOption[], files: readonly StoredFile[] = []) {
    const command = (await this.commands()).find((candidate) => candidate.name === name);
    if (!command) throw new Error(`no command ${name}`);
    await this.port.interact({
      ...this.#place(command.application_id),
      type: 'command',
      command,
      options,
      files,
    });
  }

  create(prompt: string): Promise<void> {
    return this.command('create', [{ type: 3, name: 'prompt', value: prompt }]);
  }

  async animate(prompt?: string, file = PICTURE): Promise<void> {
    const stored = await this.port.store(this.channelId, file);
    const words = prompt === undefined ? [] : [{ type: 3, name: 'prompt', value: prompt }];
    await this.command('animate', [{ type: 11, name: 'image', value: 0 }, ...words], [stored]);
  }

  async press(message: Message, emoji: string): Promise<void> {
    const button = buttonsOf(message).find((candidate) => candidate.emoji?.name === emoji);
    await this.port.interact({
      ...this.#place(this.built.pikaUserId),
      type: 'component',
      messageId: message.id,
      messageFlags: message.flags ?? 0,
      customId: button?.custom_id ?? '',
    });
  }

  async submit(value: string): Promise<void> {
    const opened = this.events.findLast((event) => event.type === 'modal-opened');
    if (opened?.type !== 'modal-opened') throw new Error('no form is open');
    const { id, customId, components } = opened.modal;
    const field = components[0]?.components?.[0]?.custom_id ?? '';
    await this.port.interact({
      ...this.#place(this.built.pikaUserId),
      type: 'modal',
      modalId: id,
      customId,
      components: [{ type: 1, components: [{ type: 4, custom_id: field, value }] }],
    });
  }

  settle(forMs = 60_000): Promise<void> {
    return this.clock.advance(forMs);
  }

  /** `create`, `update` or `delete`, and the text. */
  story(): string[] {
    return this.changes.filter(isHeard).map((change) => {
      if (change.type === 'message-deleted') return 'delete';
      if (change.type === 'typing-started') return 'typing';
      const word = change.type === 'message-created' ? 'create' : 'update';
      return `${word} ${change.message.content ?? ''}`;
    });
  }

  /** Every state of every message that was told, oldest first. */
  told(): Message[] {
    return this.changes.flatMap((change) => ('message' in change ? [change.message] : []));
  }

  /** What stands in the channel, oldest first. */
  history(): Promise<Message[]> {
    return this.port.history(this.channelId, {});
  }

  async film(): Promise<Message> {
    await this.settle();
    const found = (await this.history()).findLast(({ attachments }) => attachments?.length);
    if (!found) throw new Error(`no film: ${this.story().join(' | ')}`);
    return found;
  }

  bytesOf(message: Message): Uint8Array {
    const stored = this.built.world.findMessage(this.channelId, message.id)?.attachments[0];
    return (stored && this.built.world.files.read(stored)?.bytes) ?? new Uint8Array();
  }

  #place(applicationId: string) {
    this.#nonce += 1;
    const { channelId, nonce } = this;
    const guildId = this.#isDirect ? undefined : this.built.guildId;
    return { applicationId, guildId, channelId, nonce } as const;
  }
}

function buttonsOf(message: Message): Component[] {
  return (message.components ?? []).flatMap((row) => row.components ?? []);
}

let scene: Scene;
afterEach(() => scene.close());

function start(options: SimOptions = {}): Scene {
  scene = new Scene(options);
  return scene;
}

describe('create', () => {
  it('shows the waiting message with the nonce, deletes it, and posts the video', async () => {
    await start().create('smiling and blinking --size 100');
    const film = await scene.film();
    expect(scene.story()).toEqual([
      `create ${scene.who} Generating video... Be patient!`,
      'delete',
      `create ${scene.who} Prompt: smiling and blinking --size 100  Author: ${scene.who}`,
    ]);
    expect(scene.told()[0]).toMatchObject({
      nonce: scene.nonce,
      interaction: { name: 'create' },
      mentions: [{ id: scene.port.userId }],
      author: { id: scene.built.pikaUserId },
    });
    expect(film.attachments).toEqual([
      expect.objectContaining({
        filename: expect.stringMatching(/^smiling_and_blinking_seed\d{19}\.mp4$/),
        content_type: 'video/mp4',
        width: 64,
        height: 36,
      }),
    ]);
    expect(buttonsOf(film).map(({ emoji }) => emoji?.name)).toEqual(['🔄', '🔀', '❌']);
    expect(scene.events.map(({ type }) => type)).toEqual(['interaction-created', 'interaction-succeeded']);
  });

  it('tells by the film whose it is', async () => {
    await start().create('a cat');
    const film = scene.bytesOf(await scene.film());
    expect(isFilmOf(film, { prompt: 'a cat', marks: [scene.nonce] })).toBe(true);
    expect(isFilmOf(film, { prompt: 'a cat', marks: ['7'] })).toBe(false);
    expect(isFilmOf(film, { prompt: 'a dog', marks: [scene.nonce] })).toBe(false);
    expect(isFilmOf(film, { prompt: 'a cat', marks: [scene.nonce], picture: PICTURE.bytes })).toBe(false);
  });

  it('makes other bytes for the same prompt', async () => {
    start();
    await scene.create('a cat');
    await scene.create('a cat');
    await scene.settle();
    const [one, other] = (await scene.history()).map((message) => scene.bytesOf(message));
    if (!one || !other) throw new Error('there are not two films');
    expect(readFilm(one).prompt).toBe(readFilm(other).prompt);
    expect(Buffer.from(one).equals(other)).toBe(false);
  });

  it('obeys the ratio, and leaves parameters out of the name of the file', async () => {
    await start().create('a tall tower -ar 9:16 -camera zoom in -motion 3');
    const [file] = (await scene.film()).attachments ?? [];
    expect(file).toMatchObject({
      width: 36,
      height: 64,
      filename: expect.stringMatching(/^a_tall_tower_seed/),
    });
  });

  it.each(['', 'x'.repeat(1501)])(
    'refuses a prompt without any or with too many characters',
    async (prompt) => {
      await start().create(prompt);
      await scene.settle();
      expect(scene.story()).toEqual([expect.stringContaining('Error: the prompt must have')]);
    },
  );

  it('works in direct messages', async () => {
    await start().goToDirectMessages();
    await scene.create('a cat');
    expect((await scene.film()).content).toContain('Prompt: a cat');
  });
});

describe('animate and the encrypting commands', () => {
  it('animates a picture, with words or without', async () => {
    await start().animate('she jumps');
    const film = await scene.film();
    expect(film.content).toBe(`${scene.who} Prompt: she jumps  Image: 1 Attachment  Author: ${scene.who}`);
    const made = { prompt: 'she jumps', marks: [scene.nonce], picture: PICTURE.bytes };
    expect(isFilmOf(scene.bytesOf(film), made)).toBe(true);
    await scene.animate();
    expect((await scene.film()).content).toContain('Prompt:   Image: 1 Attachment');
  });

  it('refuses a file that is no picture', async () => {
    const text = { name: 'cat.txt', bytes: new TextEncoder().encode('cat'), contentType: 'text/plain' };
    await start().animate('she jumps', text);
    await scene.settle();
    expect(scene.story()).toEqual([expect.stringContaining('must be an image')]);
  });

  it('hides words', async () => {
    await start().command('encrypt_text', [
      { type: 3, name: 'message', value: 'Hello' },
      { type: 3, name: 'prompt', value: 'a wall' },
      { type: 3, name: 'font', value: 'BAUHAUS' },
    ]);
    expect((await scene.film()).content).toBe(
      `${scene.who} Prompt: a wall  Message: Hello (Font: BAUHAUS)  Author: ${scene.who}`,
    );
  });
});

describe('buttons', () => {
  it.each(['plain', 'opaque'] as const)('🔄 makes the same again, with %s custom ids', async (customIds) => {
    await start({ pika: { customIds } }).animate('a cat');
    const first = await scene.film();
    expect(buttonsOf(first)[0]?.custom_id?.includes('retry')).toBe(customIds === 'plain');
    await scene.press(first, '🔄');
    const second = await scene.film();
    expect(second.content).toBe(first.content);
    expect(second.attachments?.[0]?.filename).not.toBe(first.attachments?.[0]?.filename);
    const made = { prompt: 'a cat', marks: [scene.nonce], picture: PICTURE.bytes };
    expect(isFilmOf(scene.bytesOf(second), made)).toBe(true);
  });

  it('🔀 opens a form with the prompt; what is sent back is made, and knows both nonces', async () => {
    await start().create('a cat');
    await scene.press(await scene.film(), '🔀');
    const pressNonce = scene.nonce;
    await scene.settle();
    const opened = scene.events.findLast((event) => event.type === 'modal-opened');
    expect(opened).toMatchObject({
      modal: { nonce: pressNonce, components: [{ components: [{ type: 4, value: 'a cat' }] }] },
    });
    await scene.submit('a dog');
    const film = await scene.film();
    expect(film.content).toContain('Prompt: a dog');
    const marks = [pressNonce, scene.nonce];
    expect(isFilmOf(scene.bytesOf(film), { prompt: 'a dog', marks })).toBe(true);
    expect(film.interaction_metadata).toMatchObject({ type: 5 });
  });

  it('❌ deletes a video, and cancels one that is being made', async () => {
    await start().create('a cat');
    await scene.press(await scene.film(), '❌');
    await scene.settle();
    expect(await scene.history()).toEqual([]);
    await scene.create('a dog');
    await scene.settle(1000);
    await scene.press((await scene.history())[0] as Message, '❌');
    await scene.settle();
    expect((await scene.history()).map(({ content }) => content)).toEqual([
      `${scene.who} The generation was cancelled.`,
    ]);
  });
});

describe('what is unknown of the real bot', () => {
  it('ends with an edit of the waiting message when told so', async () => {
    await start({ pika: { finalBy: 'update' } }).create('a cat');
    const film = await scene.film();
    expect(scene.story().map((line) => line.split(' ')[0])).toEqual(['create', 'update']);
    expect(scene.told().map(({ id }) => id)).toEqual([film.id, film.id]);
  });

  it('counts up when told so', async () => {
    await start({ pika: { steps: [25, 75] } }).create('a cat');
    await scene.film();
    expect(scene.story().filter((line) => line.startsWith('update'))).toEqual([
      `update ${scene.who} Generating video... Be patient! 25%`,
      `update ${scene.who} Generating video... Be patient! 75%`,
    ]);
  });

  it('carries nonce, interaction and reference as told', async () => {
    start({
      pika: { nonceOnWaiting: false, metadataOnWaiting: false, metadataOnFinal: false, deleteWaiting: false },
    });
    await scene.create('a cat');
    const bare = await scene.film();
    for (const message of scene.told()) {
      expect(message).not.toHaveProperty('nonce');
      expect(message).not.toHaveProperty('interaction_metadata');
    }
    expect(await scene.history()).toHaveLength(2);
    scene.built.pika.add({ defaults: { nonceOnFinal: true, referenceOnFinal: true, metadataOnFinal: true } });
    await scene.press(bare, '🔄');
    await scene.settle();
    expect(scene.told().at(-1)).toMatchObject({
      nonce: scene.nonce,
      message_reference: { message_id: bare.id },
      interaction_metadata: { type: 3 },
    });
  });

  it('thinks first, or says nothing before the video', async () => {
    await start({ pika: { emptyStart: true } }).create('a cat');
    await scene.film();
    expect(scene.told().slice(0, 2)).toMatchObject([
      { content: '', flags: 128 },
      { content: expect.stringContaining('Be patient!'), flags: 0 },
    ]);
    scene.built.pika.add({ match: 'a dog', waiting: false });
    await scene.create('a dog');
    await scene.settle();
    expect(scene.told().at(-1)).toMatchObject({
      nonce: scene.nonce,
      content: expect.stringContaining('a dog'),
    });
  });

  it('lays the text out in lines, and echoes other words', async () => {
    await start({ pika: { layout: 'lines', rewrite: 'A Cat!' } }).create('a cat');
    expect((await scene.film()).content).toBe(`${scene.who} Prompt: A Cat!\nAuthor: ${scene.who}`);
  });
});

describe('bad endings', () => {
  it.each([
    ['moderated', /content moderation/],
    ['failed', /Failed to generate/],
    ['cancelled', /was cancelled/],
  ] as const)('%s is told by an edit, as a text', async (ending, text) => {
    await start({ pika: { ending } }).create('a cat');
    await scene.settle();
    const history = await scene.history();
    expect(history).toHaveLength(1);
    expect(history[0]?.content).toMatch(text);
    expect(buttonsOf(history[0] as Message)).toEqual([]);
  });

  it('comes as an embed below the prompt, in a message of its own', async () => {
    await start({ pika: { ending: 'moderated', endingAs: 'embed', endingBy: 'create' } }).create('a cat');
    await scene.settle();
    expect(await scene.history()).toMatchObject([
      { content: expect.stringContaining('Prompt: a cat'), embeds: [{ title: 'Moderated' }] },
    ]);
  });

  it('comes at once to the asker only', async () => {
    const pika = { ending: 'moderated', endingAt: 'start', endingBy: 'ephemeral' } as const;
    await start({ pika }).create('a cat');
    await scene.settle();
    expect(scene.told()).toMatchObject([{ flags: 64, nonce: scene.nonce }]);
    expect(await scene.history()).toEqual([]);
  });

  it('takes the waiting message away without a word, or waits for ever', async () => {
    await start({ pika: { ending: 'deleted' } }).create('a cat');
    await scene.settle();
    expect(scene.story()).toEqual([expect.stringMatching(/^create/), 'delete']);
    scene.built.pika.add({ ending: 'none' });
    await scene.create('a cat');
    await scene.settle(24 * 60 * 60_000);
    expect((await scene.history()).map(({ content }) => content)).toEqual([
      expect.stringContaining('Be patient!'),
    ]);
  });

  it('says nothing at all, and Discord reports that', async () => {
    await start({ pika: { silent: true } }).create('a cat');
    await scene.settle();
    expect(scene.story()).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({ type: 'interaction-failed', reasonCode: 2 });
  });

  it('fails the interaction and goes on', async () => {
    await start({ pika: { interactionFailureFirst: true } }).create('a cat');
    await scene.film();
    expect(scene.events.map(({ type }) => type)).toEqual(['interaction-created', 'interaction-failed']);
  });
});

describe('many at once', () => {
  it('takes ten of a person, and lets the others wait', async () => {
    start();
    for (let number = 0; number < 12; number += 1) await scene.create(`cat ${number}`);
    await scene.settle(7000);
    const films = async () => (await scene.history()).filter(({ attachments }) => attachments?.length);
    expect(await films()).toHaveLength(10);
    await scene.settle(7000);
    expect(await films()).toHaveLength(12);
  });

  it('refuses those that are too many when told so', async () => {
    start({ pika: { concurrency: 1, whenFull: 'refuses' } });
    await scene.create('a cat');
    await scene.create('a dog');
    await scene.settle();
    const refusals = scene.told().filter(({ flags }) => flags === 64);
    expect(refusals).toMatchObject([{ nonce: scene.nonce, content: expect.stringContaining('too many') }]);
    expect(await scene.history()).toHaveLength(1);
  });

  it('shows the videos of others with the same prompt, without the nonce', async () => {
    await start({ pika: { foreign: 2 } }).create('a cat');
    await scene.settle();
    const films = await scene.history();
    const isMine = (message: Message) =>
      isFilmOf(scene.bytesOf(message), { prompt: 'a cat', marks: [scene.nonce] });
    expect(films.map(isMine)).toEqual([false, true, false]);
    expect(films.map(({ content }) => content?.includes(scene.who))).toEqual([false, true, false]);
    scene.built.pika.add({ foreignJob: { prompt: 'a dog' } });
    await scene.settle();
    expect((await scene.history()).at(-1)?.content).toContain('Prompt: a dog');
  });

  it('says everything twice when told so', async () => {
    await start({ pika: { duplicate: true } }).create('a cat');
    await scene.film();
    const words = scene.story().map((line) => line.split(' ')[0]);
    expect(words).toEqual(['create', 'create', 'delete', 'delete', 'create', 'create']);
  });

  it('follows the newest rule that matches, so many times', async () => {
    start();
    scene.built.pika.add([{ match: 'cat', on: 'create', times: 1, ending: 'failed' }]);
    await scene.create('a dog');
    await scene.create('a cat');
    await scene.create('a cat');
    await scene.settle();
    const films = (await scene.history()).filter(({ attachments }) => attachments?.length);
    expect(films.map(({ content }) => content?.includes('cat'))).toEqual([false, true]);
    expect(() => scene.built.pika.add({ ending: 'happy' })).toThrow('ending');
  });
});

describe('the index', () => {
  it('has the commands with their options, under new ids in each world', async () => {
    const seen = await start().commands();
    const own = seen.filter(({ application_id: id }) => id === scene.built.pikaUserId);
    const options = own.map((command) => [
      command.name,
      command.options?.map(({ name, type, required }) => `${name} ${type}${required ? '!' : ''}`),
    ]);
    expect(options).toEqual([
      ['create', ['prompt 3!', 'image 11']],
      ['animate', ['image 11!', 'prompt 3']],
      ['encrypt_text', ['message 3!', 'prompt 3!', 'font 3', 'image 11']],
      ['encrypt_image', ['image 11!', 'prompt 3!']],
    ]);
  });

  it('lets an old version be refused after a deployment', async () => {
    start();
    const [before] = (await scene.commands()).filter(({ name }) => name === 'create');
    scene.built.pika.add({ bumpVersions: true });
    const [after] = (await scene.commands()).filter(({ name }) => name === 'create');
    expect(after?.id).toBe(before?.id);
    expect(after?.version).not.toBe(before?.version);
  });

  it('misses the command, or the bot, until told otherwise', async () => {
    start();
    const names = async () => (await scene.commands()).map(({ name }) => name);
    scene.built.pika.add({ missing: ['create'] });
    expect(await names()).not.toContain('create');
    expect(await names()).toContain('animate');
    scene.built.pika.add({ missing: ['bot'] });
    expect(await names()).not.toContain('animate');
    scene.built.pika.add({ missing: [] });
    await scene.create('a cat');
    expect((await scene.film()).content).toContain('a cat');
  });

  it('has a second application with the command when told so', async () => {
    start();
    const owners = async () =>
      (await scene.commands()).filter(({ name }) => name === 'create').map(({ application_id: id }) => id);
    scene.built.pika.add({ rival: true });
    expect(await owners()).toHaveLength(2);
    expect(await owners()).toContain(scene.built.pikaUserId);
    scene.built.pika.add({ rival: false });
    expect(await owners()).toEqual([scene.built.pikaUserId]);
  });
});

describe('a huge guild', () => {
  it('tells people nothing, and shows everything in the history', async () => {
    await start({ hugeGuild: 'silent' }).create('a cat');
    const film = await scene.film();
    expect(scene.changes).toEqual([]);
    expect(film.content).toContain('Prompt: a cat');
    expect(scene.events.map(({ type }) => type)).toEqual(['interaction-created', 'interaction-succeeded']);
  });

  it('tells people what mentions them, but no deletions', async () => {
    await start({ hugeGuild: 'mentions', pika: { foreign: 1 } }).create('a cat');
    await scene.film();
    expect(scene.story().map((line) => line.split(' ')[0])).toEqual(['create', 'create']);
    expect(scene.story().every((line) => line.includes(scene.who))).toBe(true);
    scene.built.pika.add({ hugeGuild: false });
    await scene.create('a dog');
    await scene.film();
    expect(scene.story()).toContain('delete');
  });

  it('keeps nothing from bots, and nothing that only the asker sees from people', async () => {
    start({ hugeGuild: 'silent', pika: { ending: 'failed', endingBy: 'ephemeral' } });
    const bot = simPort(scene.built.world, 'bridge');
    const stopper = new AbortController();
    const heard: MessageChange[] = [];
    const reading = (async () => {
      for await (const change of bot.watch({ channelId: scene.channelId }, stopper.signal))
        heard.push(change);
    })();
    await scene.create('a cat');
    await scene.settle();
    stopper.abort();
    await reading;
    expect(heard.map(({ type }) => type)).toEqual(['message-created', 'message-deleted']);
    expect(scene.story()).toEqual([expect.stringContaining('Failed')]);
  });
});
