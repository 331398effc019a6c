import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Button, IconButton } from './button.tsx';
import { classes } from './classes.ts';
import { toastError } from './toast.tsx';

const SIZES = { small: 'sm:max-w-md', normal: 'sm:max-w-xl', large: 'sm:max-w-5xl' } as const;

/**
 * A window above the page. The browser keeps the focus inside, gives it back afterwards, and closes at Escape. Shown for
 * as long as it is rendered: `{isOpen && <Dialog …>}`.
 */
export function Dialog({
  title,
  onClose,
  size = 'normal',
  children,
  footer,
}: {
  title: string;
  onClose: () => void;
  size?: keyof typeof SIZES;
  children: ComponentChildren;
  footer?: ComponentChildren;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    box.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the ground closes for pointers; Escape does it for keys.
    <dialog
      ref={box}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
      class={classes(
        'appear m-auto w-full max-w-none rounded-t-2xl border border-line bg-raised text-text shadow-raised',
        'max-sm:mb-0 max-h-[92dvh] overflow-visible p-0 sm:rounded-2xl',
        SIZES[size],
      )}
    >
      <div class="flex max-h-[92dvh] flex-col">
        <header class="flex items-center gap-2 border-b border-line py-2.5 pr-2.5 pl-5">
          <h2 id={id} class="min-w-0 grow text-base font-semibold">
            {title}
          </h2>
          <IconButton icon="close" label={t('common.close')} onClick={onClose} />
        </header>
        <div class="min-h-0 grow overflow-y-auto px-5 py-4">{children}</div>
        {footer && (
          <footer class="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>
        )}
      </div>
    </dialog>
  );
}

/** Asks before something that cannot be undone. `onConfirm` may take its time; its failure is told and leaves the window open. */
export function ConfirmDialog({
  title,
  text,
  action,
  onConfirm,
  onClose,
  isDanger = true,
}: {
  title: string;
  text: ComponentChildren;
  action: string;
  onConfirm: () => Promise<unknown> | undefined;
  onClose: () => void;
  isDanger?: boolean;
}) {
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      toastError(error);
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
          <Button kind={isDanger ? 'danger' : 'primary'} busy={busy} onClick={() => void confirm()}>
            {action}
          </Button>
        </>
      }
    >
      <div class="text-sm text-soft">{text}</div>
    </Dialog>
  );
}
