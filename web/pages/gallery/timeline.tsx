import type { TaskMoment, TaskView } from '../../api/types.ts';
import { formatDuration, formatTime, t } from '../../i18n/index.ts';
import { classes } from '../../parts/classes.ts';
import { Card } from '../../parts/layout.tsx';

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };

/** All that happened to a task, oldest first. */
export function Timeline({ task }: { task: TaskView }) {
  const { timeline, submittedAt } = task;
  if (timeline.length === 0) return null;
  return (
    <Card title={t('gallery.timeline')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys (WCAG 2.1.1). */}
      <ol class="max-h-96 overflow-y-auto" tabIndex={0} aria-label={t('gallery.timeline')}>
        {timeline.map((moment, index) => (
          <Moment
            key={index}
            moment={moment}
            since={submittedAt}
            isChange={timeline[index - 1]?.status !== moment.status}
            isLast={index === timeline.length - 1}
          />
        ))}
      </ol>
    </Card>
  );
}

/** A change of the status stands out from mere progress. */
function Moment({
  moment,
  since,
  isChange,
  isLast,
}: {
  moment: TaskMoment;
  since: number;
  isChange: boolean;
  isLast: boolean;
}) {
  const { at, status, percent } = moment;
  return (
    <li class="flex gap-3">
      <span aria-hidden="true" class="flex flex-col items-center">
        <span
          class={classes(
            'mt-1.5 size-2 shrink-0 rounded-full',
            isChange ? 'bg-accent' : 'border border-line-strong',
          )}
        />
        {!isLast && <span class="w-px grow bg-line" />}
      </span>
      <span class="flex min-w-0 grow items-baseline justify-between gap-3 pb-2">
        <span class={isChange ? 'font-medium' : 'text-soft'}>
          {t(`status.${status}`)}
          {status === 'running' && percent !== undefined && percent > 0 && (
            <span class="text-muted tabular-nums"> {percent}%</span>
          )}
        </span>
        <span class="text-xs whitespace-nowrap text-muted tabular-nums">
          <time dateTime={new Date(at).toISOString()} title={formatTime(at)}>
            {formatTime(at, CLOCK)}
          </time>
          {at > since && ` · +${formatDuration(at - since)}`}
        </span>
      </span>
    </li>
  );
}
