/** A kind of file, told by its first bytes. */
export interface MediaKind {
  readonly contentType: string;
  /** Without the dot. */
  readonly extension: string;
  /** True when the file begins like this kind; gets at least the first `SNIFFED_BYTES` of it, or all of a shorter one. */
  readonly matches: (start: Uint8Array) => boolean;
}

/** How many first bytes are enough to tell the kinds apart. */
export const SNIFFED_BYTES = 64;

/** True when `start` carries the characters (one byte each) at `offset`. */
const has = (start: Uint8Array, offset: number, characters: string) =>
  Buffer.from(start.subarray(offset, offset + characters.length)).equals(Buffer.from(characters, 'latin1'));

/** The pictures that Discord and the bots show. */
export const PICTURES: readonly MediaKind[] = [
  // PNG specification, section 5.2.
  { contentType: 'image/png', extension: 'png', matches: (start) => has(start, 0, '\x89PNG\r\n\x1a\n') },
  // SOI and the first byte of the next marker (ITU T.81, annex B).
  { contentType: 'image/jpeg', extension: 'jpg', matches: (start) => has(start, 0, '\xff\xd8\xff') },
  // WebP container specification, "WebP File Header": bytes 4 to 7 are the size.
  {
    contentType: 'image/webp',
    extension: 'webp',
    matches: (start) => has(start, 0, 'RIFF') && has(start, 8, 'WEBP'),
  },
  // GIF89a specification, section 17.
  {
    contentType: 'image/gif',
    extension: 'gif',
    matches: (start) => has(start, 0, 'GIF87a') || has(start, 0, 'GIF89a'),
  },
];

/** Brands of pictures in the container of MP4. */
const PICTURE_BRANDS = /^....ftyp(?:avif|avis|heic|heix|mif1)/s;

/** The videos that bots make. */
export const VIDEOS: readonly MediaKind[] = [
  // ISO/IEC 14496-12, section 4.3: the first box is `ftyp`.
  {
    contentType: 'video/mp4',
    extension: 'mp4',
    matches: (start) =>
      has(start, 4, 'ftyp') && !PICTURE_BRANDS.test(Buffer.from(start.subarray(0, 12)).toString('latin1')),
  },
  // EBML (RFC 8794, section 11.2.1).
  { contentType: 'video/webm', extension: 'webm', matches: (start) => has(start, 0, '\x1a\x45\xdf\xa3') },
];

/** What people send by mistake, so that the refusal can name it. */
const MISTAKES: readonly (readonly [label: string, sign: RegExp])[] = [
  ['an SVG drawing', /^\s*(<\?xml[^>]*>\s*)?(<!--[^>]*>\s*)?(<!doctype svg|<svg)/i],
  ['a web page', /^\s*(<!--[^>]*>\s*)?<(!doctype html|html|head|body|script)/i],
  ['an XML text', /^\s*<\?xml/i],
  ['JSON', /^\s*[{[]/],
  ['a PDF document', /^%PDF-/],
  ['a video', /^....ftyp(?!avif|heic|mif1)/s],
  ['an AVIF or HEIC picture', /^....ftyp/s],
  ['a video', /^([^ -~]E\xdf\xa3|RIFF....AVI )/s],
  ['a sound', /^(ID3|OggS|fLaC|RIFF....WAVE)/s],
  ['a BMP picture', /^BM....\0\0\0\0/s],
  ['a TIFF picture', /^(II\*\0|MM\0\*)/],
  ['a ZIP archive', /^PK[^ -~][^ -~]/],
  ['a plain text', /^[\s!-~]{4,}$/],
];

/** The kind of a file by its content, whatever its name or declared type says. */
export function sniff(bytes: Uint8Array, kinds: readonly MediaKind[]): MediaKind | undefined {
  const start = bytes.subarray(0, SNIFFED_BYTES);
  return kinds.find((kind) => kind.matches(start));
}

/** What a refused file looks like, for the message; undefined when nothing is recognised. */
export function describeMistake(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.subarray(0, SNIFFED_BYTES))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  return MISTAKES.find(([, sign]) => sign.test(text))?.[0];
}
