import type { MediaView } from '../api/types.ts';
import { t } from '../i18n/index.ts';
import { isVideo, mediaAddress } from './thumbnail.tsx';

const FRAME = 'max-h-[70vh] w-auto max-w-full rounded-lg border border-line bg-sunken object-contain';

/** A picture or a clip, as large as there is room. `words` say what is on it. */
export function ShownMedia({ media, words }: { media: MediaView; words: string }) {
  const address = mediaAddress(media);
  if (isVideo(media)) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: clips of these bots have no sound.
      <video
        src={address}
        controls
        loop
        playsinline
        preload="metadata"
        aria-label={words}
        class={`${FRAME} min-w-64`}
      />
    );
  }
  return (
    <a href={address} target="_blank" rel="noreferrer" class="max-w-full" title={t('common.open')}>
      <img
        src={address}
        alt={words}
        width={media.width}
        height={media.height}
        class={`${FRAME} min-h-40 min-w-40`}
      />
      <span class="sr-only">{t('common.newTab')}</span>
    </a>
  );
}
