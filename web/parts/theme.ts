/** Light, dark, or as the system says. */
import { effect, signal } from '@preact/signals';

/** What a person can choose. */
export type Theme = 'system' | 'light' | 'dark';

const STORED = 'cordgate.theme';

/** The choice in use. */
export const theme = signal<Theme>(kept());

/** True while dark colours are shown; for what is drawn on a canvas. */
export const isDark = signal(false);

const system = window.matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', () => {
  systemIsDark.value = system.matches;
});

effect(() => {
  const choice = theme.value;
  if (choice === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  isDark.value = choice === 'dark' || (choice === 'system' && systemIsDark.value);
});

/** Changes the theme, and keeps it for the next visit. */
export function chooseTheme(wanted: Theme): void {
  theme.value = wanted;
  localStorage.setItem(STORED, wanted);
}

function kept(): Theme {
  const value = localStorage.getItem(STORED);
  return value === 'light' || value === 'dark' ? value : 'system';
}
