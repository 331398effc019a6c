import { Counter, Histogram, type Registry } from 'prom-client';
import { GatewayError } from '../core/errors.ts';
import type { StoreCallReport } from '../core/observe.ts';
import type { Store } from '../core/store.ts';
import { DELAY_BUCKETS } from './buckets.ts';

/** Counts calls of the store. */
export function storeObserver(registry: Registry): (report: StoreCallReport) => void {
  const registers = [registry];
  const duration = new Histogram({
    name: 'cordgate_store_operation_duration_seconds',
    help: 'Time of a call of the store, by operation; a write is durable at its end.',
    labelNames: ['operation'],
    buckets: DELAY_BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'cordgate_store_errors_total',
    help: 'Calls of the store that failed, by operation and code.',
    labelNames: ['operation', 'code'],
    registers,
  });
  return ({ operation, durationMs, error }) => {
    duration.observe({ operation }, durationMs / 1000);
    if (error !== undefined) errors.inc({ operation, code: error });
  };
}

/** The same store; every call is told when it has ended. `observe` must return at once and never throw. */
export function measured(store: Store, observe: (report: StoreCallReport) => void): Store {
  const known = new Map<PropertyKey, unknown>();
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const wrapped = known.get(name) ?? timed(target, name, value as Call, observe);
      known.set(name, wrapped);
      return wrapped;
    },
  });
}

type Call = (this: Store, ...given: unknown[]) => unknown;

function timed(
  store: Store,
  operation: string,
  call: Call,
  observe: (report: StoreCallReport) => void,
): Call {
  return function observed(...given) {
    const since = performance.now();
    const tell = (error?: unknown) => {
      const failure = error === undefined ? {} : { error: codeOf(error) };
      observe({ operation, taskId: taskOf(given[0]), durationMs: performance.now() - since, ...failure });
    };
    const result = call.apply(store, given);
    if (!(result instanceof Promise)) return result;
    return result.then(
      (value: unknown) => {
        tell();
        return value;
      },
      (error: unknown) => {
        tell(error);
        throw error;
      },
    );
  };
}

function taskOf(written: unknown): string | undefined {
  const isTask = typeof written === 'object' && written !== null && 'id' in written && 'revision' in written;
  return isTask ? String(written.id) : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof GatewayError ? error.code : 'internal';
}
