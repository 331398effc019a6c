/**
 * Lets a test give a gateway its store: to be imported before everything else. A gateway whose configuration says
 * `memory` makes its store by itself; here it gets the one in whose context it is started.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { vi } from 'vitest';
import type { Store } from '../../../src/core/store.ts';

/** The store of the gateway that is being started. */
export const injected = new AsyncLocalStorage<Store>();

vi.doMock('../../../src/stores/memory.ts', async (original) => {
  const real = await original<typeof import('../../../src/stores/memory.ts')>();
  return { ...real, createMemoryStore: () => injected.getStore() ?? real.createMemoryStore() };
});
