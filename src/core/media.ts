import type { Readable } from 'node:stream';

/** A file in memory, ready to be attached to a Discord message. */
export interface MediaFile {
  /** File name with extension, no path. */
  readonly name: string;
  /** MIME type, read from the content, not from the name. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A file that a caller named: a link to fetch, or the bytes as they came (base64 already decoded). */
export type MediaSource =
  /** `kept` names the gateway's own copy, which bots' pictures are read from. */
  | { readonly type: 'link'; readonly url: string; readonly kept?: string | undefined }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly name?: string };

/** A picture or file that a bot's answer carries. */
export interface Media {
  /** Stays the same while the link is signed anew; absent when only the link is known. */
  readonly id?: string;
  readonly url: string;
  readonly name?: string;
  readonly contentType?: string;
  readonly width?: number;
  readonly height?: number;
  /** Name of the gateway's own copy, under `/files/`; absent where none is kept. */
  readonly kept?: string;
}

/** Turns what callers name into files; the SSRF guard and the limits live behind this port. */
export interface MediaLoader {
  /**
   * Fetches or checks one file.
   * @throws GatewayError media_invalid (not a picture, empty, too large), media_unreachable, media_forbidden
   */
  load(source: MediaSource, signal: AbortSignal): Promise<MediaFile>;
}

/** Which bytes of a file are wanted, counted from 0, the last one included: `start` to `end` or to the file's end, or its last ones. */
export type ByteRange =
  | { readonly start: number; readonly end?: number | undefined }
  | { readonly last: number };

/** A video on its way. */
export interface VideoStream {
  /** 200: the whole file; 206: the range that was asked for; 416: the file has no such range, and the body is empty. */
  readonly status: 200 | 206 | 416;
  readonly contentType: string;
  /** Bytes of the whole file; undefined where nobody says. */
  readonly size: number | undefined;
  /** The first and the last byte of a range (206). */
  readonly range?: { readonly start: number; readonly end: number } | undefined;
  /** Must be read to its end, or destroyed. */
  readonly body: Readable;
}

/** Opens videos of bots without keeping them in memory. */
export interface VideoSource {
  /**
   * Begins to read a video; where the size is unknown a range may be answered with the whole file.
   * @param signal ends the reading as well
   * @throws GatewayError media_unreachable, media_forbidden, media_invalid
   */
  open(url: string, range: ByteRange | undefined, signal: AbortSignal): Promise<VideoStream>;
}
