import { GatewayError } from '../core/errors.ts';
import type { MediaFile } from '../core/media.ts';
import { describeMistake, type MediaKind, SNIFFED_BYTES, sniff } from './kinds.ts';

/** What every file has to keep to, wherever it comes from. */
export interface FileRules {
  readonly kinds: readonly MediaKind[];
  readonly maxBytes: number;
}

const inWords = (bytes: number) =>
  bytes < 1_000_000 ? `${bytes} bytes` : `${+(bytes / 1_000_000).toFixed(2)} MB`;

const kindList = (kinds: readonly MediaKind[]) => kinds.map((kind) => kind.extension).join(', ');

/** The refusal of a file over the limit. `origin` names it: "The link https://host", "The file". */
export function tooLarge(origin: string, rules: FileRules): GatewayError {
  return new GatewayError('media_invalid', `${origin} is larger than ${inWords(rules.maxBytes)}.`, {
    hint: `Send a smaller file: at most ${rules.maxBytes} bytes.`,
  });
}

function wrongKind(origin: string, bytes: Uint8Array, rules: FileRules): GatewayError {
  const looks = describeMistake(bytes);
  const message = `${origin} holds no picture that can be used${looks ? `, it looks like ${looks}` : ''}.`;
  return new GatewayError('media_invalid', message, { hint: `Send one of: ${kindList(rules.kinds)}.` });
}

/** Refuses a file as soon as enough of it is there to see that it is of no accepted kind. */
export function checkStart(origin: string, start: Uint8Array, rules: FileRules): void {
  if (start.length >= SNIFFED_BYTES && !sniff(start, rules.kinds)) throw wrongKind(origin, start, rules);
}

/**
 * Checks a whole file and names it by its content.
 * @throws GatewayError media_invalid: empty, too large, or of no accepted kind
 */
export function toFile(origin: string, bytes: Uint8Array, rules: FileRules): MediaFile {
  if (bytes.length === 0) {
    throw new GatewayError('media_invalid', `${origin} is empty.`, {
      hint: `Send one of: ${kindList(rules.kinds)}.`,
    });
  }
  if (bytes.length > rules.maxBytes) throw tooLarge(origin, rules);
  const kind = sniff(bytes, rules.kinds);
  if (!kind) throw wrongKind(origin, bytes, rules);
  return { name: `image.${kind.extension}`, contentType: kind.contentType, bytes };
}
