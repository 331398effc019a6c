import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';

/** The window around a form: what is wrong as a whole above it, its buttons below; only to be read where nothing can be changed. */
export function EntryDialog({
  title,
  problems,
  busy,
  canChange,
  onSave,
  onClose,
  children,
}: {
  title: string;
  problems: readonly string[];
  busy: boolean;
  canChange: boolean;
  onSave: () => void;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        canChange ? (
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button kind="primary" type="submit" form={id} busy={busy}>
              {t('common.save')}
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>{t('common.close')}</Button>
        )
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSave();
        }}
      >
        <Problems problems={problems} />
        <fieldset disabled={!canChange || busy} class="flex min-w-0 flex-col gap-4">
          {children}
        </fieldset>
      </form>
    </Dialog>
  );
}

function Problems({ problems }: { problems: readonly string[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problems.length > 0) box.current?.scrollIntoView({ block: 'nearest' });
  }, [problems]);
  if (problems.length === 0) return null;
  return (
    <div ref={box} role="alert" class="mb-4 rounded-lg bg-bad-soft px-3.5 py-2.5 text-bad">
      <p class="font-medium">{t('accounts.refused')}</p>
      <ul class="list-disc pl-5">
        {problems.map((problem) => (
          <li key={problem} class="[overflow-wrap:anywhere]">
            {problem}
          </li>
        ))}
      </ul>
    </div>
  );
}
