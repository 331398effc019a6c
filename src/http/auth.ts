import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../core/caller.ts';
import { GatewayError } from '../core/errors.ts';
import type { KeyRing } from './key-ring.ts';

export type { ApiKey } from './key-ring.ts';

/** Who may call. */
export interface AuthOptions {
  readonly ring: KeyRing;
  /** Ids of the bots that are reached without a key. */
  readonly anonymousBots: readonly string[];
  /** True when a gateway without configured keys serves everyone all bots. Has no effect once one is configured. */
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
 * Prepares the check of keys. The ring is asked at every request, so that keys may come and go. An open gateway serves
 * whoever comes; a key that was made at run time still says who it is. `extraKey` is a place of last resort that some
 * dialects have, such as a parameter.
 */
export function createAuthenticator(options: AuthOptions): Authenticate {
  const { ring } = options;
  const anonymous: Caller = { id: '', admin: false, bots: options.anonymousBots };
  const everyone: Caller = { id: '', admin: options.openAdmin ?? false, bots: ['*'] };

  return (headers, extraKey = '') => {
    const isOpen = options.open && !ring.isConfigured;
    const given = bytesOfKey(keyOf(headers), extraKey.trim());
    const found = given.length > 0 ? ring.findByKey(given) : undefined;
    if (found !== undefined) return found;
    if (isOpen) return everyone;
    if (given.length > 0) throw new GatewayError('invalid_key', 'The API key is not known.');
    if (anonymous.bots.length > 0) return anonymous;
    throw new GatewayError('missing_key', 'No API key was given.');
  };
}

/** Header values are bytes that Node shows as latin1: this undoes it, so that keys beyond ASCII match as well. */
function bytesOfKey(header: string, extraKey: string): Buffer {
  return header === '' ? Buffer.from(extraKey, 'utf8') : Buffer.from(header, 'latin1');
}

/** The key of `Authorization: Bearer`, else of `key`, else of `mj-api-secret`; trimmed, empty when there is none. */
function keyOf(headers: IncomingHttpHeaders): string {
  const bearer = /^bearer\s+(.*)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  return bearer || headerText(headers.key) || headerText(headers['mj-api-secret']);
}

function headerText(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
}
