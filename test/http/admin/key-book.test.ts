import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../../src/core/errors.ts';
import { KeyBook } from '../../../src/http/admin/key-book.ts';
import { KeyRing, keyDigest } from '../../../src/http/key-ring.ts';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const RIGHTS = { bots: ['*'], admin: false };

function makeBook(store = createMemoryStore()) {
  const ring = new KeyRing([{ key: 'sk-file', name: 'file', bots: ['*'], admin: true }]);
  return { store, ring, book: new KeyBook({ store, ring, clock: new FakeClock() }) };
}

const callerOf = (ring: KeyRing, key: string) => ring.findByKey(Buffer.from(key))?.id;
const codeOf = (work: Promise<unknown>) => work.then(undefined, (error: GatewayError) => error.code);

describe('keys that are made at run time', () => {
  it('are kept by their digest alone, and work again after a restart', async () => {
    const { store, ring, book } = makeBook();
    const { key } = await book.make('phone', RIGHTS);
    expect(callerOf(ring, key)).toBe('phone');
    expect(JSON.stringify(await store.listKeys())).not.toContain(key);
    expect((await store.listKeys())[0]?.digest).toBe(keyDigest(key));
    const next = makeBook(store);
    expect(callerOf(next.ring, key)).toBeUndefined();
    await next.book.open();
    expect(callerOf(next.ring, key)).toBe('phone');
    await next.book.revoke('phone');
    expect(callerOf(next.ring, key)).toBeUndefined();
    expect(await store.listKeys()).toEqual([]);
  });

  it('have names of their own, also when two are made at the same moment', async () => {
    const { book } = makeBook();
    expect(await codeOf(book.make('file', RIGHTS))).toBe('key_exists');
    const both = [book.make('twin', RIGHTS), book.make('twin', RIGHTS)];
    expect(await Promise.all(both.map(codeOf))).toContain('key_exists');
  });

  it('are changed and revoked; those of the file are not', async () => {
    const { store, book } = makeBook();
    await book.make('phone', { ...RIGHTS, requestsPerMinute: 5 });
    await book.change('phone', { admin: true, requestsPerMinute: undefined });
    const [stored] = await store.listKeys();
    expect([stored?.admin, stored?.requestsPerMinute]).toEqual([true, undefined]);
    expect(await codeOf(book.change('file', {}))).toBe('key_given');
    expect(await codeOf(book.revoke('file'))).toBe('key_given');
    expect(await codeOf(book.change('nobody', {}))).toBe('key_not_found');
    expect(await codeOf(book.revoke('nobody'))).toBe('key_not_found');
  });

  it('do not count when they could not be stored, and the next one does', async () => {
    const { store, ring, book } = makeBook();
    const { saveKey } = store;
    store.saveKey = async () => {
      throw new Error('the disk is full');
    };
    await expect(book.make('phone', RIGHTS)).rejects.toThrow('the disk is full');
    expect(ring.names()).toEqual(['file']);
    store.saveKey = saveKey.bind(store);
    await book.make('phone', RIGHTS);
    expect(ring.names()).toEqual(['file', 'phone']);
  });
});
