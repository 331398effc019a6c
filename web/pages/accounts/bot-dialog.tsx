import { useState } from 'preact/hooks';
import type { BotEntry, ConfigView } from '../../api/config.ts';
import { t } from '../../i18n/index.ts';
import { Select, TextField } from '../../parts/field.tsx';
import { Fold } from '../../parts/fold.tsx';
import { BOT_FORMS, type BotField, DRIVERS, type Driver, isDriver } from './bot-fields.ts';
import { BotInput } from './bot-input.tsx';
import { type Draft, draftOf, entryOf } from './draft.ts';
import { EntryDialog } from './entry-dialog.tsx';
import { errorAt, unplaced } from './problems.ts';
import { useSaving } from './use-saving.ts';

/** Adds or changes a bot: what it needs first, the rest folded away. */
export function BotDialog({
  entry,
  config,
  onClose,
  onChanged,
}: {
  entry: BotEntry | undefined;
  config: ConfigView;
  onClose: () => void;
  onChanged: (notes: readonly string[]) => void;
}) {
  const known = entry && isDriver(entry.driver) ? entry.driver : 'coze';
  const [driver, setDriver] = useState<Driver>(known);
  const [id, setId] = useState(entry?.id ?? '');
  const [draft, setDraft] = useState<Draft>(() => draftOf(fieldsOf(known), entry ?? {}));
  const isNew = entry === undefined;
  const { problems, busy, save } = useSaving({ list: 'bots', config, isNew, onClose, onChanged });
  const fields = fieldsOf(driver);
  const { first, more } = BOT_FORMS[driver];
  const input = (field: BotField) => (
    <BotInput
      key={field.path}
      field={field}
      value={draft[field.path]}
      accounts={config.accounts}
      problems={problems}
      onValue={(value) => setDraft({ ...draft, [field.path]: value })}
    />
  );
  const choose = (next: string) => {
    if (!isDriver(next)) return;
    setDriver(next);
    setDraft({ ...draftOf(fieldsOf(next), {}), models: draft.models ?? '' });
  };
  return (
    <EntryDialog
      title={titleOf(entry, config.writable)}
      problems={unplaced(problems, ['id', 'driver', ...fields.map(({ path }) => path)])}
      busy={busy}
      canChange={config.writable}
      onSave={() => void save(id.trim(), { ...entryOf(fields, draft, entry ?? {}), id: undefined, driver })}
      onClose={onClose}
    >
      {isNew && (
        <div class="grid gap-4 sm:grid-cols-2">
          <Select
            label={t('accounts.driver')}
            value={driver}
            onValue={choose}
            choices={DRIVERS.map((value) => ({ value, label: t(`accounts.driver.${value}`) }))}
          />
          <TextField
            label={t('accounts.id')}
            error={errorAt(problems, 'id')}
            autocomplete="off"
            spellcheck={false}
            value={id}
            onValue={setId}
          />
        </div>
      )}
      {first.map(input)}
      <Fold title={t('accounts.more')} isOpen={more.some(({ path }) => errorAt(problems, path))}>
        <p class="text-xs text-muted">{t('accounts.moreHint')}</p>
        <div class="grid items-start gap-x-4 gap-y-3.5 sm:grid-cols-2">{more.map(input)}</div>
      </Fold>
    </EntryDialog>
  );
}

function fieldsOf(driver: Driver): readonly BotField[] {
  const { first, more } = BOT_FORMS[driver];
  return [...first, ...more];
}

function titleOf(entry: BotEntry | undefined, canChange: boolean): string {
  if (entry === undefined) return t('accounts.addBot');
  return t(canChange ? 'accounts.changeOf' : 'accounts.settingsOf', { id: entry.id });
}
