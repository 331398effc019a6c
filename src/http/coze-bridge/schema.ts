/** What the endpoints want of their parameters. */
import type { ChatMessage } from '../../core/chat.ts';
import { isConversationName } from '../conversation-name.ts';
import { isBlankText } from '../prompt-text.ts';
import { SpokenError } from './errors.ts';
import { readImage } from './image.ts';
import type { BridgeParameters, ParameterName } from './parameters.ts';

/** Longest usable name in code units: 100 characters of two each. What is longer is not worth a closer look. */
const MOST_UNITS = 200;

/** The name or channel id that the request addresses; undefined when there is none. */
export function addressOf({ name }: BridgeParameters): string | undefined {
  return name?.trim() || undefined;
}

/**
 * The name or channel id that the request must address.
 * @throws GatewayError invalid_request
 */
export function neededAddressOf(parameters: BridgeParameters): string {
  const address = addressOf(parameters);
  if (address !== undefined) return address;
  throw new SpokenError('invalid_request', '参数缺失:name，请用name给出对话名称或频道ID', { param: 'name' });
}

/**
 * A name for a conversation, trimmed; undefined when there is none.
 * @throws GatewayError invalid_request when it has over 100 characters or control characters
 */
export function freshNameOf(
  parameters: BridgeParameters,
  parameter: ParameterName = 'name',
): string | undefined {
  const name = parameters[parameter]?.trim();
  if (!name) return undefined;
  if (name.length <= MOST_UNITS && isConversationName(name)) return name;
  throw new SpokenError(
    'invalid_request',
    `参数无效:${parameter}，对话名称须为1到100个字符，且不含控制字符`,
    { param: parameter },
  );
}

/**
 * The new name of a conversation.
 * @throws GatewayError invalid_request
 */
export function neededNewNameOf(parameters: BridgeParameters): string {
  const name = freshNameOf(parameters, 'new_name');
  if (name !== undefined) return name;
  throw new SpokenError('invalid_request', '参数缺失:new_name，请用new_name给出新的对话名称', {
    param: 'new_name',
  });
}

/**
 * What is to be said to the bot. Links in the text stay there: the bot reads them itself.
 * @throws GatewayError invalid_request without text and picture, media_invalid
 */
export function promptOf({ prompt = '', image = '' }: BridgeParameters): ChatMessage {
  const files = image.trim() === '' ? [] : [readImage(image)];
  if (isBlankText(prompt) && files.length === 0) {
    throw new SpokenError('invalid_request', '无效的提示词', { param: 'prompt' });
  }
  return { role: 'user', text: prompt, files };
}
