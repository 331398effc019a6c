/** The videos of a running gateway, over its OpenAI dialect. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure } from './io.ts';
import type { RemoteAddress } from './remote.ts';
import { noGateway, notAGateway, wrongKey } from './remote-errors.ts';
import type { VideoBytes } from './video-file.ts';

/** The fields of a video that are read here; the gateway sends more, and they are handed on as they are. */
export interface RemoteVideo {
  readonly id: string;
  readonly status: 'queued' | 'in_progress' | 'completed' | 'failed';
  /** 0 to 100. */
  readonly progress: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What is to be filmed. */
export interface VideoOrder {
  readonly prompt: string;
  readonly model: string | undefined;
  /** Width to height, such as `16:9`. */
  readonly ratio: string | undefined;
  /** The picture to begin with: a link, or its bytes. */
  readonly picture: string | Buffer | undefined;
}

/** Longest time for one answer; generous, as pictures may be sent along. */
const ANSWER_MS = 60_000;
const DOWNLOAD_MS = 300_000;
/** A gateway that is being restarted is asked again for so long. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 1_000;

/** Asks one gateway. Every method throws `CommandFailure` in words for people. */
export class RemoteVideos {
  readonly #address: RemoteAddress;

  constructor(address: RemoteAddress) {
    this.#address = address;
  }

  /** Orders a video; gives it, and what is not obeyed. It is not aborted: its task would go on unseen. */
  async create(order: VideoOrder): Promise<{ video: RemoteVideo; warnings: string[] }> {
    const response = await this.#call('', AbortSignal.timeout(ANSWER_MS), bodyOf(order));
    const video = await this.#videoIn(response);
    return {
      video,
      warnings: (response.headers.get('x-cordgate-warnings') ?? '').split('; ').filter(Boolean),
    };
  }

  /** How a video stands. While the gateway does not answer it is asked again, for half a minute. */
  async find(id: string, signal: AbortSignal): Promise<RemoteVideo> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.#videoIn(await this.#call(`/${id}`, within(ANSWER_MS, signal)));
      } catch (error) {
        const isLost = error instanceof CommandFailure && error.cause !== undefined;
        if (!isLost || signal.aborted || Date.now() > giveUpAt) throw error;
        await sleep(RETRY_MS, undefined, { signal });
      }
    }
  }

  /** The bytes of a finished video. */
  async content(id: string, signal: AbortSignal): Promise<VideoBytes> {
    const path = `/${id}/content`;
    try {
      const response = await this.#call(path, within(DOWNLOAD_MS, signal));
      if (!response.ok) throw await this.#refusal(response);
      const type = response.headers.get('content-type') ?? '';
      return { bytes: Buffer.from(await response.arrayBuffer()), type };
    } catch (error) {
      if (signal.aborted) throw error;
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new CommandFailure(
        `the video is ready but could not be fetched (${why})\n  -> Fetch it yourself: ${this.#address.url}/v1/videos${path}`,
        1,
        error,
      );
    }
  }

  async #videoIn(response: Response): Promise<RemoteVideo> {
    if (!response.ok) throw await this.#refusal(response);
    const fields = await fieldsOf(response);
    if (typeof fields?.id === 'string' && fields.object === 'video') return fields as unknown as RemoteVideo;
    throw notAGateway(this.#address.url, response.status);
  }

  async #refusal(response: Response): Promise<CommandFailure> {
    const { status } = response;
    if (status === 401) return wrongKey(this.#address.key !== undefined);
    const error = (await fieldsOf(response))?.error;
    const message: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : '';
    if (typeof message !== 'string' || message === '') return notAGateway(this.#address.url, status);
    return new CommandFailure(`the gateway refuses the request: ${message}`);
  }

  async #call(path: string, signal: AbortSignal, body?: FormData): Promise<Response> {
    const { url, key } = this.#address;
    return fetch(`${url}/v1/videos${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      signal,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body }),
    }).catch((error: unknown) => {
      throw noGateway(url, error);
    });
  }
}

/** The gateway reads a shape out of any size. */
function bodyOf({ prompt, model, ratio, picture }: VideoOrder): FormData {
  const form = new FormData();
  form.set('prompt', prompt);
  if (model !== undefined) form.set('model', model);
  if (ratio !== undefined) form.set('size', ratio.replace(':', 'x'));
  if (typeof picture === 'string') form.set('input_reference', picture);
  else if (picture) form.set('input_reference', new Blob([new Uint8Array(picture)]), 'picture');
  return form;
}

async function fieldsOf(response: Response): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function within(limitMs: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
}
