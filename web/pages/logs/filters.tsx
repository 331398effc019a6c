import { useEffect, useState } from 'preact/hooks';
import type { LogFilter, LogLevel } from '../../api/logs.ts';
import { go, route } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { Select, TextField } from '../../parts/field.tsx';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
const USUAL: LogLevel = 'info';
/** After the last letter that was typed. */
const PAUSE_MS = 300;

/** The filter that the address names. */
export function filterOfAddress(): LogFilter {
  const { level, text = '' } = route.value.query;
  return { level: LEVELS.find((each) => each === level) ?? USUAL, text };
}

/** Level and words; both stand in the address. */
export function Filters() {
  const { level, text } = filterOfAddress();
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = window.setTimeout(() => choose({ level, text: typed }), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  return (
    <div class="flex flex-wrap gap-2.5">
      <Select
        label={t('logs.filterLevel')}
        hideLabel
        value={level}
        onValue={(value) => choose({ level: value as LogLevel, text })}
        choices={LEVELS.map((value) => ({ value, label: t(`logs.from.${value}`) }))}
        class="w-44 max-sm:w-full"
      />
      <TextField
        type="search"
        label={t('logs.filterText')}
        hideLabel
        placeholder={t('logs.filterText')}
        maxLength={200}
        value={typed}
        onValue={setTyped}
        class="w-72 max-sm:w-full"
      />
    </div>
  );
}

function choose({ level, text }: LogFilter): void {
  go('logs', [], { level: level === USUAL ? undefined : level, text }, { replace: true });
}
