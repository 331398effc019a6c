import { t } from '../../i18n/index.ts';
import { IconButton } from '../../parts/button.tsx';
import { dataUrlOf, PictureDrop } from '../../parts/picture-drop.tsx';
import { toastError } from '../../parts/toast.tsx';
import type { Picture } from './composer.ts';

/** Chosen pictures, and a place for more until there are enough. */
export function Pictures({
  label,
  hint,
  pictures,
  most,
  onPictures,
}: {
  label: string;
  hint?: string;
  pictures: readonly Picture[];
  most: number;
  onPictures: (pictures: readonly Picture[]) => void;
}) {
  const add = async (files: readonly File[]) => {
    try {
      const read = await Promise.all(files.map(pictureOf));
      onPictures([...pictures, ...read].slice(0, most));
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div class="flex flex-col gap-2">
      {pictures.length > 0 && (
        <ul class="flex flex-wrap gap-2" aria-label={label}>
          {pictures.map((picture, index) => (
            <li key={picture.id} class="relative">
              <img
                src={picture.url}
                alt={t('common.pictureAlt', { number: index + 1 })}
                class="size-20 rounded-lg border border-line object-cover"
              />
              <IconButton
                icon="close"
                size="small"
                kind="plain"
                label={t('draw.removePicture', { name: picture.name })}
                class="absolute -top-2 -right-2 size-6! rounded-full!"
                onClick={() => onPictures(pictures.filter(({ id }) => id !== picture.id))}
              />
            </li>
          ))}
        </ul>
      )}
      {pictures.length < most && (
        <PictureDrop
          label={label}
          multiple={most > 1}
          onFiles={(files) => void add(files)}
          {...(hint ? { hint } : {})}
        />
      )}
    </div>
  );
}

async function pictureOf(file: File): Promise<Picture> {
  return {
    id: crypto.randomUUID?.() ?? `${file.name} ${Math.random()}`,
    name: file.name,
    url: await dataUrlOf(file),
  };
}
