/**
 * What every `TaskPort` promises beside the contract of `DiscordPort`; run by the in-memory port of the simulator and
 * by the real transport over it. The application that answers is `Echo` of test/sim/support.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discordCode, type Message } from '../../src/core/discord.ts';
import type {
  ApplicationCommand,
  Interaction,
  InteractionChange,
  TaskPort,
} from '../../src/core/interaction.ts';
import type { SimChannel } from '../../src/sim/model.ts';
import type { World } from '../../src/sim/world.ts';
import { Echo } from '../sim/support/echo.ts';
import { type HeardChange, heard } from '../support/heard.ts';

/** What a run of the suite works on. Both ports are logged in as people (`kind: 'user'`). */
export interface TaskPortSubject {
  readonly port: TaskPort;
  readonly other: TaskPort;
  readonly world: World;
  readonly guildId: string;
  /** A text channel both can write in. */
  readonly channelId: string;
  /** Name of `port`'s account in the world. */
  readonly accountId: string;
  close(): Promise<void>;
}

/** Runs the contract. */
export function describeTaskPort(name: string, setup: () => Promise<TaskPortSubject>): void {
  describe(`${name} keeps the contract of TaskPort`, () => {
    let subject: TaskPortSubject;
    let echo: Echo;
    let stopper: AbortController;
    beforeEach(async () => {
      subject = await setup();
      echo = new Echo(subject.world, subject.guildId);
      stopper = new AbortController();
    });
    afterEach(async () => {
      stopper.abort();
      await subject.close();
    });

    const watch = (port = subject.port, channelId = subject.channelId) =>
      heard(port.watch({ channelId }, stopper.signal))[Symbol.asyncIterator]();
    const listen = (port = subject.port) => port.interactions(stopper.signal)[Symbol.asyncIterator]();
    const channel = (): SimChannel => {
      const found = subject.world.channels.get(subject.channelId);
      if (!found) throw new Error('the subject has no channel');
      return found;
    };
    const find = async (commandName: string): Promise<ApplicationCommand> => {
      const commands = await subject.port.commands({ guildId: subject.guildId });
      const found = commands.find((entry) => entry.application_id === echo.id && entry.name === commandName);
      if (!found) throw new Error(`no command ${commandName}`);
      return found;
    };
    const place = (nonce = newNonce()) => ({
      applicationId: echo.id,
      guildId: subject.guildId,
      channelId: subject.channelId,
      nonce,
    });
    const call = async (commandName: string, words?: string): Promise<Interaction> => ({
      ...place(),
      type: 'command',
      command: await find(commandName),
      options: words === undefined ? [] : [{ type: 3, name: 'words', value: words }],
    });
    const press = (message: Message, customId: string): Interaction => ({
      ...place(),
      type: 'component',
      messageId: message.id,
      messageFlags: message.flags ?? 0,
      customId,
    });
    /** Calls a command and gives the message that answers it. */
    const ask = async (commandName: string, words?: string): Promise<Message> => {
      const changes = watch();
      await subject.port.interact(await call(commandName, words));
      const [message] = await messages(changes, 1);
      return message as Message;
    };

    describeCommands();
    describeButtons();
    describeFiles();
    describePlaces();
    describeRefusals();

    function describeCommands() {
      it('lists the commands of a guild, in English, with their options', async () => {
        const commands = await subject.port.commands({ guildId: subject.guildId });
        expect(commands.find(({ name: called }) => called === 'echo')).toMatchObject({
          id: echo.commands[0]?.id,
          application_id: echo.id,
          version: echo.commands[0]?.version,
          type: 1,
          options: [
            { type: 3, name: 'words', required: true },
            { type: 11, name: 'picture' },
          ],
        });
      });

      it('tells of an interaction from its making to its success, with its nonce', async () => {
        const changes = listen();
        const interaction = await call('echo', 'hello');
        await subject.port.interact(interaction);
        const [created, succeeded] = await take(changes, 2);
        const interactionId = echo.heard[0]?.id;
        expect(created).toEqual({ type: 'interaction-created', interactionId, nonce: interaction.nonce });
        expect(succeeded).toEqual({ type: 'interaction-succeeded', interactionId, nonce: interaction.nonce });
      });

      it('tells of a failure with its reason', async () => {
        const changes = listen();
        const interaction = await call('refuse');
        await subject.port.interact(interaction);
        const [, failed] = await take(changes, 2);
        const { nonce } = interaction;
        expect(failed).toMatchObject({ type: 'interaction-failed', nonce, reasonCode: 1 });
      });

      it('shows the answer as a message that names the interaction', async () => {
        const changes = watch();
        const interaction = await call('echo', 'hello');
        await subject.port.interact(interaction);
        const [message] = await messages(changes, 1);
        const made = { id: echo.heard[0]?.id, user: { id: subject.port.userId } };
        expect(message).toMatchObject({
          content: 'hello',
          nonce: interaction.nonce,
          author: { id: echo.id, bot: true },
          application_id: echo.id,
          interaction: { ...made, name: 'echo' },
          interaction_metadata: { ...made, type: 2 },
        });
      });

      it('hands over what was asked for', async () => {
        await subject.port.interact(await call('echo', 'some words'));
        expect(echo.heard).toMatchObject([
          {
            type: 2,
            userId: subject.port.userId,
            channelId: subject.channelId,
            guildId: subject.guildId,
            command: { name: 'echo', options: [{ name: 'words', type: 3, value: 'some words' }] },
          },
        ]);
      });

      it('makes one interaction of two with the same nonce', async () => {
        const interaction = await call('echo', 'once');
        await subject.port.interact(interaction);
        await subject.port.interact(interaction);
        expect(echo.heard).toHaveLength(1);
        expect(subject.world.counts.interactionsPerNonce.get(interaction.nonce)).toBe(2);
      });

      it('keeps interactions from the ears of others', async () => {
        const foreign = listen(subject.other);
        const own = listen();
        await subject.port.interact(await call('echo', 'mine'));
        await take(own, 2);
        const theirs: Interaction = { ...(await call('echo', 'theirs')) };
        await subject.other.interact(theirs);
        expect(await take(foreign, 1)).toMatchObject([{ nonce: theirs.nonce }]);
      });

      it('ends the iteration without an error when the signal aborts', async () => {
        const waiting = listen().next();
        stopper.abort();
        expect(await waiting).toMatchObject({ done: true });
      });
    }

    function describeButtons() {
      it('presses a button; the answer replies to the message that carries it', async () => {
        const message = await ask('echo', 'press me');
        const changes = watch();
        await subject.port.interact(press(message, 'again'));
        const [answer] = await messages(changes, 1);
        expect(answer).toMatchObject({
          type: 19,
          message_reference: { message_id: message.id },
          interaction_metadata: { id: echo.heard[1]?.id, type: 3 },
        });
        expect(answer?.interaction ?? undefined).toBeUndefined();
      });

      it('shows ephemeral messages to the one they are for, and to no history', async () => {
        const foreign = watch(subject.other);
        const message = await ask('whisper');
        expect(message).toMatchObject({ content: 'whisper', flags: 64 });
        await subject.port.send(subject.channelId, {
          content: 'loud',
          nonce: newNonce(),
          mentionUserIds: [],
        });
        expect(await messages(foreign, 1)).toMatchObject([{ content: 'loud' }]);
        const history = await subject.port.history(subject.channelId, {});
        expect(history.map(({ content }) => content)).toEqual(['loud']);
      });

      it('presses the button of an ephemeral message', async () => {
        const message = await ask('whisper');
        const changes = watch();
        await subject.port.interact(press(message, 'hush'));
        expect(await messages(changes, 1)).toMatchObject([{ content: 'hush', flags: 64 }]);
      });

      it('opens a form and sends it back filled in', async () => {
        const message = await ask('echo', 'x');
        const changes = listen();
        const pressed = press(message, 'form:open');
        await subject.port.interact(pressed);
        const opened = await until(changes, 'modal-opened');
        expect(opened.modal).toMatchObject({
          nonce: pressed.nonce,
          channelId: subject.channelId,
          applicationId: echo.id,
          customId: 'the-form',
          title: 'A form',
          components: [{ type: 1, components: [{ type: 4, custom_id: 'words', value: 'old' }] }],
        });
        const answers = watch();
        const fields = [{ type: 4, custom_id: 'words', value: 'new words' }];
        await subject.port.interact({
          ...place(),
          type: 'modal',
          modalId: opened.modal.id,
          customId: opened.modal.customId,
          components: [{ type: 1, components: fields }],
        });
        const [answer] = await messages(answers, 1);
        expect(answer).toMatchObject({
          content: 'new words',
          interaction_metadata: { type: 5, triggering_interaction_metadata: { id: opened.modal.id } },
        });
        expect(echo.heard.at(-1)).toMatchObject({
          modal: { customId: 'the-form', values: { words: 'new words' } },
        });
      });

      it('opens a page of the application and posts to its host', async () => {
        const message = await ask('echo', 'x');
        const changes = listen();
        const pressed = press(message, 'page:open');
        await subject.port.interact(pressed);
        const opened = await until(changes, 'frame-opened');
        expect(opened.frame).toMatchObject({
          nonce: pressed.nonce,
          channelId: subject.channelId,
          applicationId: echo.id,
          customId: 'the-page',
          title: 'A page',
          path: 'draw/index.html?x=1',
        });
        const answer = await subject.port.postToActivity(echo.id, 'draw/submit', { mask: 'AAAA' });
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.body)).toEqual({ result: 'success' });
        expect(echo.posted).toEqual([{ method: 'POST', path: '/draw/submit', body: { mask: 'AAAA' } }]);
        expect((await subject.port.postToActivity(echo.id, 'elsewhere', {})).status).toBe(404);
      });

      it('adds a reaction, also twice', async () => {
        const message = await ask('echo', 'nice');
        await subject.port.react(subject.channelId, message.id, '✉️');
        await subject.port.react(subject.channelId, message.id, '✉️');
        const userId = subject.port.userId;
        expect(echo.reactions).toEqual([{ messageId: message.id, emoji: '✉️', userId }]);
      });
    }

    function describeFiles() {
      it('stores a file and gives it to an option', async () => {
        const bytes = Buffer.from(ONE_PIXEL, 'base64');
        const file = { name: 'dot.png', contentType: 'image/png', bytes };
        const stored = await subject.port.store(subject.channelId, file);
        const changes = watch();
        const options = [
          { type: 3, name: 'words', value: 'look' },
          { type: 11, name: 'picture', value: 0 },
        ];
        await subject.port.interact({
          ...place(),
          type: 'command',
          command: await find('echo'),
          options,
          files: [stored],
        });
        const attachment = echo.heard[0]?.command?.options[1]?.attachment;
        expect(attachment).toMatchObject({ filename: 'dot.png', content_type: 'image/png', width: 1 });
        expect(attachment?.url).toContain('/ephemeral-attachments/');
        const [message] = await messages(changes, 1);
        expect(message?.attachments).toMatchObject([{ filename: 'dot.png', width: 1, height: 1 }]);
      });

      it('signs links anew, and says nothing of strange ones', async () => {
        const bytes = new Uint8Array(Buffer.from(ONE_PIXEL, 'base64'));
        const file = { filename: 'dot.png', bytes, contentType: 'image/png' };
        const { url } = subject.world.files.attach(subject.channelId, subject.world.newId(), file);
        const bare = url.split('?')[0] ?? '';
        const strange = 'https://cdn.discordapp.com/attachments/1/2/none.png';
        const fresh = await subject.port.refreshLinks([bare, strange]);
        expect([...fresh.keys()]).toEqual([bare]);
        const signed = new URL(fresh.get(bare) ?? '');
        expect(subject.world.files.open(signed.pathname, signed.searchParams)?.bytes).toEqual(bytes);
        expect(await subject.port.refreshLinks([])).toEqual(new Map());
      });
    }

    function describePlaces() {
      it('opens the direct channel with a bot, the same one each time, and works in it', async () => {
        const directId = await subject.port.openDirectChannel(echo.id);
        expect(await subject.port.openDirectChannel(echo.id)).toBe(directId);
        const changes = watch(subject.port, directId);
        const commands = await subject.port.commands({ channelId: directId });
        expect(new Set(commands.map(({ application_id }) => application_id))).toEqual(new Set([echo.id]));
        const command = commands.find(({ name: called }) => called === 'echo');
        if (!command) throw new Error('no command');
        await subject.port.interact({
          applicationId: echo.id,
          channelId: directId,
          nonce: newNonce(),
          type: 'command',
          command,
          options: [{ type: 3, name: 'words', value: 'in private' }],
        });
        const [answer] = await messages(changes, 1);
        expect(answer).toMatchObject({ content: 'in private', channel_id: directId });
        expect(answer?.guild_id).toBeUndefined();
        const sent = await subject.port.send(directId, {
          content: 'hi',
          nonce: newNonce(),
          mentionUserIds: [],
        });
        const history = await subject.port.history(directId, {});
        expect(history.map(({ id }) => id)).toEqual([answer?.id, sent.id]);
        await expect(subject.other.history(directId, {})).rejects.toMatchObject({ code: 'discord_refused' });
      });
    }

    function describeRefusals() {
      const refused: [string, number, () => Promise<unknown>][] = [
        [
          'an unknown channel',
          10003,
          async () => subject.port.interact({ ...(await call('whisper')), channelId: '1234567890123456789' }),
        ],
        [
          'an unknown application',
          10002,
          async () =>
            subject.port.interact({ ...(await call('whisper')), applicationId: '1234567890123456789' }),
        ],
        [
          'an unknown command',
          10063,
          async () => {
            const command = { ...(await find('echo')), id: '1234567890123456789' };
            await subject.port.interact({ ...place(), type: 'command', command, options: [] });
          },
        ],
        [
          'a button of an unknown message',
          10008,
          () => subject.port.interact(press({ id: '1234567890123456789', channel_id: '' }, 'again')),
        ],
        [
          'a button that the message does not carry',
          50035,
          async () => subject.port.interact(press(await ask('echo', 'x'), 'nonsense')),
        ],
        [
          'a form that nobody opened',
          10062,
          () =>
            subject.port.interact({
              ...place(),
              type: 'modal',
              modalId: '1234567890123456789',
              customId: 'the-form',
              components: [],
            }),
        ],
        ['an option that is missing', 50035, async () => subject.port.interact(await call('echo'))],
        ['a direct channel with nobody', 10013, () => subject.port.openDirectChannel('1234567890123456789')],
        [
          'a reaction to an unknown message',
          10008,
          () => subject.port.react(subject.channelId, '1234567890123456789', '✉️'),
        ],
      ];
      it.each(refused)('is refused %s with Discord’s code %i', async (_, code, act) => {
        const error = await act().catch((reason: unknown) => reason);
        expect(error).toMatchObject({ name: 'GatewayError', code: 'discord_refused' });
        expect(discordCode(error)).toBe(code);
      });

      it('reports an old version of a command as command_outdated, and takes the new one', async () => {
        const old = await call('echo', 'x');
        const [command] = echo.commands;
        if (command) command.version = '1100000000000000002';
        await expect(subject.port.interact(old)).rejects.toMatchObject({ code: 'command_outdated' });
        expect(echo.heard).toHaveLength(0);
        await subject.port.interact(await call('echo', 'x'));
        expect(echo.heard).toHaveLength(1);
      });

      it('is refused a channel that the account cannot see', async () => {
        const interaction = await call('whisper');
        const { guildId } = subject;
        channel().overwrites.push({ id: guildId, type: 0, allow: 0n, deny: 1n << 10n });
        const error = await subject.port.interact(interaction).catch((reason: unknown) => reason);
        expect(discordCode(error)).toBe(50001);
      });

      it('reports a revoked token as account_disabled', async () => {
        const interaction = await call('whisper');
        const account = subject.world.accounts.get(subject.accountId);
        if (account) account.revoked = true;
        const error = await subject.port.interact(interaction).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'account_disabled' });
        expect(String(error)).not.toContain(account?.token);
      });
    }
  });
}

const ONE_PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

function newNonce(): string {
  return String(Math.random()).slice(2, 18);
}

async function take<T>(changes: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await changes.next();
    if (done) throw new Error(`the iteration ended after ${taken.length} of ${count} changes`);
    taken.push(value);
  }
  return taken;
}

/** The next messages that were created. */
async function messages(changes: AsyncIterator<HeardChange>, count: number): Promise<Message[]> {
  const taken: Message[] = [];
  while (taken.length < count) {
    const [change] = await take(changes, 1);
    if (change?.type === 'message-created') taken.push(change.message);
  }
  return taken;
}

async function until<Type extends InteractionChange['type']>(
  changes: AsyncIterator<InteractionChange>,
  type: Type,
): Promise<Extract<InteractionChange, { type: Type }>> {
  for (;;) {
    const [change] = await take(changes, 1);
    if (change?.type === type) return change as Extract<InteractionChange, { type: Type }>;
  }
}
