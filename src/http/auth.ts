import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../core/caller.ts';
import { GatewayError } from '../core/errors.ts';

/** A key of `auth.keys`. */
export interface ApiKey {
  readonly key: string;
  /** Name of the caller, for logs and for the ownership of conversations. */
  readonly name: string;
  /** Ids of the bots it reaches; `*` stands for all. */
  readonly bots: readonly string[];
  readonly admin: boolean;
}

/** Who may call. */
export interface AuthOptions {
  readonly keys: readonly ApiKey[];
  /** Ids of the bots that are reached without a key. */
  readonly anonymousBots: readonly string[];
  /** True when a gateway without keys serves everyone all bots. Has no effect once a key is configured. */
  readonly open: boolean;
  /** True when the callers of an open gateway are admins; default false. */
  readonly openAdmin?: boolean;
}

/**
 * Finds the caller of a request.
 * @throws GatewayError missing_key, invalid_key
 */
export type Authenticate = (headers: IncomingHttpHeaders, extraKey?: string) => Caller;

/**
 * Prepares the check of keys. The given key is compared with every configured one, by the digests, so that the
 * time taken tells nothing. `extraKey` is a place of last resort that some dialects have, such as a parameter.
 */
export function createAuthenticator(options: AuthOptions): Authenticate {
  const known = options.keys.map((entry) => ({
    digest: digestOf(Buffer.from(entry.key.trim(), 'utf8')),
    caller: { id: entry.name, admin: entry.admin, bots: entry.bots } satisfies Caller,
  }));
  const anonymous: Caller = { id: '', admin: false, bots: options.anonymousBots };
  const everyone: Caller = { id: '', admin: options.openAdmin ?? false, bots: ['*'] };

  return (headers, extraKey = '') => {
    if (known.length === 0 && options.open) return everyone;
    const given = bytesOfKey(keyOf(headers), extraKey.trim());
    if (given.length > 0) return findCaller(known, digestOf(given));
    if (anonymous.bots.length > 0) return anonymous;
    throw new GatewayError('missing_key', 'No API key was given.');
  };
}

/** Header values are bytes that Node shows as latin1: this undoes it, so that keys beyond ASCII match as well. */
function bytesOfKey(header: string, extraKey: string): Buffer {
  return header === '' ? Buffer.from(extraKey, 'utf8') : Buffer.from(header, 'latin1');
}

function findCaller(known: readonly { digest: Buffer; caller: Caller }[], digest: Buffer): Caller {
  let found: Caller | undefined;
  for (const entry of known) {
    if (timingSafeEqual(entry.digest, digest)) found = entry.caller;
  }
  if (found === undefined) throw new GatewayError('invalid_key', 'The API key is not known.');
  return found;
}

/** The key of `Authorization: Bearer`, else of `key`, else of `mj-api-secret`; trimmed, empty when there is none. */
function keyOf(headers: IncomingHttpHeaders): string {
  const bearer = /^bearer\s+(.*)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  return bearer || headerText(headers.key) || headerText(headers['mj-api-secret']);
}

function headerText(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
