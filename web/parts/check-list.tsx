import { useId } from 'preact/hooks';
import type { Choice } from './field.tsx';

/** Any number of a few. */
export function CheckList({
  label,
  choices,
  values,
  onValues,
  hint,
  error,
}: {
  label: string;
  choices: readonly Choice[];
  values: readonly string[];
  onValues: (values: readonly string[]) => void;
  hint?: string | undefined;
  error?: string | undefined;
}) {
  const id = useId();
  const change = (value: string, isChosen: boolean) =>
    onValues(isChosen ? [...values, value] : values.filter((each) => each !== value));
  return (
    <fieldset class="min-w-0" aria-describedby={error ? `${id}-error` : undefined}>
      <legend class="mb-1 text-[0.8125rem] font-medium text-soft">{label}</legend>
      <div class="flex flex-wrap gap-x-5 gap-y-1 rounded-lg border border-line px-3 py-1.5">
        {choices.map(({ value, label: name }) => (
          <label key={value} class="flex min-h-7 items-center gap-2 text-sm">
            <input
              type="checkbox"
              checked={values.includes(value)}
              onChange={(event) => change(value, event.currentTarget.checked)}
              class="size-4 accent-[var(--accent)]"
            />
            <span class="[overflow-wrap:anywhere]">{name}</span>
          </label>
        ))}
      </div>
      {hint && <p class="mt-1 text-xs text-muted">{hint}</p>}
      {error && (
        <p id={`${id}-error`} role="alert" class="mt-1 text-xs text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}
