/** The text of a message about a job: `**prompt** - marker <@user> (31%) (fast)`. */
import type { TaskMode } from '../../core/task.ts';
import type { JobMessage, Work } from '../desk/parsed.ts';

/** What the text alone says about a job; whether it is final depends on the picture besides. */
export interface JobText extends Omit<JobMessage, 'type' | 'stage'> {
  readonly state?: 'starting' | 'progress' | 'paused' | 'stopped' | undefined;
  /** What follows the user: the bot's own words, never the prompt's. */
  readonly tail: string;
}

// **a small cat --v 6.1** - <@1000000000000000001> (fast)
// **a small cat** - Image #2 <@1000000000000000001>
// **a small cat** - Upscaled (Subtle) by <@1000000000000000001> (fast, stealth)
// Upscaling image #1 with **a small cat** - <@1000000000000000001> (Waiting to start)
// **** - <@1000000000000000001> [(Open on website for full quality)](<https://midjourney.com/jobs/4e68…>) (31%) (fast)
// The prompt may hold asterisks, mentions, brackets and line breaks: the last marker with a mention counts.
const JOB_TEXT =
  /^\s*([^*\n]{0,120}?)\*\*([\s\S]*)\*\* - (?:([a-z]\w*(?: [a-z]\w*)*?(?: #\d+)?(?: ?\([^()\n]*\))?)(?: by)? )?<@!?(\d+)>([\s\S]*)$/i;

/** Close to Discord's limit of 2,000 characters (Discord docs, "Create Message"): the bot may cut at a word. */
const NEARLY_FULL = 1_900;
// **a very long story a very long sto
const CUT_TEXT = /^\s*[^*\n]{0,120}?\*\*([\s\S]+)$/;

const MARKDOWN_LINK = /\[[^\]]*\]\([^)]*\)/g;
// -# Create, explore, and organize on midjourney.com
const SMALL_PRINT = /^\s*-# .*$/gm;
const BRACKETS = /\(([^()]*)\)/g;
// Displaying...   Animating...
const INTERIM = /\b(?:Displaying|Animating)(?:\.{3}|…)/;

const STATES: Readonly<Record<string, 'starting' | 'paused' | 'stopped'>> = {
  'waiting to start': 'starting',
  paused: 'paused',
  stopped: 'stopped',
};
const MODES: Readonly<Record<string, TaskMode>> = {
  fast: 'fast',
  relax: 'relax',
  relaxed: 'relax',
  turbo: 'turbo',
};

/** What the first word of a marker, or of the words before the prompt, says about the work. */
const WORKS: readonly (readonly [start: RegExp, work: Work])[] = [
  [/^image\b/i, 'pick'],
  [/^upscal/i, 'upscale'],
  [/^(?:variation|making variation|remix)/i, 'vary'],
  [/^zoom/i, 'zoom'],
  [/^pan/i, 'pan'],
  [/^(?:reroll|$)/i, 'imagine'],
];

/** True for the interim words that stand alone for a while: the job has begun. */
export function isInterim(text: string): boolean {
  return INTERIM.test(text) && !text.includes('**');
}

/** Reads the text of a message about a job; undefined when it is none. Source: samples of 2023 to 2026. */
export function readJobText(text: string): JobText | undefined {
  const found = JOB_TEXT.exec(text);
  if (found === null) return undefined;
  const [, start = '', prompt = '', marker = '', userId = '', tail = ''] = found;
  const number = /#(\d+)/.exec(marker || start)?.[1];
  const tailSays = readTail(tail);
  return {
    prompt,
    promptWithMarker: marker === '' ? prompt : `${prompt} - ${marker}`,
    work: workOf(marker || start.trim()),
    ...(number === undefined ? {} : { index: Number(number) }),
    userId,
    ...tailSays,
    state: tailSays.state ?? (start.trim() === '' ? undefined : 'starting'),
    tail,
  };
}

/**
 * Reads a text whose prompt fills the message up to Discord's limit: what the bot says behind it is lost. Whether there is
 * something to do with a picture tells then whether it is the last one. Undefined when there is room for more.
 */
export function readCutText(text: string, hasButtons: boolean): JobText | undefined {
  const prompt = text.length < NEARLY_FULL ? undefined : CUT_TEXT.exec(text)?.[1];
  if (prompt === undefined) return undefined;
  const state = hasButtons ? undefined : 'progress';
  return { prompt, promptWithMarker: prompt, work: 'other', state, tail: '' };
}

function workOf(words: string): Work {
  return WORKS.find(([start]) => start.test(words))?.[1] ?? 'other';
}

interface TailWords {
  state?: JobText['state'];
  percent?: number;
  mode?: TaskMode;
  stealth?: boolean;
}

/** Piece by piece, as the pieces come in any order and newer ones keep being added. */
function readTail(tail: string): TailWords {
  const own = tail.replace(SMALL_PRINT, '').replace(MARKDOWN_LINK, '');
  const said: TailWords = {};
  for (const [, words = ''] of own.matchAll(BRACKETS)) Object.assign(said, readBracket(words.trim()));
  if (said.state === undefined && (said.percent !== undefined || INTERIM.test(own))) said.state = 'progress';
  return said;
}

// Waiting to start   31%   fast 25%   relaxed, stealth   Open on website for full quality
function readBracket(words: string): TailWords {
  const state = STATES[words.toLowerCase()];
  if (state !== undefined) return { state };
  const said: TailWords = {};
  for (const word of words.toLowerCase().split(/[\s,]+/)) {
    const percent = /^(\d{1,3})%$/.exec(word)?.[1];
    const mode = MODES[word];
    if (percent !== undefined) said.percent = Math.min(100, Number(percent));
    else if (mode !== undefined) said.mode = mode;
    else if (word === 'stealth') said.stealth = true;
    else return {};
  }
  return said;
}
