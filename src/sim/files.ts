import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { inspectFile } from './file-type.ts';
import type { SimAttachment } from './model.ts';

/** A signed link lives for 24 hours, as on Discord's CDN. */
const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** The two folders of the CDN: files of messages, and of messages that only one user sees. */
export type FileFolder = 'attachments' | 'ephemeral-attachments';

/** A file somebody gave to Discord. */
export interface SimFile {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
  readonly description?: string | undefined;
}

/** A place that waits for one file (user clients upload before they send). */
export interface UploadSlot {
  readonly uploadFilename: string;
  readonly userId: string;
  readonly channelId: string;
  readonly filename: string;
  readonly maxBytes: number;
  readonly uploadId: string;
  bytes: Uint8Array | undefined;
  contentType: string | undefined;
}

/** All files of the world, the links to them and the upload slots. */
export class Files {
  /** Address of the CDN without a slash at the end. */
  cdnBase = 'https://cdn.discordapp.com';
  /** Address that upload links begin with. */
  uploadBase = 'https://discord-attachments-uploads-prd.storage.googleapis.com';
  readonly #files = new Map<string, SimFile>();
  readonly #slots = new Map<string, UploadSlot>();
  readonly #secret = randomBytes(32);
  readonly #clock: Clock;
  readonly #linkLifetimeMs: number;

  constructor(clock: Clock, linkLifetimeMs = LINK_LIFETIME_MS) {
    this.#clock = clock;
    this.#linkLifetimeMs = linkLifetimeMs;
  }

  /** Keeps a file under a channel and gives the attachment object that messages carry. */
  attach(channelId: string, id: string, file: SimFile, folder: FileFolder = 'attachments'): SimAttachment {
    const filename = safeName(file.filename);
    const found = inspectFile(filename, file.bytes, file.contentType);
    const path = `/${folder}/${channelId}/${id}/${filename}`;
    this.#files.set(path, { ...file, filename, contentType: found.contentType });
    const url = this.sign(path);
    return {
      id,
      filename,
      size: file.bytes.length,
      url,
      proxy_url: url,
      ...(found.contentType ? { content_type: found.contentType } : {}),
      ...(file.description ? { description: file.description } : {}),
      ...(found.width ? { width: found.width, height: found.height ?? 0 } : {}),
    };
  }

  /** The link to a file: `?ex=<expiry>&is=<issue>&hm=<hmac>&`, seconds in hexadecimal. */
  sign(path: string): string {
    const issued = Math.floor(this.#clock.now() / 1000);
    const ex = Math.floor((this.#clock.now() + this.#linkLifetimeMs) / 1000).toString(16);
    const is = issued.toString(16);
    return `${this.cdnBase}${path}?ex=${ex}&is=${is}&hm=${this.#mac(path, ex, is)}&`;
  }

  /** The file behind a link, or undefined when it is unknown, the signature is wrong or the link has expired. */
  open(path: string, query: URLSearchParams): SimFile | undefined {
    const ex = query.get('ex') ?? '';
    const given = Buffer.from(query.get('hm') ?? '');
    const expected = Buffer.from(this.#mac(path, ex, query.get('is') ?? ''));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    if (Number.parseInt(ex, 16) * 1000 <= this.#clock.now()) return undefined;
    return this.#files.get(path);
  }

  /** The file of an attachment, for the bots that live in the world. */
  read(attachment: SimAttachment): SimFile | undefined {
    return this.#files.get(new URL(attachment.url).pathname);
  }

  /** True when a file of this path was ever stored. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** Opens a slot for one upload. */
  reserve(userId: string, channelId: string, filename: string, maxBytes: number): UploadSlot {
    const name = safeName(filename);
    const slot: UploadSlot = {
      uploadFilename: `${randomUUID()}/${name}`,
      userId,
      channelId,
      filename: name,
      maxBytes,
      uploadId: randomBytes(24).toString('base64url'),
      bytes: undefined,
      contentType: undefined,
    };
    this.#slots.set(slot.uploadFilename, slot);
    return slot;
  }

  /** The link a slot is filled by. */
  uploadUrl(slot: UploadSlot): string {
    return `${this.uploadBase}/${slot.uploadFilename}?upload_id=${slot.uploadId}`;
  }

  /** The slot of an upload link's path, without its leading slash. */
  slot(uploadFilename: string): UploadSlot | undefined {
    return this.#slots.get(uploadFilename);
  }

  /** Takes the file out of a slot; undefined when there is no such file of this user. */
  collect(uploadFilename: string, userId: string): SimFile | undefined {
    const slot = this.#slots.get(uploadFilename);
    if (!slot?.bytes || slot.userId !== userId) return undefined;
    this.#slots.delete(uploadFilename);
    return { filename: slot.filename, bytes: slot.bytes, contentType: slot.contentType };
  }

  /** Forgets a slot and what was put into it; false when there is no such slot of this user. */
  discard(uploadFilename: string, userId: string): boolean {
    const slot = this.#slots.get(uploadFilename);
    return slot?.userId === userId && this.#slots.delete(uploadFilename);
  }

  #mac(path: string, ex: string, is: string): string {
    return createHmac('sha256', this.#secret).update(`${path}?${ex}&${is}`).digest('hex');
  }
}

/** File names as Discord keeps them: blanks become `_`, everything but letters, digits, `-`, `_`, `.` goes. */
function safeName(filename: string): string {
  const name = filename
    .replace(/^.*[/\\]/, '')
    .replaceAll(' ', '_')
    .replace(/[^\w.-]/g, '');
  return /[\w-]/.test(name) ? name : `unknown${name}`;
}
