import { signal } from '@preact/signals';
import { formatAgo, formatTime } from '../i18n/index.ts';

/** The time of day, renewed every 20 seconds for everything that says "ago". Milliseconds since the epoch. */
const now = signal(Date.now());
window.setInterval(() => {
  now.value = Date.now();
}, 20_000);

/** When something was: `5 min ago`, the whole date as a tooltip. @param at milliseconds since the epoch */
export function Ago({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatTime(at)} class="whitespace-nowrap">
      {formatAgo(at, Math.max(now.value, at))}
    </time>
  );
}
