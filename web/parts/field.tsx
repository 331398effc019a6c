import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { classes } from './classes.ts';

/** What every field has around it. */
export interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with the value; read out when it appears. */
  readonly error?: string | undefined;
  /** True where the label is for screen readers only, because the place says it. */
  readonly hideLabel?: boolean;
  readonly optional?: boolean;
  readonly class?: string | undefined;
}

/** Attributes that tie a control to its label, hint and error. */
interface Wiring {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

/** Looks of every control that holds a value. */
export const CONTROL =
  'w-full rounded-lg border border-line-strong bg-surface px-3 text-sm text-text placeholder:text-muted ' +
  'hover:border-soft disabled:opacity-55 aria-invalid:border-bad';

/** Label, hint and error around one control. */
export function Field({
  label,
  hint,
  error,
  hideLabel,
  optional,
  class: extra,
  children,
}: FieldProps & { readonly children: (wiring: Wiring) => ComponentChildren }) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class={classes('flex min-w-0 flex-col gap-1', extra)}>
      <label for={id} class={hideLabel ? 'sr-only' : 'text-[0.8125rem] font-medium text-soft'}>
        {label}
        {optional && <span class="font-normal text-muted"> ({t('common.optional')})</span>}
      </label>
      {children({
        id,
        'aria-describedby': describedBy || undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {hint && (
        <p id={`${id}-hint`} class="text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" class="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

/** What controls have in common. */
interface ControlProps {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly name?: string;
  readonly disabled?: boolean;
  readonly required?: boolean;
}

/** What one can type into. */
interface TypedProps extends ControlProps {
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly spellcheck?: boolean;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

interface TextFieldProps extends TypedProps {
  readonly type?: 'text' | 'search' | 'password' | 'number' | 'date' | 'datetime-local' | 'url';
  readonly autocomplete?: string;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly step?: number;
}

/** One line of text. */
export function TextField({ value, onValue, type = 'text', ...given }: FieldProps & TextFieldProps) {
  const [around, rest] = split(given);
  return (
    <Field {...around}>
      {(wiring) => (
        <input
          {...rest}
          {...wiring}
          type={inputType(type)}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
          class={classes(CONTROL, 'h-9')}
        />
      )}
    </Field>
  );
}

/** Preact knows which roles each type of input may have; without a role all types are alike. */
export function inputType(type: string): 'text' {
  return type as 'text';
}

/** Several lines of text; grows with what is written where the browser can. */
export function TextArea({ value, onValue, ...given }: FieldProps & TypedProps & { readonly rows?: number }) {
  const [around, rest] = split(given);
  return (
    <Field {...around}>
      {(wiring) => (
        <textarea
          rows={3}
          {...rest}
          {...wiring}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
          class={classes(CONTROL, 'field-sizing-content max-h-72 min-h-20 resize-y py-2')}
        />
      )}
    </Field>
  );
}

/** One of a few values. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A choice out of a list. */
export function Select({
  value,
  onValue,
  choices,
  ...given
}: FieldProps & ControlProps & { readonly choices: readonly Choice[] }) {
  const [around, rest] = split(given);
  return (
    <Field {...around}>
      {(wiring) => (
        <select
          {...rest}
          {...wiring}
          value={value}
          onChange={(event) => onValue(event.currentTarget.value)}
          class={classes(CONTROL, 'h-9 pr-8')}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Parts what is for the frame from what is for the control. */
function split<Given extends FieldProps>(given: Given): [FieldProps, Omit<Given, keyof FieldProps>] {
  const { label, hint, error, hideLabel, optional, class: extra, ...rest } = given;
  return [
    {
      label,
      hint,
      error,
      class: extra,
      ...(hideLabel === undefined ? {} : { hideLabel }),
      ...(optional === undefined ? {} : { optional }),
    },
    rest,
  ];
}
