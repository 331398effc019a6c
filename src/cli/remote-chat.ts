/** A running gateway as somebody who chats sees it: OpenAI's dialect over HTTP, and nothing else of it. */
import { eventData } from './event-frames.ts';
import { CommandFailure } from './io.ts';
import type { RemoteAddress } from './remote.ts';
import { noGateway, notAGateway, wrongKey } from './remote-errors.ts';

/** One line of a conversation; pictures are data URLs and links. */
export interface RemoteMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly pictures: readonly string[];
}

/** What is asked. */
export interface RemoteQuestion {
  readonly model: string;
  /** Oldest first; with a conversation the gateway sends only the newest one on. */
  readonly messages: readonly RemoteMessage[];
  /** Name of a lasting conversation. */
  readonly conversation?: string | undefined;
  /** Whether the text comes piece by piece. */
  readonly streamed: boolean;
}

/** A whole answer. */
export interface RemoteAnswer {
  readonly model: string;
  readonly text: string;
  /** Links. */
  readonly images: readonly string[];
  readonly suggestions: readonly string[];
  /** `stop`, or `length` where the answer was cut short. */
  readonly finishReason: string;
  /** As the gateway gives it. */
  readonly usage: unknown;
}

/** What is told while an answer comes. */
export interface AnswerListener {
  readonly onText: (piece: string) => void;
  /** What of the request is not obeyed. */
  readonly onWarning: (warning: string) => void;
}

type Fields = Readonly<Record<string, unknown>>;

/** Asks one gateway. Every method throws `CommandFailure` in words for people, or the reason of the signal. */
export class RemoteChat {
  readonly #address: RemoteAddress;
  #fetch: Promise<typeof fetch> | undefined;

  constructor(address: RemoteAddress) {
    this.#address = address;
  }

  /** The first model of the gateway: those that talk come before those that draw. */
  async firstModel(signal: AbortSignal): Promise<string> {
    const response = await this.#call('/v1/models', { method: 'GET' }, signal);
    const list = (await fieldsIn(response))?.data;
    if (!response.ok || !Array.isArray(list)) throw notAGateway(this.#address.url, response.status);
    const id = list.map(fieldsOf).find((model) => typeof model?.id === 'string')?.id;
    if (typeof id === 'string') return id;
    throw new CommandFailure('the gateway offers this key no model\n  -> Add the bots to "bots" of the key.');
  }

  /** Asks a bot; the text is told as it comes when it is streamed, at the end else. */
  async ask(question: RemoteQuestion, listener: AnswerListener, signal: AbortSignal): Promise<RemoteAnswer> {
    const { conversation } = question;
    const headers = {
      'content-type': 'application/json',
      ...(conversation === undefined ? {} : { 'x-conversation': encodeURIComponent(conversation) }),
    };
    const request = { method: 'POST', headers, body: JSON.stringify(bodyOf(question)) } as const;
    const response = await this.#call('/v1/chat/completions', request, signal);
    const warning = response.headers.get('x-cordgate-warnings');
    if (warning) listener.onWarning(warning);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (response.ok && isStream) return this.#readStream(response, listener, signal);
    const fields = await fieldsIn(response);
    if (!response.ok || !Array.isArray(fields?.choices))
      throw notAGateway(this.#address.url, response.status);
    const answer = new AnswerParts();
    answer.take(fields);
    listener.onText(answer.whole().text);
    return answer.whole();
  }

  async #readStream(
    response: Response,
    listener: AnswerListener,
    signal: AbortSignal,
  ): Promise<RemoteAnswer> {
    const answer = new AnswerParts();
    try {
      for await (const data of eventData(response.body ?? new ReadableStream())) {
        if (data === '[DONE]') return answer.whole();
        const fields = fieldsOf(parsed(data));
        if (fields?.error !== undefined) throw refusal(fields);
        const piece = fields ? answer.take(fields) : '';
        if (piece !== '') listener.onText(piece);
      }
    } catch (error) {
      if (signal.aborted || error instanceof CommandFailure) throw error;
      throw brokenOff(error);
    }
    throw brokenOff();
  }

  async #call(
    path: string,
    request: { method: string; headers?: Record<string, string>; body?: string },
    signal: AbortSignal,
  ): Promise<Response> {
    const { url, key } = this.#address;
    const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
    this.#fetch ??= patientFetch();
    const ask = await this.#fetch;
    const response = await ask(`${url}${path}`, {
      ...request,
      headers: { ...request.headers, ...authorization },
      signal,
    }).catch((error: unknown) => {
      throw signal.aborted ? error : noGateway(url, error);
    });
    if (response.ok) return response;
    if (response.status === 401) throw wrongKey(key !== undefined);
    const fields = await fieldsIn(response);
    throw fields?.error === undefined ? notAGateway(url, response.status) : refusal(fields);
  }
}

