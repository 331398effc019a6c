import { useId, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { type MadeKey, makeKey } from '../../api/keys.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import { toastError } from '../../parts/toast.tsx';
import { draftOf, hasBots, KeyFields, rightsOf } from './key-fields.tsx';
import { useBotIds } from './use-bot-ids.ts';

/** Makes a key, and shows it the only time. */
export function NewKey({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const [made, setMade] = useState<MadeKey>();
  if (made) return <Shown made={made} onClose={onClose} />;
  const done = (key: MadeKey) => {
    setMade(key);
    onMade();
  };
  return <Form onMade={done} onClose={onClose} />;
}

function Form({ onMade, onClose }: { onMade: (key: MadeKey) => void; onClose: () => void }) {
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(() => draftOf({ bots: ['*'], admin: false }));
  const [nameError, setNameError] = useState<string>();
  const [isTried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const botIds = useBotIds();
  const id = useId();
  const make = async () => {
    setTried(true);
    if (name.trim() === '') return setNameError(t('keys.nameEmpty'));
    if (!hasBots(draft)) return;
    setBusy(true);
    try {
      onMade(await makeKey(name.trim(), rightsOf(draft)));
    } catch (error) {
      const isName = error instanceof ApiError && error.param === 'name';
      if (isName) setNameError(error.code === 'key_exists' ? t('keys.nameTaken') : error.message);
      else toastError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('keys.new')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" form={id} busy={busy}>
            {t('keys.create')}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        class="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <TextField
          label={t('keys.name')}
          hint={t('keys.nameHint')}
          error={nameError}
          value={name}
          maxLength={100}
          autocomplete="off"
          spellcheck={false}
          onValue={(value) => {
            setName(value);
            setNameError(undefined);
          }}
        />
        <KeyFields
          draft={draft}
          botIds={botIds}
          botsError={isTried && !hasBots(draft) ? t('keys.chooseBots') : undefined}
          onDraft={setDraft}
        />
      </form>
    </Dialog>
  );
}

/** Once closed it cannot be seen again: who leaves by accident is asked first. */
function Shown({ made: { name, key }, onClose }: { made: MadeKey; onClose: () => void }) {
  const [isWarned, setWarned] = useState(false);
  return (
    <Dialog
      title={t('keys.madeTitle', { name })}
      onClose={() => (isWarned ? onClose() : setWarned(true))}
      footer={
        <Button kind="primary" onClick={onClose}>
          {t('keys.kept')}
        </Button>
      }
    >
      <p class="mb-3 text-soft">{t('keys.madeText')}</p>
      <div class="flex flex-wrap items-center gap-2 rounded-lg border border-line bg-sunken py-2 pr-2 pl-3">
        <code class="min-w-0 grow basis-48 font-mono text-xs break-all select-all">{key}</code>
        <CopyButton text={key} label={t('keys.copyKey')} withText />
      </div>
      <p role="alert" class="mt-3 text-sm font-medium text-warn empty:mt-0">
        {isWarned && t('keys.notAgain')}
      </p>
    </Dialog>
  );
}
