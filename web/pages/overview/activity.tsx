import type { ActivityMinute, BotStateView } from '../../api/overview.ts';
import { formatDuration, formatNumber, t } from '../../i18n/index.ts';
import { Chart, type ChartSeries } from '../../parts/chart.tsx';
import { classes } from '../../parts/classes.ts';
import { Card } from '../../parts/layout.tsx';

/** The last hour: how much was asked, how much failed, how long it took; and what waits now. */
export function Activity({
  minutes,
  bots,
}: {
  minutes: readonly ActivityMinute[];
  bots: readonly BotStateView[];
}) {
  const times = minutes.map(({ at }) => at);
  const total = sum(minutes.map(({ requests }) => requests));
  const errors = sum(minutes.map(({ errors }) => errors));
  return (
    <>
      <Figures minutes={minutes} bots={bots} />
      <div class="grid gap-5 lg:grid-cols-2">
        <Card title={t('overview.requestsTitle')}>
          <Chart
            summary={t('overview.requestsSummary', {
              total: formatNumber(total),
              errors: formatNumber(errors),
              most: formatNumber(Math.max(0, ...minutes.map(({ requests }) => requests))),
            })}
            times={times}
            series={requestSeries(minutes)}
            format={countOf}
          />
        </Card>
        <Card title={t('overview.delayTitle')}>
          <Chart
            summary={t('overview.delaySummary', delaysInWords(minutes))}
            times={times}
            series={delaySeries(minutes)}
            format={formatDuration}
          />
        </Card>
      </div>
    </>
  );
}

function Figures({ minutes, bots }: { minutes: readonly ActivityMinute[]; bots: readonly BotStateView[] }) {
  const total = sum(minutes.map(({ requests }) => requests));
  const errors = sum(minutes.map(({ errors }) => errors));
  const { median } = delaysInWords(minutes);
  const rate = total === 0 ? 0 : errors / total;
  return (
    <dl class="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Figure name={t('overview.requests')} value={formatNumber(total)} note={t('overview.lastHour')} />
      <Figure
        name={t('overview.errors')}
        value={formatNumber(errors)}
        note={t('overview.errorRate', {
          rate: formatNumber(rate, { style: 'percent', maximumFractionDigits: 1 }),
        })}
        isBad={errors > 0}
      />
      <Figure name={t('overview.median')} value={median} note={t('overview.lastHour')} />
      <Figure
        name={t('overview.inProgress')}
        value={formatNumber(sum(bots.map(({ running }) => running)))}
        note={t('overview.queued', { count: formatNumber(sum(bots.map(({ queued }) => queued))) })}
      />
    </dl>
  );
}

function Figure({
  name,
  value,
  note,
  isBad,
}: {
  name: string;
  value: string;
  note: string;
  isBad?: boolean;
}) {
  return (
    <div class="flex flex-col rounded-xl border border-line bg-surface px-4 py-3">
      <dt class="text-xs text-muted">{name}</dt>
      <dd class={classes('text-2xl font-semibold tracking-tight tabular-nums', isBad && 'text-bad')}>
        {value}
      </dd>
      <dd class="text-xs text-muted">{note}</dd>
    </div>
  );
}

function requestSeries(minutes: readonly ActivityMinute[]): ChartSeries[] {
  const values = (pick: (minute: ActivityMinute) => number) => minutes.map(pick);
  return [
    {
      label: t('overview.requests'),
      colour: 'accent',
      shape: 'bars',
      values: values(({ requests }) => requests),
    },
    { label: t('overview.errors'), colour: 'bad', shape: 'bars', values: values(({ errors }) => errors) },
  ];
}

function delaySeries(minutes: readonly ActivityMinute[]): ChartSeries[] {
  const values = (pick: (minute: ActivityMinute) => number | null | undefined) =>
    minutes.map((minute) => (minute.requests === 0 ? null : (pick(minute) ?? null)));
  return [
    { label: t('overview.p50'), colour: 'accent', shape: 'line', values: values(({ p50Ms }) => p50Ms) },
    { label: t('overview.p95'), colour: 'warn', shape: 'line', values: values(({ p95Ms }) => p95Ms) },
  ];
}

/** The median of all minutes, weighed by their requests, and the slowest minute. */
function delaysInWords(minutes: readonly ActivityMinute[]): { median: string; slowest: string } {
  const known = minutes
    .flatMap(({ requests, p50Ms }) =>
      requests > 0 && typeof p50Ms === 'number' ? [{ requests, p50Ms }] : [],
    )
    .sort((left, right) => left.p50Ms - right.p50Ms);
  let left = sum(known.map(({ requests }) => requests)) / 2;
  const middle = known.find(({ requests }) => {
    left -= requests;
    return left <= 0;
  });
  const slowest = Math.max(0, ...minutes.map(({ p95Ms }) => p95Ms ?? 0));
  return { median: middle ? formatDuration(middle.p50Ms) : '–', slowest: formatDuration(slowest) };
}

const countOf = (value: number) => (Number.isInteger(value) ? formatNumber(value) : '');

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
