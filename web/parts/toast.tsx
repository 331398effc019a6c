/** Short messages in the corner that go by themselves; errors stay until they are dismissed. */
import { signal } from '@preact/signals';
import { t } from '../i18n/index.ts';
import { IconButton } from './button.tsx';
import { classes } from './classes.ts';
import { errorText } from './error-text.ts';
import { Icon } from './icon.tsx';

interface Message {
  readonly id: number;
  readonly kind: 'ok' | 'bad';
  readonly text: string;
  readonly hint?: string | undefined;
}

const messages = signal<readonly Message[]>([]);
const SHOWN_MS = 5_000;
let lastId = 0;

/** Says that something went well. */
export function toast(text: string): void {
  const id = add({ kind: 'ok', text });
  window.setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Says that something failed, and why. */
export function toastError(error: unknown): void {
  const { message, hint } = errorText(error);
  add({ kind: 'bad', text: message, hint });
}

function add(message: Omit<Message, 'id'>): number {
  lastId += 1;
  // More than a few would cover the page.
  messages.value = [...messages.value.slice(-3), { ...message, id: lastId }];
  return lastId;
}

function dismiss(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id);
}

/** Where the messages appear; once, in the shell. */
export function Toasts() {
  return (
    <div
      aria-live="polite"
      class="pointer-events-none fixed inset-x-0 bottom-16 z-50 flex flex-col items-center gap-2 px-4 md:inset-x-auto md:right-5 md:bottom-5 md:items-end"
    >
      {messages.value.map(({ id, kind, text, hint }) => (
        <div
          key={id}
          class="appear pointer-events-auto flex w-full max-w-sm items-start gap-2.5 rounded-xl border border-line bg-raised py-2 pr-2 pl-3.5 shadow-raised"
        >
          <Icon
            name={kind === 'ok' ? 'check' : 'alert'}
            class={classes('mt-1.5', kind === 'ok' ? 'text-ok' : 'text-bad')}
          />
          <div class="min-w-0 grow py-1">
            <p>{text}</p>
            {hint && <p class="text-xs text-muted">{hint}</p>}
          </div>
          <IconButton icon="close" size="small" label={t('common.dismiss')} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
