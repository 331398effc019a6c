import type { ChatMessage } from '../../core/chat.ts';
import type { MediaSource } from '../../core/media.ts';
import { readImageUrl } from './data-url.ts';
import { check, checkEach } from './issues.ts';
import { type ContentPart, type MessageBody, messageSchema, partSchema, toolCallSchema } from './schema.ts';

/** A tool that an assistant called, as far as it is named. */
interface ToolCall {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly arguments?: string | undefined;
}

/**
 * Reads the messages of a request. What has no place in a Discord message becomes text: calls of tools as JSON, and
 * a tool's result carries the name of the function and the id of the call as its speaker's name.
 * @throws GatewayError invalid_request; `param` names the field
 */
export function readMessages(values: readonly unknown[]): ChatMessage[] {
  const toolNames = new Map<string, string>();
  return values.map((value, index) => {
    const message = check(messageSchema, value, ['messages', index]);
    const calls = toolCallsOf(message, index);
    for (const { id, name } of calls) if (id && name) toolNames.set(id, name);
    return readMessage(message, index, calls, nameOf(message, toolNames));
  });
}

function readMessage(
  message: MessageBody,
  index: number,
  calls: readonly ToolCall[],
  name: string,
): ChatMessage {
  const parts = checkEach(partSchema, message.content ?? [], ['messages', index, 'content']);
  return {
    role: message.role,
    ...(name === '' ? {} : { name }),
    text: [...parts.flatMap(textOf), ...saidBeside(message, calls)].join('\n'),
    files: parts.flatMap((part, place) => fileOf(part, `messages[${index}].content[${place}].image_url.url`)),
  };
}

function textOf(part: ContentPart): string[] {
  if (part.type === 'image_url') return [];
  return [part.type === 'refusal' ? part.refusal : part.text];
}

function fileOf(part: ContentPart, param: string): MediaSource[] {
  return part.type === 'image_url' ? [readImageUrl(part.image_url.url, param)] : [];
}

function toolCallsOf(message: MessageBody, index: number): ToolCall[] {
  if (message.role !== 'assistant') return [];
  const calls = checkEach(toolCallSchema, message.tool_calls ?? [], ['messages', index, 'tool_calls']);
  return calls.map(({ id, function: called, custom }) => ({
    id: id ?? undefined,
    name: called?.name ?? custom?.name,
    arguments: called?.arguments ?? custom?.input,
  }));
}

/** What an assistant said outside of its content: a refusal, and the tools it called, as JSON that a bot can read. */
function saidBeside(message: MessageBody, calls: readonly ToolCall[]): string[] {
  if (message.role !== 'assistant') return [];
  const said = message.refusal ? [message.refusal] : [];
  if (calls.length > 0) said.push(JSON.stringify({ tool_calls: calls }));
  if (message.function_call) said.push(JSON.stringify({ function_call: message.function_call }));
  return said;
}

function nameOf(message: MessageBody, toolNames: ReadonlyMap<string, string>): string {
  if (message.role !== 'tool') return message.name ?? '';
  const id = message.tool_call_id ?? '';
  return [message.name ?? toolNames.get(id) ?? '', id].filter((word) => word !== '').join(' ');
}
