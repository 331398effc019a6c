import type { AccountEntry } from '../../api/config.ts';
import { t } from '../../i18n/index.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Select, TextField } from '../../parts/field.tsx';
import { oneAccount } from './account-choices.ts';
import { NEW_ROOM, type RoomDraft } from './draft.ts';
import { type EntryProblems, errorAt, errorExactlyAt } from './problems.ts';

/** The rooms of a bot: an account in a channel, with a line of its own. */
export function Rooms({
  rooms,
  accounts,
  problems,
  onRooms,
}: {
  rooms: readonly RoomDraft[];
  accounts: readonly AccountEntry[];
  problems: EntryProblems;
  onRooms: (rooms: readonly RoomDraft[]) => void;
}) {
  const wrong = errorExactlyAt(problems, 'rooms');
  return (
    <fieldset class="flex min-w-0 flex-col gap-2.5">
      <legend class="mb-1 text-[0.8125rem] font-medium text-soft">{t('accounts.field.rooms')}</legend>
      <p class="-mt-1 text-xs text-muted">{t('accounts.fieldHint.rooms')}</p>
      {rooms.map((room, index) => (
        <Room
          key={index}
          number={index + 1}
          room={room}
          accounts={accounts}
          wrong={errorExactlyAt(problems, `rooms[${index}]`)}
          errorOf={(name) => errorAt(problems, `rooms[${index}].${name}`)}
          onRoom={(next) => onRooms(rooms.with(index, next))}
          onRemove={() => onRooms(rooms.toSpliced(index, 1))}
        />
      ))}
      <Wrong text={wrong} />
      <Button
        size="small"
        icon="plus"
        class="self-start"
        onClick={() => onRooms([...rooms, { ...NEW_ROOM, guildId: rooms.at(-1)?.guildId ?? '' }])}
      >
        {t('accounts.addRoom')}
      </Button>
    </fieldset>
  );
}

function Room({
  number,
  room,
  accounts,
  wrong,
  errorOf,
  onRoom,
  onRemove,
}: {
  number: number;
  room: RoomDraft;
  accounts: readonly AccountEntry[];
  wrong: string | undefined;
  errorOf: (name: string) => string | undefined;
  onRoom: (room: RoomDraft) => void;
  onRemove: () => void;
}) {
  const field = (name: keyof RoomDraft) => ({
    label: t(`accounts.room.${name}`),
    value: room[name],
    error: errorOf(name),
    onValue: (value: string) => onRoom({ ...room, [name]: value }),
  });
  const title = t('accounts.roomNumber', { number });
  return (
    <fieldset class="relative grid min-w-0 gap-3 rounded-lg border border-line p-3 sm:grid-cols-2">
      <legend class="sr-only">{title}</legend>
      <Select {...field('account')} choices={oneAccount(accounts, room.account)} class="pr-10 sm:pr-0" />
      <TextField {...field('channelId')} spellcheck={false} class="sm:pr-10" />
      <TextField {...field('guildId')} hint={t('accounts.guildHint')} optional spellcheck={false} />
      <div class="grid grid-cols-2 gap-3">
        <TextField {...field('concurrency')} type="number" min={1} max={100} />
        <TextField {...field('queue')} type="number" min={0} />
      </div>
      <Wrong text={wrong} />
      <span class="absolute top-1.5 right-1.5">
        <IconButton
          icon="trash"
          size="small"
          label={t('accounts.removeRoom', { number })}
          onClick={onRemove}
        />
      </span>
    </fieldset>
  );
}

function Wrong({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p role="alert" class="text-xs text-bad">
      {text}
    </p>
  );
}
