import { MOST_FILES } from '../../core/discord.ts';
import type { JobMessage } from '../../core/driver.ts';
import { GatewayError } from '../../core/errors.ts';
import type { MediaFile } from '../../core/media.ts';
import { splitText } from './split.ts';

/** Longest message content (Discord docs, "Create Message"); counted in UTF-16 units, which never undercounts. */
const MESSAGE_LIMIT = 2_000;

/** Largest attachment in a guild without boosts (Discord docs, "Uploading Files"). */
const LARGEST_PROMPT_BYTES = 10 * 1024 * 1024;

/** Beyond so many messages a split prompt goes as a file after all: Discord lets about one message a second pass. */
const MOST_PARTS = 25;

const TRANSCRIPT_HEAD = 'Continue the conversation below. Write only the next message of the assistant.';
const FILE_NOTE = 'Please answer the attached Prompt.txt: it is my whole message.';

/** One Discord message of a prompt; only the last one mentions the bot. */
export interface PromptPart {
  readonly content: string;
  readonly files: readonly MediaFile[];
}

/** A conversation as one text, with the files that go with it. */
export interface Prompt {
  readonly text: string;
  readonly files: readonly MediaFile[];
}

/**
 * Turns lines of all roles into the one text a Coze bot understands. A lone user message stays as it is; anything
 * else becomes a transcript with one `[role]` heading for each line.
 */
export function composePrompt(messages: readonly JobMessage[]): Prompt {
  const [first] = messages;
  if (messages.length === 1 && first?.role === 'user') return { text: first.text, files: first.files };
  const numbered = numberFiles(messages);
  const lines = numbered.map(describeLine);
  return {
    text: [TRANSCRIPT_HEAD, ...lines].join('\n\n'),
    files: numbered.flatMap((message) => message.files),
  };
}

/** Gives files names that stay apart when several lines carry one, so that the transcript can point at them. */
function numberFiles(messages: readonly JobMessage[]): JobMessage[] {
  let counter = 0;
  return messages.map((message) => ({
    ...message,
    files: message.files.map((file) => {
      counter += 1;
      return { ...file, name: `${counter}-${file.name}` };
    }),
  }));
}

function describeLine(message: JobMessage): string {
  const speaker = message.name === undefined ? message.role : `${message.role} ${message.name}`;
  const attached = message.files.map((file) => `(attached: ${file.name})`);
  return [`[${speaker}]`, ...attached, message.text].filter((line) => line !== '').join('\n');
}

/**
 * Lays a prompt out as Discord messages within the limits: as it is when it fits, else as `Prompt.txt` or as
 * several messages of which the last mentions the bot. Nothing is ever cut off.
 * @throws GatewayError media_invalid when there are more files than a message can carry
 */
export function layOutPrompt(prompt: Prompt, botUserId: string, longPrompt: 'file' | 'split'): PromptPart[] {
  const mention = `<@${botUserId}> `;
  checkFileCount(prompt.files.length);
  if (mention.length + prompt.text.length <= MESSAGE_LIMIT) {
    return [{ content: `${mention}${prompt.text}`.trimEnd(), files: prompt.files }];
  }
  const parts = longPrompt === 'split' ? splitText(prompt.text, MESSAGE_LIMIT - mention.length) : [];
  if (parts.length === 0 || parts.length > MOST_PARTS) return [asFile(prompt, mention)];
  return parts.map((content, index) =>
    index === parts.length - 1
      ? { content: `${mention}${content}`, files: prompt.files }
      : { content, files: [] },
  );
}

function asFile(prompt: Prompt, mention: string): PromptPart {
  checkFileCount(prompt.files.length + 1);
  checkPromptSize(Buffer.byteLength(prompt.text, 'utf8'));
  const file = {
    name: 'Prompt.txt',
    contentType: 'text/plain; charset=utf-8',
    bytes: Buffer.from(prompt.text, 'utf8'),
  };
  return { content: `${mention}${FILE_NOTE}`, files: [file, ...prompt.files] };
}

function checkPromptSize(bytes: number): void {
  if (bytes <= LARGEST_PROMPT_BYTES) return;
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  throw new GatewayError(
    'body_too_large',
    `The conversation is ${megabytes} MB long; Discord takes files of 10 MB.`,
    {
      hint: 'Send a shorter conversation.',
    },
  );
}

function checkFileCount(count: number): void {
  if (count <= MOST_FILES) return;
  throw new GatewayError(
    'media_invalid',
    `The request needs ${count} attachments; a Discord message carries at most ${MOST_FILES}.`,
    { hint: 'Send fewer pictures, or shorten the text.' },
  );
}
