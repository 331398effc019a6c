import type { SimMessage } from '../model.ts';
import type { World } from '../world.ts';

/** What a bot understands of a message. */
export interface Prompt {
  /** The words: the content without the bot's mention, or the text file that came with it. */
  readonly text: string;
  /** Types of the pictures that came with it. */
  readonly pictures: readonly string[];
  /** True when the words came as a text file. */
  readonly fromFile: boolean;
}

/** Reads a message; parts are earlier messages of the same author that did not mention the bot yet. */
export function readPrompt(
  world: World,
  message: SimMessage,
  botUserId: string,
  parts: readonly SimMessage[],
): Prompt {
  const all = [...parts, message];
  const attachments = all.flatMap((part) => part.attachments);
  const pictures = attachments.flatMap(({ content_type: type }) =>
    type?.startsWith('image/') ? [type] : [],
  );
  const texts = attachments
    .filter(({ content_type: type }) => type?.startsWith('text/'))
    .map((attachment) => Buffer.from(world.files.read(attachment)?.bytes ?? []).toString('utf8'));
  if (texts.length > 0) return { text: texts.join('\n').trim(), pictures, fromFile: true };
  const words = all.map((part) => part.content.replaceAll(new RegExp(`<@!?${botUserId}>`, 'g'), '').trim());
  return { text: words.filter(Boolean).join('\n'), pictures, fromFile: false };
}
