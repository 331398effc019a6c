import { describe, expect, it } from 'vitest';
import type { StoredKey } from '../../src/core/store.ts';
import { createAuthenticator } from '../../src/http/auth.ts';
import { KeyRing, keyDigest, makeKey } from '../../src/http/key-ring.ts';

const CONFIGURED = { key: 'sk-from-the-file', name: 'file', bots: ['*'], admin: true };

const stored = (key: string, patch: Partial<StoredKey> = {}): StoredKey => ({
  name: 'made',
  digest: keyDigest(key),
  bots: ['coze'],
  admin: false,
  createdAt: 1,
  ...patch,
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('the key ring', () => {
  it('opens for a key that was made a moment ago, and no more once it is revoked', () => {
    const ring = new KeyRing([CONFIGURED]);
    const authenticate = createAuthenticator({ ring, anonymousBots: [], open: false });
    const key = makeKey();
    expect(() => authenticate(bearer(key))).toThrow('not known');
    ring.setMade([stored(key, { requestsPerMinute: 7 })]);
    expect(authenticate(bearer(key))).toEqual({ id: 'made', admin: false, bots: ['coze'] });
    expect(ring.limitOf('made')).toBe(7);
    ring.setMade([]);
    expect(() => authenticate(bearer(key))).toThrow('not known');
    expect(authenticate(bearer(CONFIGURED.key)).id).toBe('file');
  });

  it('takes a made key from every place that a key may stand in', () => {
    const ring = new KeyRing([CONFIGURED]);
    const authenticate = createAuthenticator({ ring, anonymousBots: [], open: false });
    const key = makeKey();
    ring.setMade([stored(key)]);
    for (const headers of [bearer(key), { key }, { 'mj-api-secret': key }]) {
      expect(authenticate(headers).id).toBe('made');
    }
    expect(authenticate({}, ` ${key} `).id).toBe('made');
  });

  it('does not let a made key take the name of a configured one, nor a damaged one break the others', () => {
    const ring = new KeyRing([CONFIGURED]);
    const [twin, good] = [makeKey(), makeKey()];
    ring.setMade([stored(twin, { name: 'file' }), stored('x', { name: 'bad', digest: 'zz' }), stored(good)]);
    expect(ring.findByKey(Buffer.from(twin))).toBeUndefined();
    expect(ring.findByKey(Buffer.from(good))?.id).toBe('made');
    expect(ring.names()).toEqual(['file', 'bad', 'made']);
  });

  it('shows keys to operators without key or digest', () => {
    const ring = new KeyRing([CONFIGURED]);
    const key = makeKey();
    ring.setMade([stored(key)]);
    const shown = JSON.stringify(ring.views());
    for (const secret of [CONFIGURED.key, key, keyDigest(key), keyDigest(CONFIGURED.key)]) {
      expect(shown).not.toContain(secret);
    }
    expect(ring.views().map(({ name, source }) => [name, source])).toEqual([
      ['file', 'file'],
      ['made', 'made'],
    ]);
  });

  it('hides configured keys in texts, and made ones although it does not know them', () => {
    const ring = new KeyRing([CONFIGURED]);
    expect(ring.hide(`There is no ${CONFIGURED.key} and no ${makeKey()}.`)).toBe(
      'There is no *** and no ***.',
    );
  });

  it('leaves an open gateway open when a key is made, and knows who brings it', () => {
    const ring = new KeyRing([]);
    const authenticate = createAuthenticator({ ring, anonymousBots: [], open: true, openAdmin: true });
    const key = makeKey();
    ring.setMade([stored(key)]);
    expect(authenticate({})).toEqual({ id: '', admin: true, bots: ['*'] });
    expect(authenticate(bearer(key)).id).toBe('made');
  });

  it('does not let anybody in by a made key alone where nobody was let in before', () => {
    const ring = new KeyRing([]);
    const authenticate = createAuthenticator({ ring, anonymousBots: [], open: false });
    const key = makeKey();
    ring.setMade([stored(key)]);
    expect(() => authenticate({})).toThrow('No API key');
    expect(() => authenticate(bearer('other'))).toThrow('not known');
    expect(authenticate(bearer(key)).id).toBe('made');
  });
});
