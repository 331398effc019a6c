import { t } from '../i18n/index.ts';
import { classes } from '../parts/classes.ts';
import { connection } from './live.ts';

const COLOURS = { connecting: 'bg-muted', live: 'bg-ok', reconnecting: 'bg-warn' } as const;

/** Whether changes arrive as they happen. */
export function ConnectionMark() {
  const state = connection.value;
  const hint = t(`live.hint.${state.name}`, state.name === 'reconnecting' ? { attempt: state.attempt } : {});
  return (
    <p role="status" title={hint} class="flex items-center gap-2 text-xs text-soft">
      <span
        aria-hidden="true"
        class={classes('size-2 rounded-full', COLOURS[state.name], state.name !== 'live' && 'shimmer')}
      />
      {t(`live.${state.name}`)}
    </p>
  );
}
