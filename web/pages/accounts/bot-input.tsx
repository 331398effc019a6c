import type { AccountEntry } from '../../api/config.ts';
import { tOr } from '../../i18n/index.ts';
import { CheckList } from '../../parts/check-list.tsx';
import { Switch } from '../../parts/choices.tsx';
import { Select, TextArea, TextField } from '../../parts/field.tsx';
import { accountChoices, oneAccount, unset } from './account-choices.ts';
import type { BotField } from './bot-fields.ts';
import { type DraftValue, roomsIn, textsIn } from './draft.ts';
import { type EntryProblems, errorAt } from './problems.ts';
import { Rooms } from './rooms.tsx';

/** One option of a bot. */
export function BotInput({
  field: { path, kind, choices = [], isNeeded = false },
  value = '',
  accounts,
  problems,
  onValue,
}: {
  field: BotField;
  value: DraftValue | undefined;
  accounts: readonly AccountEntry[];
  problems: EntryProblems;
  onValue: (value: DraftValue) => void;
}) {
  const label = tOr(`accounts.field.${path}`, path);
  const hint = tOr(`accounts.fieldHint.${path}`, '') || undefined;
  const around = { label, hint, error: errorAt(problems, path) };
  const typed = { ...around, value: String(value), onValue, required: isNeeded };
  switch (kind) {
    case 'rooms':
      return (
        <Rooms
          rooms={roomsIn(value)}
          accounts={accounts}
          problems={problems}
          onRooms={(rooms) => onValue(rooms)}
        />
      );
    case 'accounts':
      return (
        <CheckList
          {...around}
          choices={accountChoices(accounts, textsIn(value))}
          values={textsIn(value)}
          onValues={onValue}
        />
      );
    case 'account':
      return <Select {...typed} choices={oneAccount(accounts, String(value))} />;
    case 'choice':
      return (
        <Select
          {...typed}
          choices={[
            unset(),
            ...choices.map((each) => ({ value: each, label: tOr(`accounts.choice.${each}`, each) })),
          ]}
        />
      );
    case 'switch':
      return <Switch label={label} {...(hint ? { hint } : {})} checked={value === true} onValue={onValue} />;
    case 'pairs':
      return <TextArea {...typed} rows={2} spellcheck={false} />;
    case 'number':
      return <TextField {...typed} type="number" step={1} min={0} />;
    default:
      return <TextField {...typed} autocomplete="off" spellcheck={false} />;
  }
}
