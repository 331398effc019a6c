import { useState } from 'preact/hooks';
import { useResource } from '../../api/resource.ts';
import { fillForm, readTask } from '../../api/tasks.ts';
import type { TaskView } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { RegionDialog } from './region-dialog.tsx';
import { WordsDialog } from './words-dialog.tsx';
import { keep } from './work.ts';

/** A task that waits for words or a mask: the bot's button has opened a form, or will. */
export function FormPanel({ task }: { task: TaskView }) {
  const [isOpen, setOpen] = useState(false);
  const { action, parentId } = task.request;
  const parent = useResource(
    async (signal) => (parentId ? readTask(parentId, signal) : undefined),
    [parentId],
  );
  const fill = async (form: { prompt?: string; mask?: string }) => {
    keep((await fillForm(task.id, form)).task);
  };
  const close = () => setOpen(false);
  return (
    <div class="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-warn-soft px-3 py-2.5">
      <p class="text-warn">{t(action?.kind === 'vary-region' ? 'draw.formMask' : 'draw.formWords')}</p>
      <Button icon="edit" busy={parent.isLoading} onClick={() => setOpen(true)}>
        {t('draw.fillForm')}
      </Button>
      {isOpen && parent.data && action?.kind === 'vary-region' && (
        <RegionDialog task={parent.data} onClose={close} onDone={fill} />
      )}
      {isOpen && action && action.kind !== 'vary-region' && (
        <WordsDialog
          task={parent.data ?? task}
          action={action}
          onClose={close}
          onDone={(prompt) => fill({ prompt })}
        />
      )}
    </div>
  );
}
