import { type DailyUsage, readUsage } from '../../api/keys.ts';
import { useResource } from '../../api/resource.ts';
import { go, route } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { Segmented } from '../../parts/choices.tsx';
import { Select } from '../../parts/field.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { lastDays, METRICS, type Metric, perDay, sumOf } from './sums.ts';
import { UsageChart } from './usage-chart.tsx';
import { MetricChoice } from './usage-metrics.tsx';
import { callerName, UsageTable } from './usage-table.tsx';

const PERIODS = ['7', '30', '90', '365'] as const;
const USUAL = '30';

/** What each key has used of each bot, day by day. What is shown stands in the address. */
export function UsageCard() {
  const { period, key, bot } = shown();
  const days = lastDays(Number(period), Date.now());
  const { data, error, reload } = useResource(
    (signal) => readUsage(days[0] ?? '', signal).then(({ daily }) => daily),
    [days[0]],
  );
  const choices = PERIODS.map((value) => ({ value, label: t('keys.days', { count: value }) }));
  return (
    <Card title={t('keys.usage')} flush>
      <div class="flex flex-wrap items-start gap-3 border-b border-line p-4">
        <Segmented
          label={t('keys.period')}
          value={period}
          onValue={(value) => choose({ period: value })}
          choices={choices}
        />
        {data && data.length > 0 && <Filters daily={data} chosen={{ key, bot }} />}
      </div>
      {data === undefined && error === undefined && (
        <div class="p-4">
          <SkeletonLines />
        </div>
      )}
      {data === undefined && error !== undefined && <ErrorState error={error} onRetry={reload} />}
      {data?.length === 0 && (
        <EmptyState icon="overview" title={t('keys.noUsage')} text={t('keys.noUsageText')} />
      )}
      {data && data.length > 0 && <Numbers daily={data} days={days} />}
    </Card>
  );
}

function Filters({
  daily,
  chosen,
}: {
  daily: readonly DailyUsage[];
  chosen: { key: string | undefined; bot: string | undefined };
}) {
  const among = (names: readonly string[], nameOf: (name: string) => string) => [
    { value: '*', label: t('common.all') },
    ...[...new Set(names)].sort().map((value) => ({ value: `=${value}`, label: nameOf(value) })),
  ];
  const choiceOf = (name: string | undefined) => (name === undefined ? '*' : `=${name}`);
  return (
    <>
      <Select
        label={t('keys.key')}
        value={choiceOf(chosen.key)}
        onValue={(value) => choose({ key: value })}
        choices={among(
          daily.map(({ key }) => key),
          callerName,
        )}
        class="w-44 max-sm:w-full"
      />
      <Select
        label={t('keys.bot')}
        value={choiceOf(chosen.bot)}
        onValue={(value) => choose({ bot: value })}
        choices={among(
          daily.map(({ bot }) => bot),
          (name) => name,
        )}
        class="w-44 max-sm:w-full"
      />
    </>
  );
}

function Numbers({ daily, days }: { daily: readonly DailyUsage[]; days: readonly string[] }) {
  const { key, bot, metric, view } = shown();
  const meant = daily.filter(
    (entry) => (key === undefined || entry.key === key) && (bot === undefined || entry.bot === bot),
  );
  return (
    <>
      <div class="flex flex-col gap-4 p-4">
        <MetricChoice
          total={sumOf(meant)}
          chosen={metric}
          onChosen={(of) => choose({ of: of === 'chats' ? '*' : of })}
        />
        <UsageChart days={days} counts={perDay(meant, days)} metric={metric} />
      </div>
      <UsageTable daily={meant} view={view} onView={(by) => choose({ by: by === 'caller' ? '*' : by })} />
    </>
  );
}

/** What the address asks for. */
function shown() {
  const { period = USUAL, key, bot, of, by } = route.value.query;
  return {
    period: PERIODS.find((each) => each === period) ?? USUAL,
    key: key?.slice(1),
    bot: bot?.slice(1),
    metric: METRICS.find((each): each is Metric => each === of) ?? 'chats',
    view: by === 'day' ? ('day' as const) : ('caller' as const),
  };
}

/** `*` stands for what is shown when nothing is said. */
function choose(change: Readonly<Record<string, string>>): void {
  const query = Object.entries({ ...route.value.query, ...change }).filter(([, value]) => value !== '*');
  go('keys', [], Object.fromEntries(query), { replace: true });
}
