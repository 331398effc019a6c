import { useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Button, IconButton } from './button.tsx';
import { toastError } from './toast.tsx';

const SHOWN_MS = 1_600;

/** Copies a text; says so for a moment. `label` names what is copied, for screen readers, where several stand together. */
export function CopyButton({
  text,
  label,
  withText = false,
}: {
  text: string;
  label?: string;
  withText?: boolean;
}) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await copyText(text);
      setCopied(true);
      window.setTimeout(() => setCopied(false), SHOWN_MS);
    } catch (error) {
      toastError(error);
    }
  };
  const name = isCopied ? t('common.copied') : (label ?? t('common.copy'));
  const icon = isCopied ? 'check' : 'copy';
  if (!withText) return <IconButton icon={icon} size="small" label={name} onClick={() => void copy()} />;
  return (
    <Button icon={icon} size="small" onClick={() => void copy()}>
      {name}
    </Button>
  );
}

/** Over plain HTTP browsers have no clipboard but for this machine: the old way does it there. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const isDone = document.execCommand('copy');
  field.remove();
  if (!isDone) throw new Error('the browser did not copy');
}
