import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoredConversation } from '../../src/core/store.ts';

const conversation = (changes: Partial<StoredConversation> = {}): StoredConversation => ({
  botId: 'coze',
  callerId: 'alice',
  name: 'holiday',
  channelId: '1100000000000000001',
  botUserId: '1100000000000000002',
  createdAt: 1_767_225_600_123,
  ...changes,
});

const used = {
  callerId: 'alice',
  botId: 'coze',
  chats: 1,
  promptTokens: 7,
  completionTokens: 2,
  pictures: 1,
  videos: 0,
};

const text = fc.string({ unit: 'binary', maxLength: 20 });

/** What every `Store` promises; run by each implementation. `open` gives an empty store. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the store's contract`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it('names its installation once, in 8 lower-case hexadecimal characters', async () => {
      const id = await store.instanceId();
      expect(id).toMatch(/^[0-9a-f]{8}$/);
      expect(await store.instanceId()).toBe(id);
    });

    it('finds a saved conversation as it was saved', async () => {
      expect(await store.findConversation(conversation())).toBeUndefined();
      await store.saveConversation(conversation());
      expect(await store.findConversation(conversation())).toEqual(conversation());
    });

    it.each([{ botId: 'other' }, { callerId: 'bob' }, { name: 'Holiday' }, { callerId: '' }])(
      'keeps a conversation apart from the one with %o',
      async (changes) => {
        await store.saveConversation(conversation());
        expect(await store.findConversation(conversation(changes))).toBeUndefined();
        await store.saveConversation(conversation({ ...changes, channelId: '7' }));
        expect((await store.findConversation(conversation()))?.channelId).toBe(conversation().channelId);
        expect(await store.deleteConversation(conversation(changes))).toBe(true);
        expect(await store.findConversation(conversation())).toEqual(conversation());
      },
    );

    it('replaces the conversation of the same key', async () => {
      await store.saveConversation(conversation());
      await store.saveConversation(conversation({ channelId: '8', createdAt: 9 }));
      expect(await store.listConversations('coze')).toEqual([conversation({ channelId: '8', createdAt: 9 })]);
    });

    it('renames a conversation, but never onto another one', async () => {
      await store.saveConversation(conversation());
      await store.saveConversation(conversation({ name: 'work', channelId: '8' }));
      expect(await store.renameConversation(conversation(), 'work')).toBe('exists');
      expect(await store.renameConversation(conversation(), 'holiday')).toBe('exists');
      expect(await store.renameConversation(conversation({ name: 'unknown' }), 'x')).toBe('missing');
      expect(await store.renameConversation(conversation(), 'trip')).toBe('renamed');
      expect(await store.findConversation(conversation())).toBeUndefined();
      expect(await store.findConversation(conversation({ name: 'trip' }))).toEqual(
        conversation({ name: 'trip' }),
      );
      expect((await store.findConversation(conversation({ name: 'work' })))?.channelId).toBe('8');
    });

    it('notes the bot of a conversation only while it lives in that channel', async () => {
      await store.noteBot(conversation(), conversation().channelId, '5');
      expect(await store.findConversation(conversation())).toBeUndefined();
      await store.saveConversation(conversation());
      await store.noteBot(conversation(), '9', '5');
      expect(await store.findConversation(conversation())).toEqual(conversation());
      await store.noteBot(conversation(), conversation().channelId, '5');
      expect(await store.findConversation(conversation())).toEqual(conversation({ botUserId: '5' }));
    });

    it('may be opened again, and answers', async () => {
      await store.open();
      await store.ping();
    });

    it('adds usage up by caller and bot, for all time and for each day', async () => {
      const day = '2026-03-01';
      await store.addUsage({ ...used, day });
      await store.addUsage({ ...used, day, chats: 2, promptTokens: 3, videos: 5 });
      await store.addUsage({ ...used, day: '2026-03-03', pictures: 4 });
      await store.addUsage({
        ...used,
        day,
        callerId: '',
        chats: 0,
        pictures: 0,
        promptTokens: 0,
        completionTokens: 0,
      });
      const totals = await store.listUsage();
      expect(totals).toHaveLength(2);
      expect(totals).toContainEqual({
        ...used,
        chats: 4,
        promptTokens: 17,
        completionTokens: 6,
        pictures: 6,
        videos: 5,
      });
      expect(totals.find(({ callerId }) => callerId === '')).toMatchObject({
        botId: 'coze',
        chats: 0,
        videos: 0,
      });
      const days = await store.listDailyUsage('2026-03-01');
      expect(days).toHaveLength(3);
      expect(days.at(-1)).toEqual({ ...used, day: '2026-03-03', pictures: 4 });
      expect(days).toContainEqual({
        ...used,
        day,
        chats: 3,
        promptTokens: 10,
        completionTokens: 4,
        pictures: 2,
        videos: 5,
      });
      expect(await store.listDailyUsage('2026-03-02')).toEqual([days.at(-1)]);
      expect(await store.listDailyUsage('2026-03-04')).toEqual([]);
    });

    it('forgets the usage of days before the last 400, but not the totals', async () => {
      await store.addUsage({ ...used, day: '2025-01-01' });
      await store.addUsage({ ...used, day: '2025-01-02' });
      await store.addUsage({ ...used, day: '2026-02-05' });
      const days = (await store.listDailyUsage('2020-01-01')).map(({ day }) => day);
      expect(days).toEqual(['2025-01-02', '2026-02-05']);
      expect((await store.listUsage())[0]?.chats).toBe(3);
    });

    it('refuses usage of a day that is none', async () => {
      await expect(store.addUsage({ ...used, day: 'today' })).rejects.toThrow();
      expect(await store.listUsage()).toEqual([]);
    });

    it('keeps keys by their names', async () => {
      const key = { name: 'phone', digest: 'ab'.repeat(32), bots: ['*'], admin: false, createdAt: 5 };
      const limited = { ...key, name: 'desk', bots: ['coze'], admin: true, requestsPerMinute: 60 };
      await store.saveKey(key);
      await store.saveKey(limited);
      await store.saveKey({ ...key, digest: 'cd'.repeat(32) });
      expect(await store.listKeys()).toEqual([limited, { ...key, digest: 'cd'.repeat(32) }]);
      expect(await store.deleteKey('phone')).toBe(true);
      expect(await store.deleteKey('phone')).toBe(false);
      expect(await store.listKeys()).toEqual([limited]);
    });

    it('tells whether a deleted conversation was there', async () => {
      await store.saveConversation(conversation());
      expect(await store.deleteConversation(conversation())).toBe(true);
      expect(await store.deleteConversation(conversation())).toBe(false);
      expect(await store.findConversation(conversation())).toBeUndefined();
    });

    it('lists the conversations of one bot, oldest first', async () => {
      await store.saveConversation(conversation({ name: 'a', createdAt: 30 }));
      await store.saveConversation(conversation({ name: 'b', createdAt: 10 }));
      await store.saveConversation(conversation({ name: 'c', createdAt: 20, callerId: 'bob' }));
      await store.saveConversation(conversation({ botId: 'other' }));
      const names = (await store.listConversations('coze')).map((found) => found.name);
      expect(names).toEqual(['b', 'c', 'a']);
      expect(await store.listConversations('nobody')).toEqual([]);
    });

    it('keeps its own copy of what it is given and of what it gives', async () => {
      const given = { ...conversation() };
      await store.saveConversation(given);
      given.channelId = 'changed';
      const got = (await store.findConversation(conversation())) as { channelId: string };
      got.channelId = 'changed';
      expect(await store.findConversation(conversation())).toEqual(conversation());
    });

    it('keeps any text in keys and values, also quotes, zero bytes and emoji', async () => {
      await fc.assert(
        fc.asyncProperty(text, text, text, text, async (botId, callerId, title, channelId) => {
          const any = conversation({ botId, callerId, name: title, channelId });
          await store.saveConversation(any);
          expect(await store.findConversation({ botId, callerId, name: title })).toEqual(any);
          expect(await store.deleteConversation(any)).toBe(true);
        }),
        { numRuns: 50 },
      );
    });

    it('counts each counter and each day for itself', async () => {
      expect(await store.count('sent:alice', '2026-03-01')).toBe(0);
      expect(await store.increment('sent:alice', '2026-03-01')).toBe(1);
      expect(await store.increment('sent:alice', '2026-03-01')).toBe(2);
      expect(await store.increment('sent:bob', '2026-03-01')).toBe(1);
      expect(await store.increment('sent:alice', '2026-03-02')).toBe(1);
      expect(await store.count('sent:alice', '2026-03-01')).toBe(2);
      expect(await store.count('sent:alice', '2026-03-02')).toBe(1);
    });

    it('loses no increment of many at once', async () => {
      const values = await Promise.all(Array.from({ length: 40 }, () => store.increment('c', '2026-03-01')));
      expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    });

    it('forgets the counters of days long past, and only those', async () => {
      await store.increment('c', '2026-02-27');
      await store.increment('c', '2026-03-05');
      await store.increment('c', '2026-03-10');
      expect(await store.count('c', '2026-02-27')).toBe(0);
      expect(await store.count('c', '2026-03-05')).toBe(1);
    });

    it('refuses a day that is none', async () => {
      await expect(store.increment('c', 'today')).rejects.toThrow();
    });

    it('may be closed twice', async () => {
      await store.close();
      await store.close();
    });
  });
}
