import { useState } from 'preact/hooks';
import type { AccountEntry, ConfigView } from '../../api/config.ts';
import { t } from '../../i18n/index.ts';
import { Segmented, Switch } from '../../parts/choices.tsx';
import { TextField } from '../../parts/field.tsx';
import { EntryDialog } from './entry-dialog.tsx';
import { errorAt, unplaced } from './problems.ts';
import { useSaving } from './use-saving.ts';

const PATHS = ['id', 'kind', 'token', 'dailyLimit', 'userAgent', 'enabled'];

/** Adds or changes an account. Its token is written only: the field is empty, and says whether one is set. */
export function AccountDialog({
  entry,
  config,
  onClose,
  onChanged,
}: {
  entry: AccountEntry | undefined;
  config: ConfigView;
  onClose: () => void;
  onChanged: (notes: readonly string[]) => void;
}) {
  const [draft, setDraft] = useState(() => draftOf(entry));
  const isNew = entry === undefined;
  const { problems, busy, save } = useSaving({ list: 'accounts', config, isNew, onClose, onChanged });
  const field = <Name extends keyof Draft>(name: Name) => ({
    value: draft[name],
    onValue: (value: Draft[Name]) => setDraft({ ...draft, [name]: value }),
    error: errorAt(problems, name),
  });
  const { error: _, value: enabled, onValue: setEnabled } = field('enabled');
  return (
    <EntryDialog
      title={titleOf(entry, config.writable)}
      problems={unplaced(problems, PATHS)}
      busy={busy}
      canChange={config.writable}
      onSave={() => void save(draft.id.trim(), entryOf(draft))}
      onClose={onClose}
    >
      {isNew && (
        <TextField
          label={t('accounts.id')}
          hint={t('accounts.idHint')}
          autocomplete="off"
          spellcheck={false}
          {...field('id')}
        />
      )}
      <Segmented
        label={t('accounts.kind')}
        value={draft.kind}
        onValue={(kind) => setDraft({ ...draft, kind: kind === 'user' ? 'user' : 'bot' })}
        choices={[
          { value: 'bot', label: t('accounts.kind.bot') },
          { value: 'user', label: t('accounts.kind.user') },
        ]}
      />
      {draft.kind === 'user' && <p class="-mt-2 text-xs text-warn">{t('accounts.userWarning')}</p>}
      <TextField
        type="password"
        label={t('accounts.token')}
        hint={t(entry?.hasToken ? 'accounts.tokenSet' : 'accounts.tokenUnset')}
        autocomplete="new-password"
        spellcheck={false}
        {...field('token')}
      />
      <TextField
        type="number"
        min={1}
        step={1}
        optional
        label={t('accounts.dailyLimit')}
        hint={t('accounts.dailyLimitHint')}
        {...field('dailyLimit')}
      />
      <TextField
        optional
        label={t('accounts.userAgent')}
        hint={t('accounts.userAgentHint')}
        spellcheck={false}
        {...field('userAgent')}
      />
      <Switch
        label={t('accounts.enabled')}
        hint={t('accounts.enabledHint')}
        checked={enabled}
        onValue={setEnabled}
        disabled={!config.writable}
      />
    </EntryDialog>
  );
}

interface Draft {
  readonly id: string;
  readonly kind: 'bot' | 'user';
  readonly token: string;
  readonly dailyLimit: string;
  readonly userAgent: string;
  readonly enabled: boolean;
}

function draftOf(entry: AccountEntry | undefined): Draft {
  return {
    id: entry?.id ?? '',
    kind: entry?.kind ?? 'bot',
    token: '',
    dailyLimit: String(entry?.dailyLimit ?? ''),
    userAgent: entry?.userAgent ?? '',
    enabled: entry?.enabled ?? true,
  };
}

/** Empty fields are left out: a token is then kept, all else gets its default. */
function entryOf({ kind, token, dailyLimit, userAgent, enabled }: Draft): object {
  return {
    kind,
    enabled,
    token: token.trim() || undefined,
    dailyLimit: dailyLimit.trim() === '' ? undefined : Number(dailyLimit),
    userAgent: userAgent.trim() || undefined,
  };
}

function titleOf(entry: AccountEntry | undefined, canChange: boolean): string {
  if (entry === undefined) return t('accounts.addAccount');
  return t(canChange ? 'accounts.changeOf' : 'accounts.settingsOf', { id: entry.id });
}
