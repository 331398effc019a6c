import { addressOf } from '../api/client.ts';
import type { MediaView, TaskView } from '../api/types.ts';
import { Icon } from './icon.tsx';

/** Where the browser finds a picture: links of the gateway's own begin with a slash. */
export function mediaAddress(media: Pick<MediaView, 'url'>): string {
  return media.url.startsWith('/') ? addressOf(media.url) : media.url;
}

/** True for what plays in a `video` element. */
export function isVideo({ contentType = '', name = '', url }: MediaView): boolean {
  return contentType.startsWith('video/') || /\.(mp4|webm|mov)$/i.test(name || url.split('?')[0] || '');
}

/** A small picture of what a task has made, or is making; decoration beside its words. `size` in pixels. */
export function Thumbnail({ task, size }: { task: Pick<TaskView, 'media' | 'preview'>; size: number }) {
  const media = task.media[0] ?? task.preview;
  const frame = 'shrink-0 rounded-md border border-line bg-sunken object-cover';
  const box = { width: `${size}px`, height: `${size}px` };
  if (media === undefined || isVideo(media)) {
    return (
      <span class={`${frame} flex items-center justify-center text-muted`} style={box}>
        <Icon name={media ? 'film' : 'image'} size={Math.min(24, size / 2)} />
      </span>
    );
  }
  return <img src={mediaAddress(media)} alt="" loading="lazy" class={frame} style={box} />;
}
