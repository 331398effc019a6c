import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../core/caller.ts';
import type { StoredKey } from '../core/store.ts';

/** A key of `auth.keys`. */
export interface ApiKey {
  readonly key: string;
  /** Name of the caller, for logs and for the ownership of conversations. */
  readonly name: string;
  /** Ids of the bots it reaches; `*` stands for all. */
  readonly bots: readonly string[];
  readonly admin: boolean;
  /** Requests a minute, 0 for no limit; the server's own limit when absent. */
  readonly requestsPerMinute?: number | undefined;
}

/** A key as an operator may see it: never the key, nor its digest. */
export interface KeyView {
  readonly name: string;
  readonly bots: readonly string[];
  readonly admin: boolean;
  readonly requestsPerMinute?: number | undefined;
  /** `file`: of `auth.keys`, changed there only; `made`: made at run time. */
  readonly source: 'file' | 'made';
  /** Milliseconds since the epoch; only of keys that were made. */
  readonly createdAt?: number | undefined;
}

interface Entry {
  readonly digest: Buffer;
  readonly caller: Caller;
  readonly view: KeyView;
}

interface Watch {
  readonly caller: Caller;
  readonly lost: () => void;
}

/** How a key begins that was made at run time; its form alone lets it be hidden, since only its digest is kept. */
const MADE_KEY = /sk-cordgate-[A-Za-z0-9_-]{16,}/g;

/** SHA-256 of a key, lower-case hexadecimal: what `StoredKey.digest` holds. Blanks around the key do not count. */
export function keyDigest(key: string): string {
  return digestOf(Buffer.from(key.trim(), 'utf8')).toString('hex');
}

/** A new key of 256 random bits. It is shown once; only `keyDigest` of it may be kept. */
export function makeKey(): string {
  return `sk-cordgate-${randomBytes(32).toString('base64url')}`;
}

/**
 * All keys that open the gateway: those of the configuration, and those that were made at run time. Changes count from
 * the next request on.
 */
export class KeyRing {
  readonly #configured: readonly Entry[];
  readonly #secrets: readonly string[];
  #made: readonly Entry[] = [];
  readonly #watches = new Set<Watch>();

  constructor(configKeys: readonly ApiKey[]) {
    this.#configured = configKeys.map(configuredEntry);
    this.#secrets = configKeys.map(({ key }) => key.trim()).filter((key) => key !== '');
  }

  /** True when the configuration names keys: such a gateway is never open. */
  get isConfigured(): boolean {
    return this.#configured.length > 0;
  }

  /**
   * Replaces the keys that were made at run time. One that bears the name of a configured key does not open anything:
   * what belongs to that name is the configured caller's.
   */
  setMade(keys: readonly StoredKey[]): void {
    const taken = new Set(this.#configured.map(({ view }) => view.name));
    this.#made = keys.filter(({ name }) => !taken.has(name)).map(madeEntry);
    const over = [...this.#watches].filter(({ caller }) => !this.#stands(caller));
    for (const watch of over) this.#watches.delete(watch);
    for (const { lost } of over) lost();
  }

  /**
   * Calls `lost` once, as soon as the caller's key is revoked or may something else than before, at once if it is so
   * already; until the answer is called. Callers without a key lose nothing.
   */
  watch(caller: Caller, lost: () => void): () => void {
    if (caller.id === '') return () => {};
    if (!this.#stands(caller)) {
      lost();
      return () => {};
    }
    const watch = { caller, lost };
    this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  /**
   * The caller of a key, by the SHA-256 of the bytes that were given. It is compared with every known key, so that the
   * time taken tells nothing.
   */
  findByDigest(digest: Buffer): Caller | undefined {
    let found: Caller | undefined;
    for (const entry of this.#all()) {
      if (timingSafeEqual(entry.digest, digest)) found ??= entry.caller;
    }
    return found;
  }

  /** The caller of a key that is given as bytes. */
  findByKey(key: Uint8Array): Caller | undefined {
    return this.findByDigest(digestOf(key));
  }

  /** What a caller's key says of its requests a minute; undefined when it says nothing. */
  limitOf(name: string): number | undefined {
    return this.#all().find(({ view }) => view.name === name)?.view.requestsPerMinute;
  }

  /** The names of all keys: those of the configuration first, then the made ones. */
  names(): string[] {
    return this.#all().map(({ view }) => view.name);
  }

  /** All keys without their secrets, in the order of `names`. */
  views(): KeyView[] {
    return this.#all().map(({ view }) => view);
  }

  /** The text with every key in it replaced by `***`: a caller may have put its key where a name belongs. */
  hide(text: string): string {
    return this.#secrets.reduce((rest, key) => rest.replaceAll(key, '***'), text.replace(MADE_KEY, '***'));
  }

  #stands(caller: Caller): boolean {
    return this.#all().some((entry) => isDeepStrictEqual(entry.caller, caller));
  }

  #all(): readonly Entry[] {
    return this.#made.length === 0 ? this.#configured : [...this.#configured, ...this.#made];
  }
}

function configuredEntry({ key, name, bots, admin, requestsPerMinute }: ApiKey): Entry {
  return {
    digest: digestOf(Buffer.from(key.trim(), 'utf8')),
    caller: { id: name, admin, bots },
    view: { name, bots, admin, requestsPerMinute, source: 'file' },
  };
}

function madeEntry({ name, digest, bots, admin, requestsPerMinute, createdAt }: StoredKey): Entry {
  return {
    digest: sized(Buffer.from(digest, 'hex')),
    caller: { id: name, admin, bots },
    view: { name, bots, admin, requestsPerMinute, source: 'made', createdAt },
  };
}

/** A digest that a store gave back damaged fits no key, and must not break the comparison of the others. */
function sized(digest: Buffer): Buffer {
  return digest.length === 32 ? digest : digestOf(randomBytes(32));
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
