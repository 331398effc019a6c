import { formatNumber, t } from '../../i18n/index.ts';
import { Chart, type ChartSeries } from '../../parts/chart.tsx';
import { type Counts, countOf, type Metric, momentOf } from './sums.ts';

const DAY: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' };

/** One bar for each day. */
export function UsageChart({
  days,
  counts,
  metric,
}: {
  days: readonly string[];
  counts: readonly Counts[];
  metric: Metric;
}) {
  const values = counts.map((each) => countOf(each, metric));
  const name = t(`keys.metric.${metric}`);
  const summary = t('keys.chartSummary', {
    name,
    total: formatNumber(values.reduce((sum, value) => sum + value, 0)),
    most: formatNumber(Math.max(0, ...values)),
  });
  const bars: ChartSeries = { label: name, colour: 'accent', shape: 'bars', values };
  const answers: ChartSeries = {
    label: t('keys.completionTokens'),
    colour: 'ok',
    shape: 'bars',
    values: counts.map(({ completionTokens }) => completionTokens),
  };
  return (
    <Chart
      key={metric}
      summary={summary}
      times={days.map(momentOf)}
      series={metric === 'tokens' ? [bars, answers] : [bars]}
      format={shortNumber}
      timeStyle={DAY}
    />
  );
}

/** `12K`: there is little room beside the bars. */
function shortNumber(value: number): string {
  if (!Number.isInteger(value)) return '';
  return formatNumber(value, value < 10_000 ? {} : { notation: 'compact', maximumFractionDigits: 1 });
}
