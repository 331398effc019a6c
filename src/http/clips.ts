/** Which tasks make clips, for every dialect: Midjourney delivers them as animated pictures (`image/webp`). */
import type { Media } from '../core/media.ts';
import type { ActionKind, Task } from '../core/task.ts';

/** Buttons of Midjourney whose result is a clip. */
const FILMING_ACTIONS: ReadonlySet<ActionKind> = new Set([
  'animate-high',
  'animate-low',
  'extend-high',
  'extend-low',
  'video-upscale',
]);

const VIDEO_NAME = /\.(?:mp4|webm|mov)(?:\?|$)/i;

/** True for a video by its type or name. */
export function isVideo({ contentType, name, url }: Media): boolean {
  return contentType?.startsWith('video/') || VIDEO_NAME.test(name ?? url);
}

/** True when a task was asked for a clip, whatever came of it; Pika's buttons are not told from others by this. */
export function asksForClip({ verb, action, prompt }: Task['request']): boolean {
  if (verb === 'create' || verb === 'animate') return true;
  if (verb === 'imagine') return /(?:^|\s)(?:--|—)video\b/.test(prompt);
  return verb === 'act' && action !== undefined && FILMING_ACTIONS.has(action.kind);
}

/** True when the media of a task are clips. */
export function showsClip(task: Pick<Task, 'media' | 'request'>): boolean {
  return task.media.some(isVideo) || asksForClip(task.request);
}

/** The clip that such a task has made: a video; or what came instead, an animated picture. */
export function clipOf({ media }: Pick<Task, 'media'>): Media | undefined {
  return media.find(isVideo) ?? media[0];
}
