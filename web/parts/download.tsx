import { useState } from 'preact/hooks';
import { open } from '../api/client.ts';
import type { MediaView, TaskView } from '../api/types.ts';
import { t } from '../i18n/index.ts';
import { Button, buttonClass } from './button.tsx';
import { Icon } from './icon.tsx';
import { isVideo, mediaAddress } from './thumbnail.tsx';
import { toastError } from './toast.tsx';

/** An address that is given up so late is surely read: browsers read it after the click. */
const READ_BY_MS = 60_000;

/**
 * Saves a file. Videos come through the gateway, and so do its own copies; of a picture that only Discord has, the browser
 * can but open the link.
 */
export function Download({ task, media }: { task: TaskView; media: MediaView }) {
  const name = media.name ?? `${task.driver}-${task.id}.${isVideo(media) ? 'mp4' : 'png'}`;
  const [busy, setBusy] = useState(false);
  const isOwn = media.url.startsWith('/');
  if (!isOwn && !isVideo(media)) return <DownloadLink media={media} name={name} />;
  const save = async () => {
    setBusy(true);
    try {
      const response = await open('GET', isOwn ? media.url : `v1/videos/video_${task.id}/content`);
      saveAs(await response.blob(), name);
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
  };
  return (
    <Button size="small" icon="download" busy={busy} onClick={() => void save()}>
      {t('common.download')}
    </Button>
  );
}

function DownloadLink({ media, name }: { media: MediaView; name: string }) {
  return (
    <a
      href={mediaAddress(media)}
      download={name}
      target="_blank"
      rel="noreferrer"
      class={buttonClass('plain', 'small')}
    >
      <Icon name="download" size={14} />
      {t('common.download')}
      <span class="sr-only">{t('common.newTab')}</span>
    </a>
  );
}

function saveAs(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), READ_BY_MS);
}
