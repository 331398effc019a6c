import { useEffect, useRef, useState } from 'preact/hooks';
import { useResource } from '../../api/resource.ts';
import { listAccounts } from '../../api/tasks.ts';
import { go, route } from '../../app/router.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { classes } from '../../parts/classes.ts';
import { Select, TextField } from '../../parts/field.tsx';
import { countOf, ENDED, type Filter, filterOf, OPEN } from './filter.ts';

/** A person's pause while typing, in milliseconds. */
const TYPING_MS = 250;

/** Changes the filter; the address is the only place where it stands. */
function changeFilter(change: Filter): void {
  go('gallery', [], { ...route.peek().query, ...change }, { replace: true });
}

/** Controls for all that tasks can be filtered by; on phones they are folded away. */
export function Filters() {
  const [isOpen, setOpen] = useState(false);
  const filter = filterOf(route.value.query);
  const count = countOf(filter);
  return (
    <div class="flex flex-col gap-2">
      <div class="flex gap-2 md:hidden">
        <Button icon="filter" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {count > 0 ? t('gallery.filterSet', { count }) : t('gallery.filter')}
        </Button>
        {count > 0 && <Reset />}
      </div>
      <search
        aria-label={t('gallery.filter')}
        class={classes('grid grid-cols-2 items-end gap-2 md:flex md:flex-wrap', !isOpen && 'max-md:hidden')}
      >
        <Words />
        <Status value={filter.status ?? ''} />
        <Places filter={filter} />
        <TextField
          type="date"
          label={t('gallery.from')}
          value={filter.from ?? ''}
          max={filter.to ?? ''}
          onValue={(from) => changeFilter({ from })}
          class="md:w-[8.75rem]"
        />
        <TextField
          type="date"
          label={t('gallery.to')}
          value={filter.to ?? ''}
          min={filter.from ?? ''}
          onValue={(to) => changeFilter({ to })}
          class="md:w-[8.75rem]"
        />
        {count > 0 && <Reset class="max-md:hidden" />}
      </search>
    </div>
  );
}

function Reset({ class: extra = '' }: { class?: string }) {
  const { view } = route.value.query;
  return (
    <Button
      kind="quiet"
      icon="close"
      class={extra}
      onClick={() => go('gallery', [], { view }, { replace: true })}
    >
      {t('gallery.reset')}
    </Button>
  );
}

/** Asked for when the typing pauses. */
function Words() {
  const inAddress = route.value.query.words ?? '';
  const [words, setWords] = useState(inAddress);
  const timer = useRef(0);
  useEffect(() => setWords(inAddress), [inAddress]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (
    <TextField
      type="search"
      label={t('gallery.words')}
      placeholder={t('gallery.wordsExample')}
      maxLength={200}
      value={words}
      onValue={(value) => {
        setWords(value);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => changeFilter({ words: value }), TYPING_MS);
      }}
      class="max-md:col-span-2 md:grow md:basis-44"
    />
  );
}

function Status({ value }: { value: string }) {
  const choices = [
    { value: '', label: t('common.all') },
    { value: OPEN.join(), label: t('gallery.unfinished') },
    { value: ENDED.join(), label: t('gallery.ended') },
    { value: 'failed,timed-out', label: t('gallery.unsuccessful') },
    ...[...ENDED, ...OPEN].map((status) => ({ value: status, label: t(`status.${status}`) })),
  ];
  const isKnown = choices.some((choice) => choice.value === value);
  return (
    <Select
      label={t('gallery.status')}
      value={value}
      onValue={(status) => changeFilter({ status })}
      choices={isKnown ? choices : [{ value, label: value }, ...choices]}
      class="md:w-32"
    />
  );
}

/** Bots, accounts and, for admins, keys. */
function Places({ filter }: { filter: Filter }) {
  const accounts = useResource(listAccounts, []).data?.accounts ?? [];
  const drawing = me.value?.models.filter(({ kind }) => kind !== 'chat') ?? [];
  return (
    <>
      <NameChoice
        label={t('gallery.bot')}
        value={filter.bot}
        names={drawing.flatMap(({ bots }) => bots)}
        onValue={(bot) => changeFilter({ bot })}
      />
      <NameChoice
        label={t('gallery.account')}
        value={filter.account}
        names={accounts.map(({ account }) => account)}
        onValue={(account) => changeFilter({ account })}
      />
      {me.value?.admin && (
        <NameChoice
          label={t('gallery.whose')}
          value={filter.key}
          names={[me.value.name]}
          onValue={(key) => changeFilter({ key })}
        />
      )}
    </>
  );
}

/** What the address names is among the choices even when it is gone. */
function NameChoice({
  label,
  value = '',
  names,
  onValue,
}: {
  label: string;
  value: string | undefined;
  names: readonly string[];
  onValue: (value: string) => void;
}) {
  const known = [...new Set(value === '' ? names : [...names, value])];
  return (
    <Select
      label={label}
      value={value}
      onValue={onValue}
      choices={[
        { value: '', label: t('common.all') },
        ...known.map((name) => ({ value: name, label: name })),
      ]}
      class="md:w-28"
    />
  );
}
