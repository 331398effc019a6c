/** A running gateway as a person's client sees it: the Midjourney-Proxy dialect over HTTP, and nothing else of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure } from './io.ts';
import { noGateway, notAGateway, refused, wrongKey } from './remote-errors.ts';

/** Where the gateway is, and who asks. */
export interface RemoteAddress {
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly key?: string | undefined;
}

/** The fields of a task that are read here; the gateway sends more, and they are handed on as they are. */
export interface RemoteTask {
  readonly id: string;
  /** NOT_START, SUBMITTED, MODAL, IN_PROGRESS, SUCCESS, FAILURE or CANCEL. */
  readonly status: string;
  /** Such as `46%`; empty for what failed. */
  readonly progress: string;
  /** The newest preview, in the end the picture. */
  readonly imageUrl: string | null;
  readonly failReason: string | null;
}

/** What a submission may ask for. */
export interface Submissions {
  imagine: {
    readonly prompt: string;
    readonly botType: 'MID_JOURNEY' | 'NIJI_JOURNEY';
    /** Data URLs and links. */
    readonly base64Array: readonly string[];
  };
  change: { readonly taskId: string; readonly action: 'UPSCALE' | 'VARIATION'; readonly index: number };
  modal: { readonly taskId: string };
}

/** Longest time for one answer; generous, as pictures may be sent along. */
const ANSWER_MS = 60_000;
/** A gateway that is being restarted is asked again for so long. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 1_000;
const DOWNLOAD_MS = 60_000;

/** Asks one gateway. Every method throws `CommandFailure` in words for people. */
export class Remote {
  readonly #address: RemoteAddress;

  constructor(address: RemoteAddress) {
    this.#address = address;
  }

  /** Submits something; gives the id of its task. It is not aborted: its task would go on unseen. */
  async submit<Name extends keyof Submissions>(name: Name, body: Submissions[Name]): Promise<string> {
    const answer = await this.#call('POST', `submit/${name}`, AbortSignal.timeout(ANSWER_MS), body);
    const { code, result } = answer;
    if (code === 21 && name !== 'modal') return this.submit('modal', { taskId: String(result) });
    if ((code !== 1 && code !== 21 && code !== 22) || typeof result !== 'string') throw refused(answer);
    return result;
  }

  /** How a task stands. While the gateway does not answer it is asked again, for half a minute. */
  async task(id: string, signal: AbortSignal): Promise<RemoteTask> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.#taskOnce(id, signal);
      } catch (error) {
        const isLost = error instanceof CommandFailure && error.cause !== undefined;
        if (!isLost || signal.aborted || Date.now() > giveUpAt) throw error;
        await sleep(RETRY_MS, undefined, { signal });
      }
    }
  }

  /** Asks for the end of a task. */
  async cancel(id: string, signal: AbortSignal): Promise<void> {
    await this.#call('POST', `task/${id}/cancel`, signal, {});
  }

  /** The bytes behind a link. The key is not sent along: the link may lead anywhere. */
  async picture(url: string, signal: AbortSignal): Promise<Buffer> {
    try {
      const response = await fetch(url, { signal: within(DOWNLOAD_MS, signal) });
      if (!response.ok) throw new Error(`${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      if (signal.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandFailure(
        `the picture is ready but could not be fetched (${why})\n  -> Fetch it yourself: ${url}`,
        1,
        error,
      );
    }
  }

  async #taskOnce(id: string, signal: AbortSignal): Promise<RemoteTask> {
    const answer = await this.#call('GET', `task/${id}/fetch`, within(ANSWER_MS, signal));
    if (typeof answer.status === 'string') return answer as unknown as RemoteTask;
    throw refused(answer);
  }

  /** The answer's fields; none where it was empty, which is how an unknown task is told. */
  async #call(method: 'GET' | 'POST', path: string, signal: AbortSignal, body?: object) {
    const { url, key } = this.#address;
    const response = await fetch(`${url}/midjourney-proxy/mj/${path}`, {
      method,
      signal,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw noGateway(url, error);
    });
    if (response.status === 401) throw wrongKey(key !== undefined);
    const text = await response.text().catch((error: unknown) => {
      throw noGateway(url, error);
    });
    const fields = response.status === 200 && text === '' ? {} : fieldsOf(text);
    if (fields === undefined) throw notAGateway(url, response.status);
    return fields;
  }
}

/** The fields of an answer, or of a task; undefined for what a gateway does not say. */
function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isKnown =
      typeof value === 'object' && value !== null && ('description' in value || 'status' in value);
    return isKnown ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function within(limitMs: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
}
