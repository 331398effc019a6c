import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../core/caller.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Authenticate } from '../auth.ts';

/** The Bridge's word for "no key": its README names it beside leaving the key empty. */
const NO_KEY = 'default';

/**
 * Finds the caller by the headers, else by the parameter `key`. The word `default` stands for no key, unless it is
 * a configured one.
 * @throws GatewayError missing_key, invalid_key
 */
export function findCaller(
  authenticate: Authenticate,
  headers: IncomingHttpHeaders,
  key: string | undefined,
): Caller {
  try {
    return authenticate(headers, key);
  } catch (error) {
    if (!isCode(error, 'invalid_key') || !sayDefault(headers, key)) throw error;
    return authenticate({});
  }
}

/**
 * The caller by the headers alone, before the body is read; undefined when they hold no key, which may still come in
 * the body.
 * @throws GatewayError invalid_key
 */
export function readHeader(authenticate: Authenticate, headers: IncomingHttpHeaders): Caller | undefined {
  try {
    return findCaller(authenticate, headers, undefined);
  } catch (error) {
    if (!isCode(error, 'missing_key')) throw error;
    return undefined;
  }
}

/** True when each place that holds a key holds the word. */
function sayDefault(headers: IncomingHttpHeaders, key: string | undefined): boolean {
  const bearer = headers.authorization?.replace(/^bearer\s+/i, '');
  const given = [bearer, headers.key, headers['mj-api-secret'], key].filter((text) =>
    text?.toString().trim(),
  );
  return given.length > 0 && given.every((text) => text?.toString().trim() === NO_KEY);
}

function isCode(error: unknown, code: 'invalid_key' | 'missing_key'): boolean {
  return error instanceof GatewayError && error.code === code;
}
