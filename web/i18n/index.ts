/** All words of the interface. Texts live in `en/` and `zh/`, one file for each page; both have the same keys (a test holds them together). */
import { computed, signal } from '@preact/signals';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** Languages of the interface. */
export type Language = 'en' | 'zh';

/** Key of a text. */
export type TextKey = keyof typeof en;

/** What is put in place of `{name}` in a text. */
export type TextValues = Readonly<Record<string, string | number>>;

const STORED = 'cordgate.language';
const BOOKS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, zh };

/** The language in use: what was chosen here before, else the browser's. */
export const language = signal<Language>(chosen() ?? ofBrowser());

/** BCP 47 tag of the language in use, for `lang` and for `Intl`: with the region that the browser names. */
export const locale = computed(
  () =>
    navigator.languages.find((tag) => isOf(language.value, tag)) ??
    (language.value === 'zh' ? 'zh-CN' : 'en'),
);

/** Changes the language, and keeps it for the next visit. */
export function chooseLanguage(wanted: Language): void {
  language.value = wanted;
  localStorage.setItem(STORED, wanted);
}

/** A text in the language in use. Components that call it are drawn again when the language changes. */
export function t(key: TextKey, values: TextValues = {}): string {
  return BOOKS[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

type Counted = TextKey extends infer Key ? (Key extends `${infer Base}.one` ? Base : never) : never;

/** A text with a number in it (`{count}`), from the keys `….one` and `….other`. */
export function tn(key: Counted, count: number, values: TextValues = {}): string {
  const form = new Intl.PluralRules(locale.value).select(count) === 'one' ? 'one' : 'other';
  return t(`${key}.${form}` as TextKey, { count: formatNumber(count), ...values });
}

/** The text of a key that is put together from what a server said; the second one when there is no such text. */
export function tOr(key: string, otherwise: string): string {
  return Object.hasOwn(en, key) ? t(key as TextKey) : otherwise;
}

/** `12,345`. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(locale.value, options).format(value);
}

/** Date and time of day, short. @param at milliseconds since the epoch */
export function formatTime(at: number, options: Intl.DateTimeFormatOptions = SHORT): string {
  return new Intl.DateTimeFormat(locale.value, options).format(at);
}

const SHORT: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' };
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `5 minutes ago`. @param now milliseconds since the epoch, like `at` */
export function formatAgo(at: number, now: number): string {
  const [unit, size] = STEPS.find(([, size]) => Math.abs(now - at) >= size) ?? ['second', 1_000];
  const format = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto', style: 'short' });
  return format.format(-Math.max(0, Math.floor((now - at) / size)), unit);
}

/** `1.2 s`, `340 ms`, `2 min`. */
export function formatDuration(ms: number): string {
  const unit = (value: number, name: string, digits: number) =>
    formatNumber(value, { style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: digits });
  if (ms < 1_000) return unit(Math.round(ms), 'millisecond', 0);
  if (ms < 60_000) return unit(ms / 1_000, 'second', 1);
  return unit(ms / 60_000, 'minute', 1);
}

function chosen(): Language | undefined {
  const kept = localStorage.getItem(STORED);
  return kept === 'en' || kept === 'zh' ? kept : undefined;
}

function ofBrowser(): Language {
  const wanted = navigator.languages.find((tag) => isOf('en', tag) || isOf('zh', tag)) ?? 'en';
  return isOf('zh', wanted) ? 'zh' : 'en';
}

function isOf(wanted: Language, tag: string): boolean {
  return tag.toLowerCase().split('-')[0] === wanted;
}
