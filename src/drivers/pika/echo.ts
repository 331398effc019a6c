/** What of a message of Pika's are the caller's words, and what the bot's own: pure. */
import type { Snowflake } from '../../core/discord.ts';

/** A text, taken apart. */
export interface Echo {
  /** The prompt that the bot repeats, where it says which words those are. */
  readonly prompt?: string | undefined;
  /** The user whose video it is. */
  readonly userId?: Snowflake | undefined;
  /** What is left: the bot's own words. */
  readonly own: string;
}

// <@1000000000000000001> Prompt: smiling and blinking --size 100  Image: 1 Attachment  Author: <@1000000000000000001>
const LABEL = /(?:^|\n)\s*(?:<@!?(\d+)>\s*)?\**Prompt:\**[ \t]*/;
// The prompt may hold such words itself: the last of them counts.
const AUTHOR = /^([\s\S]*)\s\**Author:\**\s*<@!?(\d+)>([\s\S]*)$/;
const IMAGE = /\s+\**Image:\**\s*\d+ Attachments?\s*$/;
// Message: Hello (Font: BAUHAUS)
const HIDDEN = /\s+\**Message:\**[^\n]*\(Font: [^()\n]*\)\s*$/;

/** Takes a text apart by its labels. */
export function readEcho(text: string): Echo {
  const label = LABEL.exec(text);
  if (label === null) return { userId: /^\s*<@!?(\d+)>/.exec(text)?.[1], own: text };
  const rest = text.slice(label.index + label[0].length);
  const author = AUTHOR.exec(rest);
  const prompt = (author?.[1] ?? rest).replace(IMAGE, '').replace(HIDDEN, '').trim();
  const own = `${text.slice(0, label.index)} ${author?.[3] ?? ''}`;
  return { prompt, userId: author?.[2] ?? label[1], own };
}

/** Shorter prompts could be the bot's own words as well. */
const SHORTEST_PROMPT = 12;
const QUOTED = [/```[\s\S]*?```/g, /`[^`\n]*`/g, /\*\*[\s\S]*?\*\*/g, /"[^"\n]*"/g, /“[^”\n]*”/g, /^>.*$/gm];
const MENTION = /<@[!&]?\d+>/g;

/** The bot's own words of a text: without the prompt that it names or puts into quotes, and without known prompts. */
export function ownWordsOf(text: string, prompts: readonly string[]): string {
  let own = flattened(readEcho(text).own);
  for (const prompt of prompts) {
    const words = flattened(prompt);
    if (words.length >= SHORTEST_PROMPT) own = own.replaceAll(words, ' ');
  }
  return own.replace(MENTION, ' ').trim();
}

/** On one line, as the bot may have changed the blanks; what is in quotes is gone. */
function flattened(text: string): string {
  return QUOTED.reduce((left, pattern) => left.replace(pattern, ' '), text)
    .replace(/\s+/g, ' ')
    .trim();
}
