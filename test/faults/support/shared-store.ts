/** A store that outlives its gateways, as a file or a server does, and can be taken away from one of them. */
import type { Store } from '../../../src/core/store.ts';

/** Whoever is dead writes nothing, and never learns of it. */
const NEVER = new Promise<never>(() => {});

/** What one process sees of a store. */
export interface StoreHandle {
  readonly store: Store;
  /** From now on nothing is read or written through this handle, and nothing is answered. */
  drop(): void;
}

/** Opens a handle to a store. Closing the handle leaves the store as it is. */
export function handleTo(inner: Store): StoreHandle {
  let isDropped = false;
  const store = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name === 'close') return async () => {};
      return (...input: unknown[]) => (isDropped ? NEVER : Reflect.apply(value, target, input));
    },
  });
  return {
    store,
    drop: () => {
      isDropped = true;
    },
  };
}
