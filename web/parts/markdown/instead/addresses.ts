/** In place of the package `mdurl`, whose parts of an address markdown-it only puts together again. See vite.config.ts. */

interface Address {
  readonly pathname: string;
}

/** The whole address as one part. */
export function parse(address: string): Address {
  return { pathname: address };
}

/** The address again. */
export function format({ pathname }: Address): string {
  return pathname;
}

/** Encodes what must not stand in an address; what is encoded already stays. */
export function encode(text: string): string {
  return encodeURI(text.toWellFormed()).replace(/%25([0-9a-f]{2})/gi, '%$1');
}

/** Decodes for reading; what is no valid encoding stays. */
export function decode(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}
decode.defaultChars = '';
