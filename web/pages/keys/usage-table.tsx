import type { DailyUsage } from '../../api/keys.ts';
import { formatNumber, formatTime, type TextKey, t } from '../../i18n/index.ts';
import { Segmented } from '../../parts/choices.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { byCaller, byDay, type Counts, momentOf, type UsageRow } from './sums.ts';

/** What the rows of the table stand for. */
export type UsageView = 'caller' | 'day';

const DAY: Intl.DateTimeFormatOptions = { dateStyle: 'medium' };
const NUMBERS: readonly (readonly [keyof Counts, TextKey])[] = [
  ['chats', 'keys.metric.chats'],
  ['promptTokens', 'keys.promptTokens'],
  ['completionTokens', 'keys.completionTokens'],
  ['pictures', 'keys.metric.pictures'],
  ['videos', 'keys.metric.videos'],
];

/** Name of a caller; those without a key have none. */
export function callerName(key: string): string {
  return key === '' ? t('keys.nobody') : key;
}

/** The numbers of the period, for each key and bot or for each day. */
export function UsageTable({
  daily,
  view,
  onView,
}: {
  daily: readonly DailyUsage[];
  view: UsageView;
  onView: (view: UsageView) => void;
}) {
  return (
    <div class="border-t border-line">
      <div class="px-4 pt-3 pb-1">
        <Segmented
          label={t('keys.rows')}
          hideLabel
          value={view}
          onValue={(value) => onView(value === 'day' ? 'day' : 'caller')}
          choices={[
            { value: 'caller', label: t('keys.byCaller') },
            { value: 'day', label: t('keys.byDay') },
          ]}
          class="w-fit"
        />
      </div>
      <Table
        caption={t('keys.usage')}
        columns={[...(view === 'day' ? dayColumns() : callerColumns()), ...numberColumns()]}
        rows={view === 'day' ? byDay(daily) : byCaller(daily)}
        keyOf={({ id }) => id}
      />
    </div>
  );
}

function dayColumns(): Column<UsageRow>[] {
  return [
    {
      id: 'day',
      title: t('keys.day'),
      cell: ({ day = '' }) => <span class="whitespace-nowrap">{formatTime(momentOf(day), DAY)}</span>,
    },
  ];
}

function callerColumns(): Column<UsageRow>[] {
  return [
    {
      id: 'key',
      title: t('keys.key'),
      cell: ({ key = '' }) => <span class="font-medium">{callerName(key)}</span>,
    },
    { id: 'bot', title: t('keys.bot'), cell: ({ bot }) => bot },
  ];
}

function numberColumns(): Column<UsageRow>[] {
  return NUMBERS.map(([name, title]) => ({
    id: name,
    title: t(title),
    align: 'right',
    cell: (row) => (row[name] === 0 ? <span class="text-muted">0</span> : formatNumber(row[name])),
  }));
}
