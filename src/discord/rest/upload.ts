import type { Dispatcher } from 'undici';
import { type Clock, sleep } from '../../core/clock.ts';
import type { Snowflake } from '../../core/discord.ts';
import type { MediaFile } from '../../core/media.ts';
import { type DiscordHosts, uploadUrl } from '../hosts.ts';
import type { Redact } from '../redact.ts';
import { nonsenseError, silenceError, storageError } from './errors.ts';
import { NoAnswer, performRequest } from './request.ts';
import type { Rest } from './rest.ts';

/** A file that lies in Discord's storage, as a message or a command names it. */
export interface UploadedFile {
  readonly id: string;
  readonly filename: string;
  readonly uploaded_filename: string;
}

/** How a user account attaches files: ask for a place, put the bytes there, name the place in the message. */
export interface Uploads {
  /** @throws GatewayError like `Rest.call` */
  upload(channelId: Snowflake, files: readonly MediaFile[], signal?: AbortSignal): Promise<UploadedFile[]>;
}

/** What uploads need. */
export interface UploadOptions {
  readonly rest: Rest;
  readonly hosts: Pick<DiscordHosts, 'upload'>;
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly redact: Redact;
}

interface Slot {
  readonly upload_url: string;
  readonly upload_filename: string;
}

const TEMPLATE = '/channels/{id}/attachments';
const PUT_NAME = 'PUT of an upload';
/** Ten megabytes over a slow line. */
const PUT_TIMEOUT_MS = 120_000;
const MOST_TRIES = 3;
const PAUSE_MS = 500;

/** Makes the uploads of a user account. */
export function createUploads(options: UploadOptions): Uploads {
  return {
    async upload(channelId, files, signal) {
      const slots = await askForSlots(options.rest, channelId, files, signal);
      await Promise.all(
        files.map(async (file, index) => {
          const slot = slots[index];
          if (!slot) throw nonsenseError(`POST ${TEMPLATE}`);
          await put(options, slot.upload_url, file.bytes, signal);
        }),
      );
      return files.map((file, index) => ({
        id: String(index),
        filename: file.name,
        uploaded_filename: slots[index]?.upload_filename ?? '',
      }));
    },
  };
}

async function askForSlots(
  rest: Rest,
  channelId: Snowflake,
  files: readonly MediaFile[],
  signal?: AbortSignal,
): Promise<Slot[]> {
  const wanted = files.map((file, index) => ({
    id: String(index),
    filename: file.name,
    file_size: file.bytes.length,
  }));
  const answer = await rest.call(
    {
      method: 'POST',
      path: `/channels/${channelId}/attachments`,
      template: TEMPLATE,
      major: channelId,
      json: { files: wanted },
      // A place that stays empty is nothing.
      repeatable: true,
    },
    signal,
  );
  const slots = slotsOf(answer);
  if (!slots || slots.length !== files.length) throw nonsenseError(`POST ${TEMPLATE}`);
  return slots;
}

/** In the order of the files: each slot repeats the id it was asked for, as text or as a number. */
function slotsOf(answer: unknown): Slot[] | undefined {
  if (typeof answer !== 'object' || answer === null || !('attachments' in answer)) return undefined;
  if (!Array.isArray(answer.attachments)) return undefined;
  const entries = (answer.attachments as unknown[]).filter(isSlot);
  const idOf = (slot: Slot) => ('id' in slot ? Number(slot.id) : 0);
  return entries.sort((left, right) => idOf(left) - idOf(right));
}

function isSlot(value: unknown): value is Slot {
  if (typeof value !== 'object' || value === null) return false;
  if (!('upload_url' in value) || typeof value.upload_url !== 'string') return false;
  if (!URL.canParse(value.upload_url)) return false;
  return 'upload_filename' in value && typeof value.upload_filename === 'string';
}

/** The storage belongs to somebody else: it never sees the `Authorization` header. */
async function put(
  options: UploadOptions,
  url: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const request = {
    method: 'PUT',
    url: uploadUrl(options.hosts, url),
    headers: { 'content-type': 'application/octet-stream', 'user-agent': options.userAgent },
    body: bytes,
    timeoutMs: PUT_TIMEOUT_MS,
    maxBytes: 1024 * 1024,
  } as const;
  for (let tries = 1; ; tries += 1) {
    const error = await performRequest(options.dispatcher, request, options.clock, signal).then(
      (answer) => {
        if (answer.status < 300) return undefined;
        const refusal = storageError(PUT_NAME, answer.status);
        if (!refusal.retryable) throw refusal;
        return refusal;
      },
      (failure: unknown) => {
        if (!(failure instanceof NoAnswer)) throw failure;
        return silenceError(PUT_NAME, failure, options.redact);
      },
    );
    if (!error) return;
    if (tries >= MOST_TRIES) throw error;
    await sleep(options.clock, PAUSE_MS * tries, signal);
  }
}
