import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../core/errors.ts';

/** Header that names a lasting conversation. */
const CONVERSATION_HEADER = 'x-conversation';

/** Longest name of a conversation, in characters. */
const LONGEST_CONVERSATION_NAME = 100;

/**
 * Reads the name of a lasting conversation from `x-conversation`: UTF-8, plain or percent-encoded, trimmed.
 * Undefined when the header is absent.
 * @throws GatewayError invalid_request when it is not 1 to 100 characters, or holds control characters
 */
export function conversationOf(headers: IncomingHttpHeaders): string | undefined {
  const raw = headers[CONVERSATION_HEADER];
  if (raw === undefined) return undefined;
  const name = decode(Array.isArray(raw) ? raw.join(',') : raw)?.trim();
  if (name !== undefined && isConversationName(name)) return name;
  throw new GatewayError('invalid_request', `The header ${CONVERSATION_HEADER} is not a usable name.`, {
    param: CONVERSATION_HEADER,
    hint: `Send 1 to ${LONGEST_CONVERSATION_NAME} characters of UTF-8, percent-encoded, without control characters.`,
  });
}

/** True for 1 to 100 characters of valid Unicode without control characters. */
export function isConversationName(name: string): boolean {
  const { length } = [...name];
  return length >= 1 && length <= LONGEST_CONVERSATION_NAME && !/[\p{Cc}\p{Cs}]/u.test(name);
}

function decode(raw: string): string | undefined {
  try {
    // Node shows the header's bytes as latin1.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(raw, 'latin1'));
    return /%[0-9a-f]{2}/i.test(text) ? decodeURIComponent(text) : text;
  } catch {
    return undefined;
  }
}
