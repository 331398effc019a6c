import { useState } from 'preact/hooks';
import { changeKey, type KeyView } from '../../api/keys.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { toast, toastError } from '../../parts/toast.tsx';
import { draftOf, hasBots, KeyFields, rightsOf } from './key-fields.tsx';
import { useBotIds } from './use-bot-ids.ts';

/** Changes what a key may do; the key itself stays. */
export function KeyDialog({
  changed: key,
  onDone,
  onClose,
}: {
  changed: KeyView;
  onDone: () => void;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState(() => draftOf(key));
  const [isTried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const botIds = useBotIds();
  const save = async () => {
    setTried(true);
    if (!hasBots(draft)) return;
    setBusy(true);
    try {
      await changeKey(key.name, rightsOf(draft));
      toast(t('keys.changed', { name: key.name }));
      onDone();
      onClose();
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('keys.changeOf', { name: key.name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" busy={busy} onClick={() => void save()}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <div class="flex flex-col gap-4">
        <KeyFields
          draft={draft}
          botIds={botIds}
          botsError={isTried && !hasBots(draft) ? t('keys.chooseBots') : undefined}
          onDraft={setDraft}
        />
      </div>
    </Dialog>
  );
}
