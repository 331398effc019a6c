import type { Chat } from '../../core/chat.ts';
import { GatewayError } from '../../core/errors.ts';
import { asGatewayError, noteError } from '../errors.ts';
import { EventStream } from '../sse.ts';
import type { BridgeCall, CozeBridgeOptions, Endpoint } from './call.ts';
import { ProgressStream, renderAnswer } from './render.ts';
import { addressOf, promptOf } from './schema.ts';

/** Endpoints that talk to the bot. */
export const CHAT_ENDPOINTS: readonly Endpoint[] = [
  { path: '/api/Chat', prefix: '', hasStatus: true, run: answerWhole },
  { path: '/api/ChatStream', prefix: '', hasStatus: true, run: answerStreamed },
];

/**
 * Begins a chat in the conversation that is addressed, which must exist; without an address in one of its own.
 * @throws GatewayError conversation_not_found, invalid_request, media_invalid and what the service throws
 */
async function begin(options: CozeBridgeOptions, call: BridgeCall, streamed: boolean): Promise<Chat> {
  const { caller, parameters, signal, request } = call;
  const message = promptOf(parameters);
  const conversation = addressOf(parameters);
  if (conversation !== undefined && !(await options.service.findConversation(caller, conversation))) {
    throw new GatewayError('conversation_not_found', 'There is no such conversation.');
  }
  const messages = [message];
  const requestId = request.id;
  return options.service.chat({
    caller,
    model: undefined,
    messages,
    streamed,
    conversation,
    mustExist: true,
    signal,
    requestId,
  });
}

async function answerWhole(options: CozeBridgeOptions, call: BridgeCall): Promise<unknown> {
  const chat = await begin(options, call, false);
  let body: unknown;
  for await (const event of chat.events) {
    if (event.type === 'answer-completed') body = renderAnswer(event.answer);
  }
  if (body === undefined) throw withoutEnd();
  return body;
}

async function answerStreamed(options: CozeBridgeOptions, call: BridgeCall): Promise<unknown> {
  const chat = await begin(options, call, true);
  const stream = new EventStream(call.reply, options);
  const progress = new ProgressStream();
  try {
    await pump(chat, stream, progress);
  } catch (thrown) {
    if (!stream.begun || call.signal.aborted) throw thrown;
    const error = asGatewayError(thrown);
    noteError(options.log, call.request, error);
    stream.end(progress.fail(error));
  } finally {
    stream.stop();
  }
  return call.reply.hijack();
}

/** Carries the events to the caller, as fast as the caller reads. */
async function pump(chat: Chat, stream: EventStream, progress: ProgressStream): Promise<void> {
  for await (const event of chat.events) {
    if (stream.closed) return;
    if (event.type === 'answer-completed') {
      stream.end(progress.end(event.answer));
      continue;
    }
    const drained = stream.write(progress.render(event));
    if (drained) await drained;
  }
  if (!stream.closed) throw withoutEnd();
}

function withoutEnd(): GatewayError {
  return new GatewayError('internal', 'The answer ended without an end.');
}
