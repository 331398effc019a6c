import { addressOf } from '../api/client.ts';
import { chooseLanguage, type Language, language, t } from '../i18n/index.ts';
import { IconButton } from '../parts/button.tsx';
import { classes } from '../parts/classes.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { chooseTheme, type Theme, theme } from '../parts/theme.ts';
import { ConnectionMark } from './connection.tsx';
import { me, ownKey, signOut } from './session.ts';

const THEMES: readonly (readonly [Theme, IconName])[] = [
  ['system', 'monitor'],
  ['light', 'sun'],
  ['dark', 'moon'],
];

/** Connection, theme, language, and who is signed in. */
export function Preferences() {
  return (
    <div class="flex flex-col gap-3">
      <div class="flex items-center justify-between px-2">
        <ConnectionMark />
        <a
          href={addressOf('docs')}
          target="_blank"
          rel="noreferrer"
          class="flex items-center gap-1 text-xs text-soft hover:text-text hover:underline"
        >
          {t('nav.api')}
          <Icon name="external" size={12} />
          <span class="sr-only">{t('common.newTab')}</span>
        </a>
      </div>
      <div class="flex items-center justify-between gap-2 px-2">
        <ThemeChoice />
        <LanguageChoice />
      </div>
      <Who />
    </div>
  );
}

/** Symbols with a name for each; for the sign-in page as well. */
export function ThemeChoice() {
  return (
    <fieldset class="flex gap-0.5 rounded-lg border border-line bg-sunken p-0.5">
      <legend class="sr-only">{t('shell.theme')}</legend>
      {THEMES.map(([value, icon]) => (
        <label
          key={value}
          title={t(`shell.theme.${value}`)}
          class={classes(
            'relative flex h-6 w-8 cursor-pointer items-center justify-center rounded-md has-focus-visible:outline-2 has-focus-visible:outline-accent',
            theme.value === value
              ? 'bg-raised text-text shadow-[0_1px_2px_var(--shadow)]'
              : 'text-muted hover:text-text',
          )}
        >
          <input
            type="radio"
            name="theme"
            value={value}
            aria-label={t(`shell.theme.${value}`)}
            checked={theme.value === value}
            onChange={() => chooseTheme(value)}
            class="absolute inset-0 cursor-pointer opacity-0"
          />
          <Icon name={icon} size={14} />
        </label>
      ))}
    </fieldset>
  );
}

/** Each language by its own name. */
export function LanguageChoice() {
  return (
    <select
      aria-label={t('shell.language')}
      value={language.value}
      onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
      class="h-7 rounded-lg border border-line-strong bg-surface px-1.5 text-xs"
    >
      <option value="en">English</option>
      <option value="zh" lang="zh-CN">
        简体中文
      </option>
    </select>
  );
}

function Who() {
  const { name = '', admin = false } = me.value ?? {};
  const hasKey = ownKey.value !== undefined;
  return (
    <div class="flex items-center gap-2 rounded-lg bg-sunken py-1 pr-1 pl-2.5">
      <p class="min-w-0 grow truncate text-xs text-soft">
        {hasKey ? t('shell.signedInAs', { name }) : t('shell.noKey')}
        {admin && <span class="text-muted"> · {t('shell.admin')}</span>}
      </p>
      {hasKey && <IconButton icon="signOut" size="small" label={t('shell.signOut')} onClick={signOut} />}
    </div>
  );
}
