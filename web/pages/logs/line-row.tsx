import { computed } from '@preact/signals';
import type { LogLevel, LogLine } from '../../api/logs.ts';
import { formatNumber, locale, t, tn } from '../../i18n/index.ts';
import { classes } from '../../parts/classes.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { asJson, fieldsInShort } from './line-text.ts';
import type { LogGap } from './use-log.ts';

/** Made once for all rows: making one takes longer than all else of a row. */
const clock = computed(
  () =>
    new Intl.DateTimeFormat(locale.value, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    }),
);

const LEVELS: Readonly<Record<LogLevel, string>> = {
  trace: 'text-muted',
  debug: 'text-muted',
  info: 'text-accent',
  warn: 'text-warn',
  error: 'text-bad',
  fatal: 'text-bad',
};

const EDGES: Readonly<Record<LogLevel, string>> = {
  trace: 'border-transparent',
  debug: 'border-transparent',
  info: 'border-transparent',
  warn: 'border-warn bg-warn-soft',
  error: 'border-bad bg-bad-soft',
  fatal: 'border-bad bg-bad-soft',
};

/** One line: when, how grave, what, and its fields in short. A press opens it. */
export function LineRow({ line, onOpen }: { line: LogLine; onOpen: (line: LogLine) => void }) {
  const { at, level, msg } = line;
  return (
    <div class={classes('group relative h-full border-l-2', EDGES[level])}>
      <button
        type="button"
        data-line
        onClick={() => onOpen(line)}
        class="flex h-full w-full items-center gap-x-2.5 px-2.5 text-left font-mono text-xs outline-offset-[-2px] hover:bg-hover max-md:flex-wrap max-md:content-center max-md:gap-y-0.5"
      >
        <time dateTime={new Date(at).toISOString()} class="shrink-0 text-muted tabular-nums">
          {clock.value.format(at)}
        </time>
        <span class={classes('w-12 shrink-0 font-sans font-medium', LEVELS[level])}>
          {t(`logs.level.${level}`)}
        </span>
        <span class="min-w-0 grow truncate max-md:basis-full">
          {msg} <span class="text-muted">{fieldsInShort(line)}</span>
        </span>
      </button>
      <span class="absolute top-0.5 right-1 rounded-lg bg-raised opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 max-md:hidden">
        <CopyButton text={asJson(line)} label={t('logs.copyLine')} />
      </span>
    </div>
  );
}

/** What is missing between two lines. */
export function GapRow({ gap: { gap, count } }: { gap: LogGap }) {
  return (
    <p class="flex h-full items-center gap-3 px-3 text-xs text-warn">
      <span aria-hidden="true" class="h-px grow bg-line" />
      {gap === 'missed' ? tn('logs.missed', count, { count: formatNumber(count) }) : t('logs.reconnected')}
      <span aria-hidden="true" class="h-px grow bg-line" />
    </p>
  );
}
