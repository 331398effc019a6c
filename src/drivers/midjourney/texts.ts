/** Answers in words: describe, shorten, info, settings, and the short ones such as `Done!`. */
import type { Message } from '../../core/discord.ts';
import { cardsOf, commandOf, flatten, hasControl, textOf } from '../desk/message-text.ts';
import type { TextsMessage, WordsMessage } from '../desk/parsed.ts';

// 1️⃣ a small cat on a mat --ar 1:1
const NUMBERED = /^(?:\d\uFE0F?\u20E3|🔟)\s*(.*)$/u;
const SMALL_PRINT = /^-# /;
// [art deco](<https://www.google.com/search?q=art+deco>)
const LINKED = /\[([^\]]*)\]\(<?https?:\/\/[^\s)>]+>?\)/g;
const SHORTENED = /shortened prompts/i;
// **Fast Time Remaining**: 3.25/15.0 hours (21.67%)
const FIELD = /^\s*\*\*(.+?)\*\*\s*:\s*(.*)$/gm;
// **Job ID**: 4e68485a-900c-4c1b-9222-f9b5ae4b3fcf **seed** 1234567890
const SEED = /\*\*Job ID\*\*:\s*([0-9a-f-]{36})[\s\S]*?\*\*seed\*\*:?\s*(\d+)/i;

/** Words that are the whole answer, by how they begin. */
const OPENINGS: readonly (readonly [opening: RegExp, of: WordsMessage['of']])[] = [
  [/^done!/i, 'mode'],
  [/^remix mode turned o(?:n|ff)\b/i, 'remix'],
  [/^you have successfully rated\b/i, 'rated'],
];

/** The numbered texts of a describe or shorten answer. */
export function readTexts(message: Message): TextsMessage | undefined {
  const card = cardsOf(message).find(({ description }) => numberedLines(description ?? '').length > 0);
  const text = card?.description ?? textOf(message);
  const kind = textsKind(
    message,
    `${card?.title ?? ''}\n${card?.footer?.text ?? ''}`,
    card?.image !== undefined,
  );
  if (kind === undefined) return undefined;
  // The first part of a shorten answer weighs the caller's own words.
  const heading = kind === 'shorten' ? text.search(SHORTENED) : 0;
  const texts = numberedLines(text.slice(Math.max(0, heading)));
  return texts.length === 0 ? undefined : { type: 'texts', of: kind, text: text.trim(), texts };
}

function textsKind(message: Message, frame: string, hasPicture: boolean): TextsMessage['of'] | undefined {
  if (hasControl(message, 'MJ::Job::PicReader')) return 'describe';
  if (hasControl(message, 'MJ::Job::PromptAnalyzer') || SHORTENED.test(frame)) return 'shorten';
  const command = commandOf(message);
  if (command === 'shorten' || command === 'describe') return command;
  return hasPicture ? 'describe' : undefined;
}

/** One text for each number; a text goes on over the lines that follow until an empty one. */
function numberedLines(text: string): string[] {
  const texts: string[] = [];
  let isOpen = false;
  for (const line of text.split('\n').map((each) => each.trim())) {
    const found = NUMBERED.exec(line)?.[1];
    if (found !== undefined) texts.push(found);
    else if (isOpen && line !== '' && !SMALL_PRINT.test(line)) texts.push(`${texts.pop() ?? ''}\n${line}`);
    isOpen = texts.length > 0 && line !== '' && (found !== undefined || isOpen);
  }
  return texts.map((each) => each.replace(LINKED, '$1').trim());
}

/** The seed of a job as the bot tells it in a direct message; `ownWords` holds no prompt of the caller. */
export function readSeed(ownWords: string, text: string): (WordsMessage & { jobId: string }) | undefined {
  const [, jobId, seed] = SEED.exec(ownWords) ?? [];
  if (jobId === undefined || seed === undefined) return undefined;
  return { type: 'words', of: 'seed', text, seed, jobId: jobId.toLowerCase() };
}

/** Words that are the whole answer. Undefined when the message has none of the bot's own. */
export function readWords(message: Message): WordsMessage | undefined {
  const cards = cardsOf(message);
  const card = cards
    .map(({ title, description }) => [title, description].filter(Boolean).join('\n'))
    .join('\n\n');
  const text = (textOf(message) || card).trim();
  const info = cards.find(({ title }) => title !== undefined && /your info/i.test(title));
  if (info !== undefined) return { type: 'words', of: 'info', text: card.trim(), fields: fieldsOf(info) };
  if (hasControl(message, 'MJ::Settings'))
    return { type: 'words', of: 'settings', text: text || switchedOn(message) };
  if (text === '') return undefined;
  const of = OPENINGS.find(([opening]) => opening.test(text))?.[1] ?? wordsByCommand(message);
  return { type: 'words', of, text };
}

function fieldsOf(info: ReturnType<typeof cardsOf>[number]): Record<string, string> {
  const lines = [...(info.description ?? '').matchAll(FIELD)].map(([, key = '', value = '']) => [
    key,
    value.trim(),
  ]);
  const fields = (info.fields ?? []).map(({ name, value }) => [
    name.replace(/[*:]/g, '').trim(),
    value.trim(),
  ]);
  return Object.fromEntries([...lines, ...fields]);
}

/** Button style 3, green, means that a setting is on. */
function switchedOn(message: Message): string {
  const labels = flatten(message.components ?? []).flatMap(({ style, label }) =>
    style === 3 && label ? [label] : [],
  );
  return labels.length === 0 ? '' : `On: ${labels.join(', ')}`;
}

function wordsByCommand(message: Message): WordsMessage['of'] {
  const command = commandOf(message);
  if (command === 'fast' || command === 'relax' || command === 'turbo') return 'mode';
  return command === 'prefer remix' ? 'remix' : 'other';
}
