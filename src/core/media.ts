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
  | { readonly type: 'link'; readonly url: string }
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
}

/** Turns what callers name into files; the SSRF guard and the limits live behind this port. */
export interface MediaLoader {
  /**
   * Fetches or checks one file.
   * @throws GatewayError media_invalid (not a picture, empty, too large), media_unreachable, media_forbidden
   */
  load(source: MediaSource, signal: AbortSignal): Promise<MediaFile>;
}
