/**
 * Answers in OpenAI's shapes (openai-openapi: CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
 * Model). Fields beyond the specification: `images` and `suggestions`.
 */
import type { ChatAnswer, ChatEvent, ModelInfo, Usage } from '../../core/chat.ts';
import type { EndReason } from '../../core/driver.ts';
import { AppendOnlyText } from './append-only.ts';
import { type ImagePart, imageParts, pictureLines } from './pictures.ts';

/** What all parts of one answer have in common. */
export interface AnswerHead {
  /** `chatcmpl-…` */
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** The model's name as the caller wrote it. */
  readonly model: string;
}

/** The last line of a stream. */
const DONE = 'data: [DONE]\n\n';

/** A model of `GET /v1/models`. */
export function renderModel(model: ModelInfo) {
  return { id: model.id, object: 'model', created: model.createdAt, owned_by: 'cordgate' };
}

/** The text of a whole answer with the links of its pictures. */
export function contentOf(answer: ChatAnswer): string {
  return answer.text + pictureLines(answer.text, answer.media);
}

/** The whole answer; `content` is what `contentOf` gave. */
export function renderCompletion(head: AnswerHead, answer: ChatAnswer, content: string) {
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null, annotations: [], ...extrasOf(answer) },
        logprobs: null,
        finish_reason: finishReasonOf(answer.reason),
      },
    ],
    usage: renderUsage(answer.usage),
  };
}

/** The end of a streamed answer. */
export interface StreamEnd {
  /** All text that the caller was given, to be remembered before `frames` is written. */
  readonly content: string;
  /** The rest of the text, the final chunk, the usage and `[DONE]`. */
  readonly frames: string;
}

/** Turns the events of one answer into the bytes of its stream. All that stays the same is written out once. */
export class CompletionStream {
  readonly #text = new AppendOnlyText();
  readonly #prefix: string;
  readonly #usageField: string;
  readonly #includeUsage: boolean;
  readonly #contentOpen: string;
  readonly #contentClose: string;
  #opened = false;

  constructor(head: AnswerHead, includeUsage: boolean) {
    const { id, created, model } = head;
    const fixed = JSON.stringify({ id, object: 'chat.completion.chunk', created, model });
    this.#prefix = `data: ${fixed.slice(0, -1)},"choices":[`;
    this.#includeUsage = includeUsage;
    this.#usageField = includeUsage ? ',"usage":null' : '';
    this.#contentOpen = `${this.#prefix}{"index":0,"delta":{"content":`;
    this.#contentClose = `},"logprobs":null,"finish_reason":null}]${this.#usageField}}\n\n`;
  }

  /** The frames that an event gives, none at all when its text has to be held back. */
  render(event: Exclude<ChatEvent, { type: 'answer-completed' }>): string {
    const opening = this.#open();
    if (event.type === 'media-ready') return opening;
    const piece =
      event.type === 'text-delta' ? this.#text.append(event.text) : this.#text.replace(event.text);
    return opening + this.#content(piece);
  }

  /** The frames that end the stream. */
  end(answer: ChatAnswer): StreamEnd {
    const opening = this.#open();
    const rest = this.#text.finish(answer.text);
    // Links are looked for in the bot's text, but a blank line is due whenever anything was sent before.
    const links = pictureLines(this.#text.sent === '' ? '' : answer.text || this.#text.sent, answer.media);
    const content = this.#content(rest + this.#text.add(links));
    const final = this.#chunk(extrasOf(answer), finishReasonOf(answer.reason));
    return { content: this.#text.sent, frames: opening + content + final + this.#usage(answer.usage) + DONE };
  }

  #open(): string {
    if (this.#opened) return '';
    this.#opened = true;
    return this.#chunk({ role: 'assistant', content: '', refusal: null }, null);
  }

  #content(piece: string): string {
    return piece === '' ? '' : this.#contentOpen + JSON.stringify(piece) + this.#contentClose;
  }

  #chunk(delta: object, finishReason: string | null): string {
    const choice = JSON.stringify({ index: 0, delta, logprobs: null, finish_reason: finishReason });
    return `${this.#prefix}${choice}]${this.#usageField}}\n\n`;
  }

  #usage(usage: Usage): string {
    return this.#includeUsage ? `${this.#prefix}],"usage":${JSON.stringify(renderUsage(usage))}}\n\n` : '';
  }
}

function renderUsage(usage: Usage) {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
  };
}

function finishReasonOf(reason: EndReason): 'stop' | 'length' {
  return reason === 'length' ? 'length' : 'stop';
}

function extrasOf(answer: ChatAnswer): { images?: ImagePart[]; suggestions?: string[] } {
  const images = imageParts(answer.media);
  const suggestions = answer.suggestions.map(({ label }) => label);
  return { ...(images.length > 0 ? { images } : {}), ...(suggestions.length > 0 ? { suggestions } : {}) };
}
