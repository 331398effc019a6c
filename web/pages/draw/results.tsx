import type { MediaView, TaskView } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Download } from '../../parts/download.tsx';
import { ShownMedia } from '../../parts/shown-media.tsx';
import { mediaAddress } from '../../parts/thumbnail.tsx';

/** The pictures and clips of a task; while it runs, its newest preview. */
export function Results({ task }: { task: TaskView }) {
  const { media, preview, request, finalPrompt } = task;
  const words = request.prompt || finalPrompt;
  if (media.length === 0) return preview ? <Preview preview={preview} percent={task.percent} /> : null;
  return (
    <ul class="flex flex-col gap-4">
      {media.map((each, index) => (
        <li key={each.id ?? each.url} class="flex flex-col items-start gap-2">
          <ShownMedia media={each} words={words || t('common.pictureAlt', { number: index + 1 })} />
          <Download task={task} media={each} />
        </li>
      ))}
    </ul>
  );
}

function Preview({ preview, percent }: { preview: MediaView; percent: number }) {
  return (
    <img
      src={mediaAddress(preview)}
      alt={t('draw.preview', { percent })}
      class="max-h-[70vh] min-h-40 w-auto max-w-full min-w-40 rounded-lg border border-line bg-sunken object-contain"
    />
  );
}
