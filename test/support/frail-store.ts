import type { Store } from '../../src/core/store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';

/** A store in memory that a test can take down, or make slow. */
export interface FrailStore extends Store {
  /** While true, every write is refused. */
  isDown: boolean;
  /** From now on writes wait; the answer lets them go on. */
  stall(): () => void;
}

const WRITES = new Set(['addTask', 'saveTask', 'saveAccountState', 'deleteAccountState', 'increment']);

export function createFrailStore(inner: Store = createMemoryStore()): FrailStore {
  let isDown = false;
  let gate: Promise<void> | undefined;
  const extras = {
    get isDown() {
      return isDown;
    },
    set isDown(value: boolean) {
      isDown = value;
    },
    stall() {
      let open = () => {};
      const mine = new Promise<void>((resolve) => {
        open = resolve;
      });
      gate = mine;
      return () => {
        if (gate === mine) gate = undefined;
        open();
      };
    },
  };
  return new Proxy(inner, {
    get(target, name) {
      if (name in extras) return Reflect.get(extras, name);
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!WRITES.has(String(name))) return value.bind(target);
      return async (...input: unknown[]) => {
        if (isDown) throw new Error('the disk is full');
        if (gate) await gate;
        return Reflect.apply(value, target, input);
      };
    },
    set: (_target, name, value) => Reflect.set(extras, name, value),
  }) as FrailStore;
}
