import type { ChatMessage } from '../../core/chat.ts';
import { GatewayError } from '../../core/errors.ts';
import { emptyBody } from '../json-body.ts';
import { isBlankText } from '../prompt-text.ts';
import { check } from './issues.ts';
import { readMessages } from './messages.ts';
import { completionSchema } from './schema.ts';
import { ignoredParameters, refuseImpossible } from './warnings.ts';

/** A request for a completion, read and checked. */
export interface CompletionRequest {
  readonly model: string;
  /** As they came: see `wellFormed`. */
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Names of the parameters that are not obeyed. */
  readonly ignored: readonly string[];
}

/**
 * Reads the body of a request for a completion.
 * @throws GatewayError invalid_request, unsupported_parameter; `param` names the field
 */
export function readCompletionRequest(body: unknown): CompletionRequest {
  if (body === undefined || body === null) throw emptyBody();
  refuseOversized(body);
  const checked = check(completionSchema, body, []);
  refuseImpossible(checked);
  return {
    model: checked.model,
    messages: readAsking(checked.messages),
    stream: checked.stream === true,
    includeUsage: checked.stream_options?.include_usage === true,
    ignored: ignoredParameters(body),
  };
}

/** Far more than any client sends; each entry costs time on the one thread that all streams share. */
const MOST_PARAMETERS = 1_000;
const MOST_MESSAGES = 10_000;

function refuseOversized(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  let parameters = 0;
  for (const _name in body) {
    parameters += 1;
    if (parameters > MOST_PARAMETERS) throw tooMany('parameters', MOST_PARAMETERS);
  }
  if (!('messages' in body) || !Array.isArray(body.messages)) return;
  const entries = body.messages.reduce<number>((sum, message) => sum + entriesOf(message), 0);
  if (entries > MOST_MESSAGES) throw tooMany('messages, parts and tool calls', MOST_MESSAGES);
}

/** The message itself, the parts of its content, and its tool calls. */
function entriesOf(message: unknown): number {
  if (typeof message !== 'object' || message === null) return 1;
  const { content, tool_calls: calls } = message as { content?: unknown; tool_calls?: unknown };
  return 1 + (Array.isArray(content) ? content.length : 0) + (Array.isArray(calls) ? calls.length : 0);
}

function tooMany(what: string, most: number): GatewayError {
  return new GatewayError('invalid_request', `The request holds more than ${most} ${what}.`, {
    param: what === 'parameters' ? 'body' : 'messages',
    hint: 'Send a shorter conversation.',
  });
}

/**
 * Reads messages in OpenAI's form that ask for something, fit to be sent to Discord.
 * @throws GatewayError invalid_request; `param` names the field
 */
export function readConversation(values: readonly unknown[]): ChatMessage[] {
  return wellFormed(readAsking(values));
}

function readAsking(values: readonly unknown[]): ChatMessage[] {
  const messages = readMessages(values);
  if (messages.some(asks)) return messages;
  throw nothingAsked();
}

/** The same messages, fit to be sent to Discord: a streamed half of an emoji becomes a replacement character. */
export function wellFormed(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message) => ({ ...message, text: message.text.toWellFormed() }));
}

/** True for a message that a bot can answer: of a user, or the result of a tool. */
function asks({ role, text, files }: ChatMessage): boolean {
  const speaks = role === 'user' || role === 'tool' || role === 'function';
  return speaks && (!isBlankText(text) || files.length > 0);
}

function nothingAsked(): GatewayError {
  return new GatewayError(
    'invalid_request',
    "'messages' holds no message of role user with a text or a picture.",
    {
      param: 'messages',
      hint: 'Add what you want to ask.',
    },
  );
}
