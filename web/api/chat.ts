/** `POST /v1/chat/completions`, streamed. */
import { ApiError, open } from './client.ts';
import { eventsOf } from './sse.ts';
import type { ErrorBody } from './types.ts';

/** A part of what a person says. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

/** A message of the request. */
export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string | readonly ContentPart[];
}

/** What is asked. */
export interface ChatCall {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Name of a lasting conversation: only the newest message is sent to the bot then. */
  readonly conversation?: string | undefined;
}

/** What comes back, piece by piece. */
export type ChatPiece =
  | { readonly type: 'text'; readonly text: string }
  /** What the bot proposes to ask next. */
  | { readonly type: 'suggestions'; readonly suggestions: readonly string[] }
  /** What of the request was not obeyed. */
  | { readonly type: 'warning'; readonly text: string };

interface Chunk extends Partial<ErrorBody> {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly suggestions?: readonly string[] };
  }[];
}

/** The end of a whole stream. */
const DONE = '[DONE]';

/**
 * Asks, and gives the answer as it is written.
 * @throws ApiError: refused, failed inside the stream, or cut off before its end; the signal's reason when it aborts
 */
export async function* streamChat(asked: ChatCall, signal: AbortSignal): AsyncGenerator<ChatPiece> {
  const { model, messages, conversation } = asked;
  const response = await open('POST', 'v1/chat/completions', {
    body: { model, messages, stream: true },
    signal,
    headers: headersOf(conversation),
  });
  const warning = response.headers.get('x-cordgate-warnings');
  if (warning) yield { type: 'warning', text: warning };
  try {
    for await (const { data } of eventsOf(response)) {
      if (data === DONE) return;
      if (data !== '') yield* piecesOf(JSON.parse(data) as Chunk);
    }
  } catch (thrown) {
    if (thrown instanceof ApiError || signal.aborted) throw thrown;
  }
  throw new ApiError(0, 'unreachable', '', {});
}

/** Header values are bytes: a name in any script goes percent-encoded. */
export function headersOf(conversation: string | undefined): Record<string, string> {
  return conversation ? { 'x-conversation': encodeURIComponent(conversation) } : {};
}

function* piecesOf({ choices = [], error }: Chunk): Generator<ChatPiece> {
  if (error) throw new ApiError(502, error.code ?? error.type, error.message, {});
  const { content, suggestions } = choices[0]?.delta ?? {};
  if (content) yield { type: 'text', text: content };
  if (suggestions) yield { type: 'suggestions', suggestions };
}
