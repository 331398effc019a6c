import type { TaskView } from '../../api/types.ts';
import { hrefOf, route } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { StatusBadge } from '../../parts/badge.tsx';
import { Icon } from '../../parts/icon.tsx';
import { isVideo, mediaAddress, Thumbnail } from '../../parts/thumbnail.tsx';
import { Ago } from '../../parts/time.tsx';

/** Pixels below the picture of a tile, the gap to the next row among them. */
export const CAPTION_HEIGHT = 58;

/** Pixels of a line. */
export const LINE_HEIGHT = 64;

/** A task as a picture with its words. */
export function Tile({ task }: { task: TaskView }) {
  return (
    <a
      href={hrefOf('gallery', [task.id], route.value.query)}
      class="group flex h-[calc(100%-0.75rem)] min-w-0 flex-col rounded-lg"
    >
      <span class="relative min-h-0 grow overflow-hidden rounded-lg border border-line bg-sunken group-hover:border-line-strong">
        <Picture task={task} />
        {task.status !== 'succeeded' && (
          <span class="absolute top-1.5 left-1.5 max-w-full">
            <StatusBadge status={task.status} percent={task.percent} />
          </span>
        )}
      </span>
      <span class="mt-1 truncate text-[0.8125rem]">{wordsOf(task)}</span>
      <Where task={task} />
    </a>
  );
}

/** A task as a line of a list. */
export function Line({ task }: { task: TaskView }) {
  return (
    <a
      href={hrefOf('gallery', [task.id], route.value.query)}
      class="flex h-full items-center gap-3 border-b border-line px-3 in-[li:last-child]:border-b-0 outline-offset-[-2px] hover:bg-hover"
    >
      <Thumbnail task={task} size={44} />
      <span class="flex min-w-0 grow flex-col">
        <span class="truncate">{wordsOf(task)}</span>
        <Where task={task} />
      </span>
      <StatusBadge status={task.status} percent={task.percent} />
    </a>
  );
}

/** What a task is called: its words, else what it does. */
export function wordsOf({ request, finalPrompt, title }: TaskView): string {
  return request.prompt || finalPrompt || title || t(`verb.${request.verb}`);
}

function Where({ task }: { task: TaskView }) {
  return (
    <span class="truncate text-xs text-muted">
      {task.bot} · {t(`verb.${task.request.verb}`)} · <Ago at={task.submittedAt} />
    </span>
  );
}

function Picture({ task }: { task: TaskView }) {
  const media = task.media[0] ?? task.preview;
  const fills = 'absolute inset-0 size-full object-cover';
  if (media && !isVideo(media)) return <img src={mediaAddress(media)} alt="" loading="lazy" class={fills} />;
  if (media === undefined) return <Empty icon="image" />;
  return (
    <>
      <Empty icon="film" />
      {/* Its first picture, once it is there. It plays on the page of the task. */}
      <video src={mediaAddress(media)} muted playsinline preload="metadata" tabIndex={-1} class={fills} />
      <span class="absolute right-1.5 bottom-1.5 rounded-md bg-surface p-1 text-soft">
        <Icon name="film" />
      </span>
    </>
  );
}

function Empty({ icon }: { icon: 'film' | 'image' }) {
  return (
    <span class="flex size-full items-center justify-center text-muted">
      <Icon name={icon} size={32} />
    </span>
  );
}
