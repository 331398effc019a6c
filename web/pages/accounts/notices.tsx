import type { ConfigView } from '../../api/config.ts';
import { t } from '../../i18n/index.ts';
import { IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';

/** Why nothing can be changed here, and where it can. */
export function ReadOnly({ config: { path, reason } }: { config: ConfigView }) {
  return (
    <section class="flex gap-3 rounded-xl border border-line bg-surface px-4 py-3">
      <Icon name="info" class="mt-0.5 text-accent" />
      <div class="min-w-0">
        <h2 class="font-medium">{t('accounts.readOnly')}</h2>
        <p class="text-soft">
          {reason ? t('accounts.readOnlyWhy', { reason }) : ''}{' '}
          {path ? t('accounts.readOnlyFile', { path }) : t('accounts.readOnlyNoFile')}
        </p>
      </div>
    </section>
  );
}

/** What the operator should know after a change. */
export function Notes({ notes, onClose }: { notes: readonly string[]; onClose: () => void }) {
  if (notes.length === 0) return null;
  return (
    <section
      role="status"
      class="flex items-start gap-3 rounded-xl border border-line bg-accent-soft py-2 pr-2 pl-4"
    >
      <Icon name="info" class="mt-1.5 text-accent" />
      <ul class="min-w-0 grow py-1">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <IconButton icon="close" size="small" label={t('common.dismiss')} onClick={onClose} />
    </section>
  );
}
