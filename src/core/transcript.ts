/** A conversation as its channel on Discord shows it. */
import type { Attachment, Message, Snowflake } from './discord.ts';

/** One line of a conversation. */
export interface TranscriptLine {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** Links of pictures, and of other files. */
  readonly images: readonly string[];
  readonly files: readonly { readonly name: string; readonly url: string }[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Milliseconds from 1970 to the first moment that a Discord id can hold (Discord docs, "Snowflakes"). */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/**
 * The lines of messages that are given oldest first. What the bots wrote is the assistant's, all else the user's;
 * messages that follow each other from one side are one line, as long texts are sent in parts. Empty ones are left out.
 */
export function transcriptOf(
  messages: readonly Message[],
  botUserIds: readonly Snowflake[],
): TranscriptLine[] {
  const lines: TranscriptLine[] = [];
  for (const message of messages) {
    const line = lineOf(message, botUserIds);
    if (line.text === '' && line.images.length === 0 && line.files.length === 0) continue;
    const last = lines.at(-1);
    if (last?.role === line.role) lines[lines.length - 1] = joined(last, line);
    else lines.push(line);
  }
  return lines;
}

function lineOf(message: Message, botUserIds: readonly Snowflake[]): TranscriptLine {
  const isBot = botUserIds.includes(message.author?.id ?? '');
  const attachments = message.attachments ?? [];
  const embedded = (message.embeds ?? []).flatMap(({ image }) => image?.url ?? []);
  return {
    role: isBot ? 'assistant' : 'user',
    text: isBot ? (message.content ?? '').trim() : withoutMention(message.content ?? '', botUserIds),
    images: [...attachments.filter(isPicture).map(({ url }) => url), ...embedded],
    files: attachments
      .filter((attachment) => !isPicture(attachment))
      .map(({ filename, url }) => ({ name: filename, url })),
    at: momentOf(message),
  };
}

/** Prompts are sent to a bot by mentioning it at their beginning. */
function withoutMention(content: string, botUserIds: readonly Snowflake[]): string {
  const mentioned = botUserIds.find((id) => content.startsWith(`<@${id}>`));
  return (mentioned === undefined ? content : content.slice(`<@${mentioned}>`.length)).trim();
}

function joined(first: TranscriptLine, next: TranscriptLine): TranscriptLine {
  return {
    ...first,
    text: [first.text, next.text].filter((text) => text !== '').join('\n'),
    images: [...first.images, ...next.images],
    files: [...first.files, ...next.files],
  };
}

function isPicture({ content_type: type, filename }: Attachment): boolean {
  return type === undefined ? /\.(?:png|jpe?g|webp|gif)$/i.test(filename) : type.startsWith('image/');
}

function momentOf({ id, timestamp }: Message): number {
  const written = Date.parse(timestamp ?? '');
  if (!Number.isNaN(written)) return written;
  return /^\d{1,20}$/.test(id) ? Number((BigInt(id) >> 22n) + DISCORD_EPOCH_MS) : 0;
}
