import { useState } from 'preact/hooks';
import { cancelTask, readSeed, retryTask } from '../../api/tasks.ts';
import type { TaskView } from '../../api/types.ts';
import { hrefOf } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../parts/button.tsx';
import { toast, toastError } from '../../parts/toast.tsx';
import { drawing } from './composer.ts';
import { keep, show } from './work.ts';

/** What can be done with the task itself: end it, order it again, take its words, see all of it. */
export function Orders({ task, isOver }: { task: TaskView; isOver: boolean }) {
  const [busy, setBusy] = useState(false);
  const act = async (step: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await step();
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
  };
  const isPicture = task.driver === 'midjourney' && !task.texts && task.media.length > 0;
  const hasSeed = task.status === 'succeeded' && isPicture && !task.seed;
  return (
    <div class="flex flex-wrap gap-1.5">
      {!isOver && (
        <Button
          kind="danger"
          size="small"
          icon="stop"
          busy={busy}
          onClick={() => void act(async () => keep(await cancelTask(task.id)))}
        >
          {t('draw.stop')}
        </Button>
      )}
      {isOver && task.request.verb !== 'act' && (
        <Button
          size="small"
          icon="retry"
          busy={busy}
          onClick={() => void act(async () => show((await retryTask(task.id)).task))}
        >
          {t('draw.again')}
        </Button>
      )}
      {hasSeed && (
        <Button
          size="small"
          disabled={busy}
          onClick={() =>
            void act(async () => {
              const { seed } = await readSeed(task.id);
              toast(t('draw.seedIs', { seed }));
              keep({ ...task, seed, revision: task.revision });
            })
          }
        >
          {t('draw.readSeed')}
        </Button>
      )}
      {task.request.prompt && (
        <Button
          size="small"
          onClick={() => {
            drawing.value = { ...drawing.peek(), words: task.request.prompt };
          }}
        >
          {t('draw.reuse')}
        </Button>
      )}
      <a href={hrefOf('gallery', [task.id])} class={buttonClass('quiet', 'small')}>
        {t('common.showDetails')}
      </a>
    </div>
  );
}
