import type { LogBook } from './log-book.ts';

/** The body of a request for a completion, as far as tests name it. */
export type Body = Record<string, unknown>;

/** An error in OpenAI's shape. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** The message of an answer. */
export interface AnswerMessage {
  readonly role: string;
  readonly content: string;
  readonly images?: { readonly image_url: { readonly url: string } }[];
  readonly suggestions?: string[];
}

interface AnyJson {
  readonly id?: string;
  readonly error?: ErrorBody;
  readonly choices?: {
    readonly message?: AnswerMessage;
    readonly delta?: Partial<AnswerMessage>;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  };
}

/** An answer that was read whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly raw: string;
  readonly json: AnyJson;
  /** Content of the message; empty when there is none. */
  readonly text: string;
  readonly message: AnswerMessage | undefined;
  readonly finish: string | null | undefined;
  readonly error: ErrorBody | undefined;
}

/** A streamed answer after its end. */
export interface Streamed {
  readonly status: number;
  readonly headers: Headers;
  readonly raw: string;
  /** All text of all chunks. */
  readonly text: string;
  readonly pieces: readonly string[];
  readonly finish: string | undefined;
  readonly error: ErrorBody | undefined;
  /** True when `[DONE]` came, as the last line. */
  readonly done: boolean;
  readonly ids: ReadonlySet<string>;
  readonly images: readonly string[];
}

/** Reads an answer to its end. */
export async function readReply(response: Response, book: LogBook): Promise<Reply> {
  const raw = await response.text();
  book.note(`${JSON.stringify([...response.headers])} ${raw}`);
  const json = parse(raw);
  const choice = json.choices?.[0];
  return {
    status: response.status,
    headers: response.headers,
    raw,
    json,
    text: choice?.message?.content ?? '',
    message: choice?.message,
    finish: choice?.finish_reason,
    error: json.error,
  };
}

/** A streamed answer while it comes. */
export class OpenStream {
  readonly status: number;
  readonly headers: Headers;
  raw = '';
  readonly #leaving: AbortController;
  readonly #book: LogBook;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #decoder = new TextDecoder();

  constructor(response: Response, leaving: AbortController, book: LogBook) {
    this.status = response.status;
    this.headers = response.headers;
    this.#leaving = leaving;
    this.#book = book;
    this.#reader = response.body?.getReader();
  }

  /** The text so far. */
  get text(): string {
    return readFrames(this.raw).pieces.join('');
  }

  /** Reads until the text so far holds something; false when the stream ended before. */
  async until(wanted: string): Promise<boolean> {
    while (!this.text.includes(wanted)) if (!(await this.#read())) return false;
    return true;
  }

  /** Goes away in the middle. */
  leave(): void {
    this.#leaving.abort();
  }

  /** Reads to the end. */
  async finish(): Promise<Streamed> {
    while (await this.#read());
    this.#book.note(`${JSON.stringify([...this.headers])} ${this.raw}`);
    const { status, headers, raw } = this;
    const isStream = headers.get('content-type')?.startsWith('text/event-stream');
    if (isStream) return { status, headers, raw, ...readFrames(raw) };
    return { status, headers, raw, ...readFrames(''), error: parse(raw).error };
  }

  async #read(): Promise<boolean> {
    const chunk = await this.#reader?.read();
    if (!chunk?.value) return false;
    this.raw += this.#decoder.decode(chunk.value, { stream: true });
    return true;
  }
}

function readFrames(raw: string) {
  const lines = raw
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => frame.slice(6));
  const chunks = lines.filter((line) => line !== '[DONE]').map(parse);
  const choices = chunks.flatMap(({ choices }) => choices ?? []);
  return {
    text: choices.map(({ delta }) => delta?.content ?? '').join(''),
    pieces: choices.map(({ delta }) => delta?.content ?? '').filter((piece) => piece !== ''),
    finish: choices.findLast(({ finish_reason }) => finish_reason)?.finish_reason ?? undefined,
    error: chunks.find(({ error }) => error)?.error,
    done: lines.at(-1) === '[DONE]',
    ids: new Set(chunks.flatMap(({ id }) => id ?? [])),
    images: choices.flatMap(({ delta }) => delta?.images?.map(({ image_url }) => image_url.url) ?? []),
  };
}

function parse(text: string): AnyJson {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
