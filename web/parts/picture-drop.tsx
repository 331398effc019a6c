import { useId, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { classes } from './classes.ts';
import { Icon } from './icon.tsx';

/** The pictures that bots take. */
export const PICTURE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** Those of some files that bots take. */
export function picturesAmong(files: FileList | null | undefined): readonly File[] {
  return [...(files ?? [])].filter(({ type }) => PICTURE_TYPES.includes(type));
}

/** A place to drop pictures on, or to choose them by a file dialog. Gives only pictures that bots take. */
export function PictureDrop({
  label,
  hint,
  multiple = false,
  onFiles,
}: {
  label: string;
  hint?: string;
  multiple?: boolean;
  onFiles: (files: readonly File[]) => void;
}) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const give = (list: FileList | null | undefined) => {
    const files = picturesAmong(list);
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for pointers; the file input inside does the same by keys.
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        give(event.dataTransfer?.files);
      }}
      class={classes(
        'flex flex-col items-center justify-center gap-1 rounded-xl border border-dashed px-4 py-5 text-center text-sm text-soft',
        'has-focus-visible:outline-2 has-focus-visible:outline-accent',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface',
      )}
    >
      <Icon name="upload" size={20} class="text-muted" />
      <p>
        {t('common.dropPictures')}{' '}
        <label for={id} class="cursor-pointer font-medium text-accent underline underline-offset-2">
          {t('common.choosePictures')}
        </label>
      </p>
      <input
        id={id}
        type="file"
        aria-label={label}
        accept={PICTURE_TYPES.join(',')}
        multiple={multiple}
        onChange={(event) => {
          give(event.currentTarget.files);
          // The same file may be chosen again.
          event.currentTarget.value = '';
        }}
        class="sr-only"
      />
      {hint && <p class="text-xs text-muted">{hint}</p>}
    </div>
  );
}

/** A file as a data URL, as the gateway's paths take pictures. */
export function dataUrlOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'));
    reader.readAsDataURL(file);
  });
}
