/** What the bot says (reference 6; the wording of refusals is a guess, as nobody wrote it down). */
import type { WireObject } from '../../model.ts';
import type { Ending } from './behaviour.ts';
import type { Job } from './job.ts';

/** An ending that is told in words. */
export type BadEnding = Exclude<Ending, 'video' | 'deleted' | 'none'>;

const RED = 0xe74c3c;

/** Title and text of each bad ending. */
const NEWS: Readonly<Record<BadEnding, readonly [string, string]>> = {
  moderated: ['Moderated', 'Your request was flagged by our content moderation. Please try something else.'],
  failed: ['Generation failed', 'Failed to generate the video. Please try again.'],
  cancelled: ['Cancelled', 'The generation was cancelled.'],
  'too-many': ['Too many jobs', 'You have too many videos in progress. Please wait until they are done.'],
  'too-long': ['Error', 'Error: the prompt must have between 1 and 1500 characters.'],
  'no-image': ['Error', 'Error: the attachment must be an image.'],
};

/** `Generating video... Be patient!`, with a percentage when there is one. */
export function waitingText({ userId }: Job, percent?: number): string {
  const shown = percent === undefined ? '' : ` ${percent}%`;
  return `<@${userId}> Generating video... Be patient!${shown}`;
}

/** `<@1> Prompt: …  Image: 1 Attachment  Author: <@1>`. */
export function finalText(job: Job): string {
  const { userId, wish, behaviour } = job;
  const parts = [
    `<@${userId}> Prompt: ${behaviour.rewrite ?? wish.prompt}`,
    ...(wish.hidden ? [`Message: ${wish.hidden.message} (Font: ${wish.hidden.font})`] : []),
    ...(wish.picture ? ['Image: 1 Attachment'] : []),
    `Author: <@${userId}>`,
  ];
  return parts.join(behaviour.layout === 'lines' ? '\n' : '  ').slice(0, 2000);
}

/** Bad news: as a text alone, or as an embed below the echoed prompt. */
export function badNews(job: Job, ending: BadEnding): { content: string; embeds: WireObject[] } {
  const [title, description] = NEWS[ending];
  if (job.behaviour.endingAs === 'text') return { content: `<@${job.userId}> ${description}`, embeds: [] };
  return { content: finalText(job), embeds: [{ type: 'rich', title, description, color: RED }] };
}

/** `smiling_and_blinking_seed1234567890123456789.mp4`: the words without parameters. */
export function fileName({ wish, seed }: Job): string {
  const words = wish.prompt
    .replaceAll(/(?:^|\s)--?[a-z].*$/gis, '')
    .replaceAll(/[^\w\s]/g, '')
    .trim()
    .split(/\s+/)
    .join('_');
  return `${words.slice(0, 60) || 'video'}_seed${seed}.mp4`;
}

/** The ratio that `-ar 16:9` asks for. */
export function ratioOf(prompt: string): [number, number] | undefined {
  const [, wide, high] = /(?:^|\s)--?ar\s+(\d{1,3}):(\d{1,3})\b/.exec(prompt) ?? [];
  return Number(wide) > 0 && Number(high) > 0 ? [Number(wide), Number(high)] : undefined;
}
