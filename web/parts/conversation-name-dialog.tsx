import { useEffect, useId, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { t } from '../i18n/index.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { errorText } from './error-text.ts';
import { Select, TextField } from './field.tsx';

const LONGEST = 100;

/**
 * Asks for the name of a conversation, and where there are several bots, for one of them.
 * @param onName may take its time; its failure is told at the field
 */
export function ConversationNameDialog({
  title,
  action,
  name: before = '',
  bots = [],
  onName,
  onClose,
}: {
  title: string;
  action: string;
  name?: string;
  bots?: readonly string[];
  onName: (name: string, bot: string | undefined) => Promise<unknown>;
  onClose: () => void;
}) {
  const [name, setName] = useState(before);
  const [bot, setBot] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useId();
  // The window takes the focus to its first button; what one came for is the field.
  useEffect(() => document.getElementById(form)?.querySelector('input')?.select(), [form]);
  const submit = async () => {
    if (name.trim() === '') return setError(t('conversations.nameMissing'));
    setBusy(true);
    try {
      await onName(name.trim(), bot || undefined);
      onClose();
    } catch (thrown) {
      const isTaken = thrown instanceof ApiError && thrown.code === 'conversation_exists';
      setError(isTaken ? t('conversations.nameTaken') : errorText(thrown).message);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        class="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t('conversations.name')}
          hint={t('conversations.nameHint')}
          value={name}
          maxLength={LONGEST}
          error={error}
          onValue={(value) => {
            setName(value);
            setError(undefined);
          }}
        />
        {bots.length > 1 && (
          <Select
            label={t('conversations.bot')}
            value={bot}
            onValue={setBot}
            choices={[
              { value: '', label: t('conversations.anyBot') },
              ...bots.map((id) => ({ value: id, label: id })),
            ]}
          />
        )}
      </form>
    </Dialog>
  );
}
