import { useId } from 'preact/hooks';
import { formatNumber, t } from '../../i18n/index.ts';
import { classes } from '../../parts/classes.ts';
import { type Counts, countOf, METRICS, type Metric } from './sums.ts';

/** The sums of the period; the chosen one is drawn below. */
export function MetricChoice({
  total,
  chosen,
  onChosen,
}: {
  total: Counts;
  chosen: Metric;
  onChosen: (metric: Metric) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend class="sr-only">{t('keys.drawn')}</legend>
      <div class="grid grid-cols-2 gap-2.5 md:grid-cols-4">
        {METRICS.map((metric) => (
          <label
            key={metric}
            class={classes(
              'relative flex cursor-pointer flex-col rounded-lg border px-3.5 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
              metric === chosen ? 'border-accent bg-accent-soft' : 'border-line hover:border-line-strong',
            )}
          >
            <input
              type="radio"
              name={name}
              value={metric}
              checked={metric === chosen}
              onChange={() => onChosen(metric)}
              class="absolute inset-0 cursor-pointer opacity-0"
            />
            <span class={classes('text-xs', metric === chosen ? 'text-accent' : 'text-muted')}>
              {t(`keys.metric.${metric}`)}
            </span>
            <span class="font-semibold tracking-tight tabular-nums max-md:text-base md:text-xl">
              {inRoom(countOf(total, metric))}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A phone has room for seven digits. */
function inRoom(value: number): string {
  return formatNumber(value, value < 10_000_000 ? {} : { notation: 'compact', maximumFractionDigits: 2 });
}
