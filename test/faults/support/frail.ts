/** A store that can be taken down and brought back, as a server that is restarted. */
import { GatewayError } from '../../../src/core/errors.ts';
import type { Store } from '../../../src/core/store.ts';

/** A store with a switch. */
export interface FrailStore {
  readonly store: Store;
  isDown: boolean;
  /** Calls that were refused. */
  refusals: number;
}

/** Wraps a store: while it is down every call fails as `Store` promises. */
export function frail(inner: Store): FrailStore {
  const state = { isDown: false, refusals: 0 };
  const store = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...input: unknown[]) => {
        if (state.isDown) {
          state.refusals += 1;
          throw new GatewayError('store_unavailable', 'The store does not answer.');
        }
        return Reflect.apply(value, target, input);
      };
    },
  });
  return Object.assign(state, { store });
}
