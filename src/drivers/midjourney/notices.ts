/**
 * Midjourney's warnings, refusals and human checks. Told by the title of an embed, or by the first line of a message
 * without one; never by words further on, where the bot repeats the caller's prompt.
 */
import type { Embed, Message } from '../../core/discord.ts';
import { cardsOf, hasControl, textOf } from '../desk/message-text.ts';
import type { NoticeMessage } from '../desk/parsed.ts';
import { KNOWN_NOTICES, type NoticeMeaning } from './notices-table.ts';

/** Embed colours: 0xFF0000 and 0xED4245 are errors, 0xF7CB73 and 0xFFFF00 warnings. */
const ERROR_COLOURS: ReadonlySet<number | undefined> = new Set([16_711_680, 15_548_997]);
const WARNING_COLOURS: ReadonlySet<number | undefined> = new Set([16_239_475, 16_776_960]);

const FAILED: NoticeMeaning = { consequence: 'fail', code: 'bot_failed' };
const CAPTCHA: NoticeMeaning = {
  consequence: 'fail',
  code: 'human_required',
  account: { consequence: 'pause', reason: 'captcha' },
};

/** Titles of errors that nobody has seen yet. */
const ERROR_LIKE =
  /\b(?:invalid|error|denied|failed|failure|forbidden|refused|rejected|not allowed|unable)\b/i;
// Wow! You're making so many AI images we need to verify you're human 😂 Please select which description best fits …
const HUMAN_CHECK = /\bverify (?:that )?you(?:['’]re| are) (?:a )?human\b|\bplease complete the task\b/i;
// Wow! You're making so many AI images we need …, in bold or not
const MANY_IMAGES = /^\W*wow! you['’]re making so many ai images/i;
// Failed to process your command :(
const FAILED_COMMAND = /^failed to process your command\b/i;
/** From where on a text of the bot repeats the caller's command or prompt. */
const ECHO = /(?:\/[a-z]+ |\*\*)[\s\S]*$/i;
/** Answers that carry the caller's words, or the bot's words about a picture: no notice but for their colour. */
const ANSWERS = ['MJ::Job::PicReader', 'MJ::Job::PromptAnalyzer', 'MJ::Settings'];
const INFO_TITLE = /^your info\b/;
// decline-revise-frolic
const FOOTER_CODE = /^[a-z]+(?:-[a-z]+)+$/;
// You can request another upscale for this image <t:1774990054:R>
const TIME_STAMP = /<t:(\d{1,12})(?::[a-zA-Z])?>/;

/**
 * The warning, refusal, error or human check that a message of Midjourney holds; undefined when it holds none. Pure.
 * The text reads `[title] description (code of the footer)`. Unknown red embeds, and unknown ones with a title like
 * those of errors, count as failures; unknown yellow ones have no consequence.
 */
export function readNotice(message: Message): NoticeMessage | undefined {
  const cards = cardsOf(message);
  if (hasControl(message, 'MJ::Captcha')) return noticeOf(message, cards[0], CAPTCHA);
  const isAnswer = ANSWERS.some((prefix) => hasControl(message, prefix));
  const notices = cards.flatMap((card) => {
    const meaning = isAnswer ? colourMeaning(card) : meaningOf(card);
    return meaning === undefined ? [] : [noticeOf(message, card, meaning)];
  });
  const weighty = notices.find(({ consequence }) => consequence !== 'none') ?? notices[0];
  return weighty ?? plainNotice(message);
}

function meaningOf(card: Embed): NoticeMeaning | undefined {
  const heading = headingOf(card);
  const known = knownMeaning(heading, card.footer?.text);
  if (known !== undefined) return known;
  if (INFO_TITLE.test(heading)) return undefined;
  if (asksForPerson(card.title) || asksForPerson(card.description)) return CAPTCHA;
  return ERROR_LIKE.test(card.title ?? '') ? FAILED : colourMeaning(card);
}

function colourMeaning({ color, title }: Embed): NoticeMeaning | undefined {
  if (ERROR_COLOURS.has(color)) return FAILED;
  return WARNING_COLOURS.has(color) && title ? { consequence: 'none', code: 'bot_failed' } : undefined;
}

function asksForPerson(text = ''): boolean {
  return MANY_IMAGES.test(text) || HUMAN_CHECK.test(ownWords(text));
}

/** The title, or the first line of an embed without one. */
function headingOf({ title, description }: Embed): string {
  return normalised(title || firstLine(description ?? ''));
}

function knownMeaning(heading: string, footer = ''): NoticeMeaning | undefined {
  return KNOWN_NOTICES.find((known) => known.title.test(heading) && (known.footer?.test(footer) ?? true))
    ?.meaning;
}

/** `[Internal server error]`, `## Invalid link!` and `**Queue full**` are all titles. */
function normalised(title: string): string {
  return title.replace(/^[\s[*#]+|[\s\]*!:.…]+$/g, '').toLowerCase();
}

function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? '';
}

/** What the bot says in its own words: the first paragraph, without the command that it repeats. */
function ownWords(text: string): string {
  return (text.split(/\n\s*\n/, 1)[0] ?? '').replace(ECHO, '');
}

/** Notices without an embed: the whole first line is the title. */
function plainNotice(message: Message): NoticeMessage | undefined {
  const text = textOf(message);
  const line = firstLine(text);
  if (line.startsWith('**')) return undefined;
  if (FAILED_COMMAND.test(line)) return { type: 'notice', text: text.trim(), ...FAILED };
  const known = KNOWN_NOTICES.find(({ title, footer }) => !footer && isWhole(title, normalised(line)));
  const meaning = known?.meaning ?? (asksForPerson(line) ? CAPTCHA : undefined);
  return meaning && { type: 'notice', text: text.trim(), ...meaning, ...waitOf(message, text, meaning) };
}

function isWhole(title: RegExp, heading: string): boolean {
  return title.exec(heading)?.[0] === heading;
}

function noticeOf(message: Message, card: Embed | undefined, meaning: NoticeMeaning): NoticeMessage {
  const text = card === undefined ? textOf(message).trim() : wordsOf(card);
  return { type: 'notice', text, ...meaning, ...waitOf(message, card?.description ?? text, meaning) };
}

function wordsOf({ title, description, footer }: Embed): string {
  const code = footer !== undefined && FOOTER_CODE.test(footer.text.trim()) ? `(${footer.text.trim()})` : '';
  const heading = title ? `[${title.replace(/^\[|\]$/g, '')}]` : '';
  return [heading, description?.trim() ?? '', code].filter(Boolean).join(' ');
}

/** When the same may be asked for again, by the time stamp that the bot shows. */
function waitOf(
  message: Message,
  text: string,
  { code }: NoticeMeaning,
): Pick<NoticeMessage, 'retryAt' | 'retryAfterMs'> {
  const seconds = code === 'slow_down' ? TIME_STAMP.exec(text)?.[1] : undefined;
  if (seconds === undefined) return {};
  const retryAt = Number(seconds) * 1_000;
  return { retryAt, retryAfterMs: Math.max(0, retryAt - writtenAt(message)) };
}

/** Milliseconds since Discord's epoch stand in the upper 42 bits of an id (Discord docs, "Snowflakes"). */
const DISCORD_EPOCH_MS = 1_420_070_400_000;

function writtenAt({ id, timestamp, edited_timestamp }: Message): number {
  const told = Date.parse(edited_timestamp ?? timestamp ?? '');
  if (!Number.isNaN(told)) return told;
  return /^\d{1,20}$/.test(id) ? Number(BigInt(id) >> 22n) + DISCORD_EPOCH_MS : 0;
}
