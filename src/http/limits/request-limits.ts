import type { Caller } from '../../core/caller.ts';
import type { Clock } from '../../core/clock.ts';
import { GatewayError } from '../../core/errors.ts';
import { BucketShelf, type Taking } from './bucket-shelf.ts';

/** How much callers may ask for; 0 stands for no limit. */
export interface LimitSettings {
  readonly requestsPerMinute: number;
  readonly addressPerMinute: number;
  readonly failedKeysPerMinute: number;
  /** Answers that may be streamed at a time. */
  readonly streams: number;
}

/** A limit that applies to a request, and how it stands. */
export interface Allowance extends Taking {
  readonly perMinute: number;
}

/** Buckets kept of each kind: about 10 MB when all of them are in use. */
const MOST_BUCKETS = 50_000;

/** Counts requests by key and by address. Shared by all ports of a gateway. */
export class RequestLimits {
  readonly #settings: LimitSettings;
  readonly #limitOf: (name: string) => number | undefined;
  readonly #keys: BucketShelf;
  readonly #addresses: BucketShelf;
  readonly #failures: BucketShelf;

  /** @param limitOf what the key of a name says of its requests a minute */
  constructor(settings: LimitSettings, clock: Clock, limitOf: (name: string) => number | undefined) {
    this.#settings = settings;
    this.#limitOf = limitOf;
    this.#keys = new BucketShelf(clock, MOST_BUCKETS);
    this.#addresses = new BucketShelf(clock, MOST_BUCKETS);
    this.#failures = new BucketShelf(clock, MOST_BUCKETS);
  }

  /**
   * Counts a request of an address, before its key is looked at.
   * @throws GatewayError too_many_requests
   */
  admitAddress(address: string): Allowance | undefined {
    const { addressPerMinute, failedKeysPerMinute } = this.#settings;
    if (failedKeysPerMinute > 0) {
      const { isGranted, waitMs } = this.#failures.look(address, failedKeysPerMinute);
      const limit = `${failedKeysPerMinute} wrong or missing keys a minute from one address (server.limits.failedKeysPerMinute)`;
      if (!isGranted) throw tooMany(limit, waitMs);
    }
    const limit = `${addressPerMinute} requests a minute from one address (server.limits.addressPerMinute)`;
    return take(this.#addresses, address, addressPerMinute, limit);
  }

  /**
   * Counts a request of a caller; one without a key is known by its address.
   * @throws GatewayError too_many_requests
   */
  admitCaller({ id }: Caller, address: string): Allowance | undefined {
    const own = id === '' ? undefined : this.#limitOf(id);
    const perMinute = own ?? this.#settings.requestsPerMinute;
    const setting = own === undefined ? 'server.limits.requestsPerMinute' : 'requestsPerMinute of the key';
    const whose = id === '' ? 'without a key' : 'of one key';
    const name = id === '' ? `@${address}` : `#${id}`;
    return take(this.#keys, name, perMinute, `${perMinute} requests a minute ${whose} (${setting})`);
  }

  /** Notes that an address came with a wrong key, or with none. */
  noteFailedKey(address: string): void {
    const { failedKeysPerMinute } = this.#settings;
    if (failedKeysPerMinute > 0) this.#failures.take(address, failedKeysPerMinute);
  }
}

function take(shelf: BucketShelf, name: string, perMinute: number, limit: string): Allowance | undefined {
  if (perMinute <= 0) return undefined;
  const taking = shelf.take(name, perMinute);
  if (!taking.isGranted) throw tooMany(limit, taking.waitMs);
  return { ...taking, perMinute };
}

function tooMany(limit: string, waitMs: number): GatewayError {
  return new GatewayError('too_many_requests', `This is more than ${limit}.`, { retryAfterMs: waitMs });
}
