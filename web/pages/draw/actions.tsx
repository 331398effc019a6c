import { useState } from 'preact/hooks';
import type { TaskActionView, TaskView } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { actionLabel, groupsOf, needOf } from '../../parts/action-groups.ts';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/dialog.tsx';
import { toastError } from '../../parts/toast.tsx';
import { RegionDialog } from './region-dialog.tsx';
import { WordsDialog } from './words-dialog.tsx';
import { order } from './work.ts';

/** Lines of an answer have their button beside them: see answers.tsx. */
function isBesideLine({ texts = [] }: TaskView, { kind, index }: TaskActionView): boolean {
  return kind === 'imagine-text' && index !== undefined && index <= texts.length;
}

/** Every button that the bot offers for a finished task. */
export function Actions({ task }: { task: TaskView }) {
  const [asked, setAsked] = useState<TaskActionView>();
  const [pressed, setPressed] = useState<string>();
  if (task.status !== 'succeeded') return null;
  const press = async (action: TaskActionView, form?: { prompt?: string; mask?: string }) => {
    await order({
      driver: task.driver,
      verb: 'act',
      parentId: task.id,
      action: { customId: action.customId },
      ...(form ? { form } : {}),
    });
  };
  const begin = async (action: TaskActionView) => {
    if (needOf(action) !== undefined || action.kind === 'cancel') return setAsked(action);
    setPressed(action.customId);
    await press(action).catch(toastError);
    setPressed(undefined);
  };
  const close = () => setAsked(undefined);
  return (
    <>
      <div class="flex flex-col gap-2.5">
        {groupsOf(task.actions.filter((action) => !isBesideLine(task, action))).map(
          ({ id, title, actions }) => (
            // biome-ignore lint/a11y/useSemanticElements: buttons are no form fields, for which a fieldset is.
            <div
              key={id}
              role="group"
              aria-label={title}
              class="flex flex-wrap items-baseline gap-x-3 gap-y-1.5"
            >
              <span aria-hidden="true" class="w-24 text-xs text-muted">
                {title}
              </span>
              <span class="flex flex-wrap gap-1.5">
                {actions.map((action) => (
                  <Button
                    key={action.customId}
                    size="small"
                    class="min-w-10"
                    aria-label={`${title} ${actionLabel(action)}`}
                    busy={pressed === action.customId}
                    disabled={pressed !== undefined}
                    onClick={() => void begin(action)}
                  >
                    {actionLabel(action)}
                  </Button>
                ))}
              </span>
            </div>
          ),
        )}
      </div>
      {asked && needOf(asked) === 'mask' && (
        <RegionDialog task={task} onClose={close} onDone={(form) => press(asked, form)} />
      )}
      {asked?.kind === 'cancel' && (
        <ConfirmDialog
          title={actionLabel(asked)}
          text={t('draw.confirmDelete')}
          action={actionLabel(asked)}
          onClose={close}
          onConfirm={() => press(asked)}
        />
      )}
      {asked && needOf(asked) === 'prompt' && (
        <WordsDialog
          task={task}
          action={asked}
          onClose={close}
          onDone={(prompt) => press(asked, { prompt })}
        />
      )}
    </>
  );
}
