import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Store, StoredKey } from '../../core/store.ts';
import { type KeyRing, keyDigest, makeKey } from '../key-ring.ts';

/** What the book works with. */
export interface KeyBookTools {
  readonly store: Pick<Store, 'saveKey' | 'deleteKey' | 'listKeys'>;
  readonly ring: KeyRing;
  readonly clock: Clock;
}

/** What may be said of a key. */
export interface KeyRights {
  readonly bots: readonly string[];
  readonly admin: boolean;
  /** Requests a minute, 0 for no limit; the server's own limit when absent. */
  readonly requestsPerMinute?: number | undefined;
}

/** Makes, changes and revokes keys at run time; each change is stored before it counts. */
export class KeyBook {
  readonly #tools: KeyBookTools;
  #made: readonly StoredKey[] = [];
  /** Changes follow each other, so that two new keys cannot get one name. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(tools: KeyBookTools) {
    this.#tools = tools;
  }

  /** Reads the keys that were made before; to be called once the store is open. */
  async open(): Promise<void> {
    this.#use(await this.#tools.store.listKeys());
  }

  /**
   * Makes a key; gives it with what is kept of it. It cannot be shown again.
   * @throws GatewayError key_exists
   */
  make(name: string, rights: KeyRights): Promise<{ readonly key: string; readonly stored: StoredKey }> {
    return this.#inTurn(async () => {
      if (this.#tools.ring.names().includes(name)) {
        throw new GatewayError('key_exists', `There is a key "${name}" already.`, { param: 'name' });
      }
      const key = makeKey();
      const stored = { ...rights, name, digest: keyDigest(key), createdAt: this.#tools.clock.now() };
      await this.#save(stored);
      return { key, stored };
    });
  }

  /** Changes what a key may. @throws GatewayError key_not_found, key_given */
  change(name: string, rights: Partial<KeyRights>): Promise<StoredKey> {
    return this.#inTurn(async () => {
      const changed = { ...this.#require(name), ...rights };
      await this.#save(changed);
      return changed;
    });
  }

  /** Revokes a key: from the next request on it opens nothing. @throws GatewayError key_not_found, key_given */
  revoke(name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#require(name);
      await this.#tools.store.deleteKey(name);
      this.#use(this.#made.filter((key) => key.name !== name));
    });
  }

  #require(name: string): StoredKey {
    const found = this.#made.find((key) => key.name === name);
    if (found) return found;
    if (!this.#tools.ring.names().includes(name)) {
      throw new GatewayError('key_not_found', `There is no key "${name}".`, { param: 'name' });
    }
    throw new GatewayError('key_given', `The key "${name}" is set in the configuration.`, { param: 'name' });
  }

  async #save(key: StoredKey): Promise<void> {
    await this.#tools.store.saveKey(key);
    this.#use([...this.#made.filter(({ name }) => name !== key.name), key]);
  }

  #use(made: readonly StoredKey[]): void {
    this.#made = made;
    this.#tools.ring.setMade(made);
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
