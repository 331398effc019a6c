/**
 * What every `DiscordPort` promises; run by the in-memory port of the simulator and by the real transport over it.
 * The subject's world is the one behind both ports: what others do is done there, what arrived is read there.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiscordPort } from '../../src/core/discord.ts';
import { discordCode } from '../../src/core/discord.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { createMessage, deleteMessage, editMessage, startTyping } from '../../src/sim/messages.ts';
import type { SimChannel } from '../../src/sim/model.ts';
import type { World } from '../../src/sim/world.ts';
import { type HeardChange, heard } from '../support/heard.ts';

/** What a run of the suite works on. Both ports are logged in. */
export interface PortSubject {
  /** A bot account that is in the guild and may manage its channels. */
  readonly port: DiscordPort;
  /** Another account in the guild, without MANAGE_CHANNELS. */
  readonly other: DiscordPort;
  readonly world: World;
  readonly guildId: string;
  /** A text channel both can write in. */
  readonly channelId: string;
  readonly categoryId: string;
  /** User id of a bot that is neither of the two. */
  readonly strangerId: string;
  /** Name of `port`'s account in the world. */
  readonly accountId: string;
  close(): Promise<void>;
}

/** Runs the contract. */
export function describeDiscordPort(name: string, setup: () => Promise<PortSubject>): void {
  describe(`${name} keeps the contract of DiscordPort`, () => {
    let subject: PortSubject;
    let stopper: AbortController;
    beforeEach(async () => {
      subject = await setup();
      stopper = new AbortController();
    });
    afterEach(async () => {
      stopper.abort();
      await subject.close();
    });

    const watch = (channelId = subject.channelId, port = subject.port) =>
      heard(port.watch({ channelId }, stopper.signal))[Symbol.asyncIterator]();
    const channel = (): SimChannel => {
      const found = subject.world.channels.get(subject.channelId);
      if (!found) throw new Error('the subject has no channel');
      return found;
    };
    const say = (content: string) =>
      createMessage(subject.world, channel(), { authorId: subject.strangerId, content });
    const draft = (content: string, nonce = String(Math.random()).slice(2, 18)) => ({
      content,
      nonce,
      mentionUserIds: [],
    });

    describeWatching();
    describeSending();
    describeChannels();
    describeRefusals();

    function describeWatching() {
      it('knows its own user id', () => {
        const account = subject.world.accounts.get(subject.accountId);
        expect(subject.port.userId).toBe(account?.userId);
      });

      it('keeps changes from the call of watch on, also before anybody reads', async () => {
        const changes = watch();
        const first = say('early');
        const second = say('bird');
        expect(await take(changes, 2)).toMatchObject([
          { type: 'message-created', message: { id: first.id, content: 'early' } },
          { type: 'message-created', message: { id: second.id, content: 'bird' } },
        ]);
      });

      it('tells of creation, edits, typing and deletion in Discord’s order', async () => {
        const changes = watch();
        startTyping(subject.world, channel(), subject.strangerId);
        const message = say('a');
        for (const content of ['ab', 'abc', 'abcd']) editMessage(subject.world, message, { content });
        deleteMessage(subject.world, message);
        const seen = await take(changes, 6);
        expect(seen.map(brief)).toEqual([
          `typing ${subject.strangerId}`,
          'created a',
          'updated ab',
          'updated abc',
          'updated abcd',
          `deleted ${message.id}`,
        ]);
      });

      it('keeps the order of two hundred edits', async () => {
        const changes = watch();
        const message = say('0');
        for (let number = 1; number <= 200; number += 1)
          editMessage(subject.world, message, { content: `${number}` });
        const seen = await take(changes, 201);
        expect(seen.slice(1).map(brief)).toEqual(
          Array.from({ length: 200 }, (_, position) => `updated ${position + 1}`),
        );
      });

      it('shows an update as Discord sends it: who wrote, when it was edited, what it replies to', async () => {
        const changes = watch();
        const prompt = say('question');
        const components = [{ type: 1, components: [{ type: 2, style: 2, label: 'More', custom_id: 'x' }] }];
        const message = createMessage(subject.world, channel(), {
          authorId: subject.strangerId,
          content: 'answer',
          replyTo: prompt.id,
        });
        editMessage(subject.world, message, { content: 'answer!', components });
        const [, created, updated] = await take(changes, 3);
        expect(created).toMatchObject({
          message: {
            author: { id: subject.strangerId, bot: true },
            type: 19,
            channel_id: subject.channelId,
            message_reference: { message_id: prompt.id, channel_id: subject.channelId },
            edited_timestamp: null,
          },
        });
        expect(updated).toMatchObject({
          message: {
            content: 'answer!',
            edited_timestamp: expect.any(String),
            components: [{ components: [{ label: 'More', custom_id: 'x' }] }],
          },
        });
      });

      it('does not tell of other channels', async () => {
        const elsewhere = await subject.port.createChannel(subject.guildId, { name: 'elsewhere' });
        const changes = watch();
        await subject.port.send(elsewhere.id, draft('not for you'));
        const mine = say('for you');
        expect(await take(changes, 1)).toMatchObject([{ message: { id: mine.id } }]);
      });

      it('gives every watcher of a channel every change', async () => {
        const watchers = [watch(), watch(), watch(subject.channelId, subject.other)];
        say('to all');
        for (const changes of watchers)
          expect((await take(changes, 1)).map(brief)).toEqual(['created to all']);
      });

      it('watches a channel that was created a moment ago', async () => {
        const fresh = await subject.port.createChannel(subject.guildId, { name: 'fresh' });
        const changes = watch(fresh.id);
        const sent = await subject.port.send(fresh.id, draft('first words'));
        expect(await take(changes, 1)).toMatchObject([{ type: 'message-created', message: { id: sent.id } }]);
      });

      it('ends the iteration without an error when the signal aborts, even while somebody waits', async () => {
        const changes = watch();
        const waiting = changes.next();
        stopper.abort();
        expect(await waiting).toMatchObject({ done: true });
        expect(await watch().next()).toMatchObject({ done: true });
      });
    }

    function describeSending() {
      it('shows its own messages to its watchers, with the nonce they were sent with', async () => {
        const changes = watch();
        const sent = await subject.port.send(subject.channelId, draft('mine', '123456789012345678'));
        expect(sent).toMatchObject({ content: 'mine', author: { id: subject.port.userId } });
        const [change] = await take(changes, 1);
        expect(change).toMatchObject({
          type: 'message-created',
          message: { id: sent.id, nonce: '123456789012345678', author: { id: subject.port.userId } },
        });
      });

      it('makes one message of two sends with the same nonce', async () => {
        const first = await subject.port.send(subject.channelId, draft('once', 'same-nonce'));
        const second = await subject.port.send(subject.channelId, draft('once', 'same-nonce'));
        expect(second.id).toBe(first.id);
        expect(channel().messages.map((message) => message.content)).toEqual(['once']);
      });

      it('pings only those it was told to', async () => {
        const content = `<@${subject.strangerId}> and <@${subject.other.userId}> @everyone`;
        const sent = await subject.port.send(subject.channelId, {
          ...draft(content),
          mentionUserIds: [subject.strangerId],
        });
        const stored = subject.world.findMessage(subject.channelId, sent.id);
        expect(stored).toMatchObject({ mentionIds: [subject.strangerId], mentionEveryone: false });
      });

      it('attaches files with their names and types', async () => {
        const sent = await subject.port.send(subject.channelId, {
          ...draft('look'),
          files: [
            { name: 'Prompt.txt', contentType: 'text/plain', bytes: Buffer.from('words of a file') },
            { name: 'dot.png', contentType: 'image/png', bytes: Buffer.from(ONE_PIXEL, 'base64') },
          ],
        });
        expect(sent.attachments).toMatchObject([
          { filename: 'Prompt.txt', content_type: expect.stringMatching(/^text\/plain/) },
          { filename: 'dot.png', content_type: 'image/png', width: 1, height: 1 },
        ]);
        const stored = subject.world.findMessage(subject.channelId, sent.id);
        const bytes = stored?.attachments.map((file) => subject.world.files.read(file)?.bytes);
        expect(Buffer.from(bytes?.[0] ?? []).toString()).toBe('words of a file');
      });

      it('sends 2,000 characters whole', async () => {
        const content = `${'x'.repeat(1999)}é`;
        const sent = await subject.port.send(subject.channelId, draft(content));
        expect(sent.content).toBe(content);
      });

      it('sends nothing when the signal has aborted already', async () => {
        stopper.abort(new Error('never mind'));
        await expect(subject.port.send(subject.channelId, draft('late'), stopper.signal)).rejects.toThrow();
        expect(channel().messages).toHaveLength(0);
      });

      it('reads the history oldest first, after a message and up to a limit', async () => {
        const messages = ['one', 'two', 'three', 'four'].map(say);
        const all = await subject.port.history(subject.channelId, {});
        expect(all.map((message) => message.content)).toEqual(['one', 'two', 'three', 'four']);
        const after = await subject.port.history(subject.channelId, { after: messages[1]?.id ?? '' });
        expect(after.map((message) => message.content)).toEqual(['three', 'four']);
        const next = await subject.port.history(subject.channelId, {
          after: messages[0]?.id ?? '',
          limit: 1,
        });
        expect(next.map((message) => message.content)).toEqual(['two']);
        const newest = await subject.port.history(subject.channelId, { limit: 2 });
        expect(newest.map((message) => message.content)).toEqual(['three', 'four']);
      });
    }

    function describeChannels() {
      it('creates, lists, renames and deletes text channels', async () => {
        const made = await subject.port.createChannel(subject.guildId, {
          name: 'My Talk',
          parentId: subject.categoryId,
          topic: 'about this',
        });
        expect(made).toMatchObject({ name: 'my-talk', parentId: subject.categoryId });
        expect(subject.world.channels.get(made.id)).toMatchObject({ type: 0, topic: 'about this' });
        const listed = await subject.port.listChannels(subject.guildId);
        expect(listed).toContainEqual(made);
        expect(listed.map(({ id }) => id)).not.toContain(subject.categoryId);
        expect(await subject.port.renameChannel(made.id, 'other-talk')).toMatchObject({
          id: made.id,
          name: 'other-talk',
        });
        await subject.port.deleteChannel(made.id);
        expect(subject.world.channels.has(made.id)).toBe(false);
        expect((await subject.port.listChannels(subject.guildId)).map(({ id }) => id)).not.toContain(made.id);
      });

      it('takes a channel that is gone already for deleted', async () => {
        const made = await subject.port.createChannel(subject.guildId, { name: 'short-lived' });
        await subject.port.deleteChannel(made.id);
        await expect(subject.port.deleteChannel(made.id)).resolves.toBeUndefined();
      });
    }

    function describeRefusals() {
      it.each([
        ['an unknown channel', 10003, () => subject.port.send('1234567890123456789', draft('hello'))],
        ['a message of nothing', 50006, () => subject.port.send(subject.channelId, draft('  '))],
        ['2,001 characters', 50035, () => subject.port.send(subject.channelId, draft('x'.repeat(2001)))],
        ['a history of an unknown channel', 10003, () => subject.port.history('1234567890123456789', {})],
        ['a channel in an unknown guild', 10004, () => subject.port.listChannels('1234567890123456789')],
        ['a right that is missing', 50013, () => subject.other.createChannel(subject.guildId, { name: 'x' })],
      ] as const)('is refused %s with Discord’s code %i', async (_, code, act) => {
        const error = await act().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(GatewayError);
        expect(error).toMatchObject({ code: 'discord_refused' });
        expect(discordCode(error)).toBe(code);
      });

      it('reports a revoked token as account_disabled', async () => {
        const account = subject.world.accounts.get(subject.accountId);
        if (account) account.revoked = true;
        const error = await subject.port
          .send(subject.channelId, draft('hi'))
          .catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'account_disabled' });
        expect(String(error)).not.toContain(account?.token);
      });
    }
  });
}

const ONE_PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

async function take(changes: AsyncIterator<HeardChange>, count: number): Promise<HeardChange[]> {
  const taken: HeardChange[] = [];
  while (taken.length < count) {
    const { value, done } = await changes.next();
    if (done) throw new Error(`the iteration ended after ${taken.length} of ${count} changes`);
    taken.push(value);
  }
  return taken;
}

function brief(change: HeardChange): string {
  if (change.type === 'typing-started') return `typing ${change.userId}`;
  if (change.type === 'message-deleted') return `deleted ${change.messageId}`;
  return `${change.type === 'message-created' ? 'created' : 'updated'} ${change.message.content}`;
}
