import { useState } from 'preact/hooks';
import type { TaskActionView, TaskView } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { actionLabel } from '../../parts/action-groups.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextArea } from '../../parts/field.tsx';
import { toastError } from '../../parts/toast.tsx';

/** Asks for the words of a button's form, beginning with those of the picture. */
export function WordsDialog({
  task,
  action,
  onDone,
  onClose,
}: {
  task: TaskView;
  action: TaskActionView;
  onDone: (prompt: string) => Promise<void>;
  onClose: () => void;
}) {
  const [words, setWords] = useState(beginning(task, action));
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      await onDone(words.trim());
      onClose();
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={actionLabel(action)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" busy={busy} disabled={words.trim() === ''} onClick={() => void send()}>
            {t('draw.submit')}
          </Button>
        </>
      }
    >
      <TextArea
        label={t('draw.prompt')}
        hint={action.kind === 'zoom-custom' ? t('draw.zoomHint') : undefined}
        rows={4}
        value={words}
        onValue={setWords}
      />
    </Dialog>
  );
}

/** Custom zoom takes its factor as a parameter, 1 to 2 (docs.midjourney.com, "Zoom Out"). */
function beginning({ finalPrompt, request }: TaskView, { kind }: TaskActionView): string {
  const words = finalPrompt ?? request.prompt;
  const isMissing = kind === 'zoom-custom' && !/--zoom\b/.test(words);
  return isMissing ? `${words} --zoom 1.5`.trim() : words;
}
