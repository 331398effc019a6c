/** What a Coze bot says of itself when no rule says otherwise: the same for the same prompt, different for another. */
import { createHash } from 'node:crypto';
import type { Prompt } from './prompt.ts';

/** An answer: its text, and whether it comes with a picture. */
export interface NaturalAnswer {
  readonly text: string;
  readonly images: number;
}

/** Longer prompts are not repeated whole. */
const ECHO_LIMIT = 300;
const LONGEST = 20_000;

/** Answers a prompt; `earlier` are the prompts the bot saw before in this channel, oldest first. */
export function naturalAnswer(prompt: Prompt, earlier: readonly string[]): NaturalAnswer {
  const last = lastLine(prompt.text);
  if (/^recall\b/i.test(last)) return { text: recall(earlier), images: 0 };
  const long = /^long (\d{1,5})\b/i.exec(last);
  if (long) return { text: longText(prompt.text, Math.min(Number(long[1]), LONGEST)), images: 0 };
  const drawing = /^(?:draw|画图)\s*(.+)$/i.exec(last);
  if (drawing) return { text: `Here is your picture: ${drawing[1]}`, images: 1 };
  return { text: echo(prompt), images: 0 };
}

/** The echo of an ordinary prompt: whole when short, else its length, a digest and both ends. */
function echo(prompt: Prompt): string {
  const { text, pictures, fromFile } = prompt;
  const seen = pictures.length
    ? `\nI see ${pictures.length} picture${pictures.length > 1 ? 's' : ''}: ${pictures.join(', ')}`
    : '';
  const source = fromFile ? ' (from your file)' : '';
  if (text.length <= ECHO_LIMIT) return `You said${source}: ${text || 'nothing'}${seen}`;
  const ends = `${text.slice(0, 100).trim()} … ${text.slice(-100).trim()}`;
  return `You said${source} ${text.length} characters, digest ${digest(text)}: ${ends}${seen}`;
}

/** The first 16 hexadecimal digits of a text's SHA-256. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function recall(earlier: readonly string[]): string {
  if (earlier.length === 0) return 'I remember nothing of this channel.';
  const lines = earlier.map((prompt, position) => `${position + 1}. ${prompt.slice(0, 200)}`);
  return [`I remember ${earlier.length} prompts of this channel:`, ...lines].join('\n');
}

/** Numbered sentences that carry the prompt's digest, cut to exactly the length that was asked for. */
function longText(prompt: string, length: number): string {
  const mark = digest(prompt).slice(0, 8);
  let text = '';
  for (let number = 1; text.length < length; number += 1) text += `Sentence ${number} of ${mark}. `;
  return text.slice(0, length).trimEnd().padEnd(length, '.');
}

/** The last line without a speaker's name in front (`user: recall`). */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line.replace(/^(?:user|human|User|Human)\s*[:：]\s*/, '').trim();
}