/** An answer may take longer than fetch waits by itself: the gateway knows the time limits of its bots. */
async function patientFetch(): Promise<typeof fetch> {
  const { Agent, fetch: fetchWith } = await import('undici');
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const patient = (url: string, request: object) => fetchWith(url, { ...request, dispatcher });
  // The same types by another name.
  return patient as unknown as typeof fetch;
}

/** The parts of an answer, whole or as chunks (openai-openapi: CreateChatCompletionResponse and …StreamResponse). */
class AnswerParts {
  #model = '';
  #text = '';
  #images: string[] = [];
  #suggestions: string[] = [];
  #finishReason = '';
  #usage: unknown = null;

  /** Takes a chunk in; gives its text. */
  take(fields: Fields): string {
    if (typeof fields.model === 'string') this.#model = fields.model;
    if (fields.usage) this.#usage = fields.usage;
    const choice = Array.isArray(fields.choices) ? fieldsOf(fields.choices[0]) : undefined;
    const message = fieldsOf(choice?.delta ?? choice?.message) ?? {};
    if (typeof choice?.finish_reason === 'string') this.#finishReason = choice.finish_reason;
    this.#images.push(...listOf(message.images).flatMap(linkOf));
    this.#suggestions.push(...listOf(message.suggestions).filter((one) => typeof one === 'string'));
    const piece = typeof message.content === 'string' ? message.content : '';
    this.#text += piece;
    return piece;
  }

  whole(): RemoteAnswer {
    return {
      model: this.#model,
      text: this.#text,
      images: this.#images,
      suggestions: this.#suggestions,
      finishReason: this.#finishReason,
      usage: this.#usage,
    };
  }
}

function bodyOf({ model, messages, streamed }: RemoteQuestion) {
  return {
    model,
    stream: streamed,
    ...(streamed ? { stream_options: { include_usage: true } } : {}),
    messages: messages.map(({ role, text, pictures }) => ({
      role,
      content: pictures.length === 0 ? text : [...textPart(text), ...pictures.map(picturePart)],
    })),
  };
}

const textPart = (text: string) => (text === '' ? [] : [{ type: 'text', text }]);
const picturePart = (url: string) => ({ type: 'image_url', image_url: { url } });

function refusal(fields: Fields): CommandFailure {
  const message = fieldsOf(fields.error)?.message;
  return new CommandFailure(typeof message === 'string' ? message : 'the gateway gave no reason');
}

function brokenOff(cause?: unknown): CommandFailure {
  const remedy = 'Ask again; the log of the gateway tells more.';
  return new CommandFailure(`the answer broke off before its end\n  -> ${remedy}`, 1, cause);
}

async function fieldsIn(response: Response): Promise<Fields | undefined> {
  return fieldsOf(await response.json().catch(() => undefined));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function linkOf(image: unknown): string | [] {
  const url = fieldsOf(fieldsOf(image)?.image_url)?.url;
  return typeof url === 'string' ? url : [];
}
