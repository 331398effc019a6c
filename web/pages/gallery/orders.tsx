import { useState } from 'preact/hooks';
import { cancelTask, deleteTask, retryTask } from '../../api/tasks.ts';
import type { TaskView } from '../../api/types.ts';
import { go, hrefOf, route } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { toast, toastError } from '../../parts/toast.tsx';
import { deleted } from './deleted.ts';
import { OPEN } from './filter.ts';

/** What can be done with a task. */
export function Orders({ task, onTask }: { task: TaskView; onTask: (task: TaskView) => void }) {
  const [isAsking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const isOpen = OPEN.includes(task.status);
  const act = async (step: () => Promise<void>) => {
    setBusy(true);
    await step().catch(toastError);
    setBusy(false);
  };
  const cancel = async () => {
    onTask(await cancelTask(task.id));
    toast(t('gallery.cancelled'));
  };
  const retry = async () => {
    const receipt = await retryTask(task.id);
    toast(t('gallery.retried'));
    go('gallery', [receipt.task.id], route.peek().query);
  };
  const remove = async () => {
    await deleteTask(task.id);
    deleted.value = task.id;
    toast(t('gallery.deleted'));
    go('gallery', [], route.peek().query);
  };
  return (
    <>
      <a
        href={hrefOf('draw', [], { task: task.id })}
        class={buttonClass(task.actions.length > 0 ? 'primary' : 'plain')}
      >
        <Icon name="draw" />
        {t(task.actions.length > 0 ? 'gallery.goOn' : 'gallery.inStudio')}
      </a>
      {isOpen ? (
        <Button icon="stop" busy={busy} onClick={() => void act(cancel)}>
          {t('gallery.cancel')}
        </Button>
      ) : (
        <>
          <Button icon="retry" busy={busy} onClick={() => void act(retry)}>
            {t('gallery.retry')}
          </Button>
          <Button kind="danger" icon="trash" onClick={() => setAsking(true)}>
            {t('common.delete')}
          </Button>
        </>
      )}
      {isAsking && (
        <ConfirmDialog
          title={t('gallery.deleteTitle')}
          text={t('gallery.deleteText')}
          action={t('common.delete')}
          onClose={() => setAsking(false)}
          onConfirm={remove}
        />
      )}
    </>
  );
}
