import type { ComponentChildren } from 'preact';
import type { TaskStatus } from '../api/types.ts';
import { t, tOr } from '../i18n/index.ts';
import { classes } from './classes.ts';

/** What a colour means; never the only sign: words stand beside it. */
export type Tone = 'ok' | 'warn' | 'bad' | 'accent' | 'neutral';

const TONES: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  accent: 'bg-accent-soft text-accent',
  neutral: 'bg-hover text-soft',
};

/** A short word with a colour. `dot` puts a point before it, which pulses for what is going on. */
export function Badge({
  tone = 'neutral',
  dot,
  children,
}: {
  tone?: Tone;
  dot?: 'still' | 'pulsing';
  children: ComponentChildren;
}) {
  return (
    <span
      class={classes(
        'inline-flex h-[1.375rem] items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      {dot && (
        <span
          aria-hidden="true"
          class={classes('size-1.5 rounded-full bg-current', dot === 'pulsing' && 'shimmer')}
        />
      )}
      {children}
    </span>
  );
}

const STATUS_TONES: Readonly<Record<TaskStatus, Tone>> = {
  form: 'warn',
  queued: 'neutral',
  submitted: 'accent',
  accepted: 'accent',
  waiting: 'neutral',
  running: 'accent',
  succeeded: 'ok',
  failed: 'bad',
  'timed-out': 'bad',
  cancelled: 'neutral',
};

/** How a task stands. */
export function StatusBadge({ status, percent }: { status: TaskStatus; percent?: number | undefined }) {
  const isRunning = ['submitted', 'accepted', 'running'].includes(status);
  return (
    <Badge tone={STATUS_TONES[status]} dot={isRunning ? 'pulsing' : 'still'}>
      {t(`status.${status}`)}
      {status === 'running' && percent !== undefined && <span class="tabular-nums">{percent}%</span>}
    </Badge>
  );
}

const STATE_TONES: Readonly<Record<string, Tone>> = {
  ready: 'ok',
  connecting: 'neutral',
  reconnecting: 'warn',
  closed: 'warn',
  offline: 'warn',
  paused: 'warn',
  draining: 'warn',
  trouble: 'bad',
  disabled: 'bad',
};

/** How an account or a bot stands. States that are not known here are shown by their own name. */
export function StateBadge({ state }: { state: string }) {
  return (
    <Badge tone={STATE_TONES[state] ?? 'neutral'} dot="still">
      {tOr(`state.${state}`, state)}
    </Badge>
  );
}
