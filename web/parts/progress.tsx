import { classes } from './classes.ts';

/** A bar from 0 to 100; without a value it shows that something goes on. */
export function Progress({ label, value }: { label: string; value?: number | undefined }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value}
      class="h-1.5 w-full overflow-hidden rounded-full bg-hover"
    >
      <div
        class={classes(
          'h-full rounded-full bg-accent transition-[width] duration-300',
          value === undefined && 'shimmer',
        )}
        style={{ width: `${value ?? 100}%` }}
      />
    </div>
  );
}
