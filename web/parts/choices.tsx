/** Controls for yes or no, one of a few, and a number on a scale. */
import { useId } from 'preact/hooks';
import { classes } from './classes.ts';
import type { Choice } from './field.tsx';

/** On or off. */
export function Switch({
  label,
  checked,
  onValue,
  hint,
  disabled,
}: {
  label: string;
  checked: boolean;
  onValue: (checked: boolean) => void;
  hint?: string;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <label for={id} class="flex min-h-7 items-center gap-2.5 text-sm">
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={checked}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onValue(event.currentTarget.checked)}
        class="peer sr-only"
      />
      <span
        aria-hidden="true"
        class={classes(
          'relative h-5 w-9 shrink-0 rounded-full border transition-colors',
          'peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent',
          checked ? 'border-accent bg-accent' : 'border-line-strong bg-sunken',
        )}
      >
        <span
          class={classes(
            'absolute top-0.5 size-3.5 rounded-full transition-[left]',
            checked ? 'left-[1.125rem] bg-on-accent' : 'left-0.5 bg-line-strong',
          )}
        />
      </span>
      <span class="min-w-0">
        {label}
        {hint && <span class="block text-xs text-muted">{hint}</span>}
      </span>
    </label>
  );
}

/** One of a few, all to be seen at once. Arrow keys move as in any radio group. */
export function Segmented({
  label,
  value,
  onValue,
  choices,
  hideLabel = false,
  class: extra,
}: {
  label: string;
  value: string;
  onValue: (value: string) => void;
  choices: readonly Choice[];
  hideLabel?: boolean;
  class?: string;
}) {
  const name = useId();
  return (
    <fieldset class={classes('min-w-0', extra)}>
      <legend class={hideLabel ? 'sr-only' : 'mb-1 text-[0.8125rem] font-medium text-soft'}>{label}</legend>
      <div class="flex flex-wrap gap-0.5 rounded-lg border border-line bg-sunken p-0.5">
        {choices.map((choice) => (
          <label
            key={choice.value}
            class={classes(
              'relative flex h-7 grow cursor-pointer items-center justify-center rounded-md px-2.5 text-[0.8125rem] whitespace-nowrap',
              'has-focus-visible:outline-2 has-focus-visible:outline-accent',
              choice.value === value
                ? 'bg-raised font-medium text-text shadow-[0_1px_2px_var(--shadow)]'
                : 'text-soft hover:text-text',
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onValue(choice.value)}
              class="absolute inset-0 cursor-pointer opacity-0"
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A number on a scale, with the number beside it. */
export function Slider({
  label,
  value,
  onValue,
  min,
  max,
  step = 1,
  hint,
}: {
  label: string;
  value: number;
  onValue: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  hint?: string;
}) {
  const id = useId();
  return (
    <div class="flex flex-col gap-1">
      <div class="flex items-baseline justify-between gap-2">
        <label for={id} class="text-[0.8125rem] font-medium text-soft">
          {label}
        </label>
        <output for={id} class="text-xs text-text tabular-nums">
          {value}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => onValue(Number(event.currentTarget.value))}
        class="h-6 w-full accent-[var(--accent)]"
      />
      {hint && (
        <p id={`${id}-hint`} class="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
