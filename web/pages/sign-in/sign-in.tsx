import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { Brand } from '../../app/navigation.tsx';
import { LanguageChoice, ThemeChoice } from '../../app/preferences.tsx';
import { session, signIn } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { classes } from '../../parts/classes.ts';
import { errorText } from '../../parts/error-text.ts';
import { CONTROL, Field, inputType } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';

/** Asks for a key. The page that the address names is shown afterwards. */
export function SignIn() {
  return (
    <main class="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-5 py-10">
      <Brand />
      <div>
        <h1 class="text-2xl font-semibold tracking-tight">{t('signIn.title')}</h1>
        <p class="mt-1 text-muted">{t('signIn.lead')}</p>
      </div>
      <WhyOut />
      <KeyForm />
      <div class="flex items-center justify-between">
        <ThemeChoice />
        <LanguageChoice />
      </div>
    </main>
  );
}

function WhyOut() {
  const current = session.value;
  if (current.state !== 'out' || current.why === undefined) return null;
  return (
    <p role="alert" class="flex items-start gap-2 rounded-lg bg-warn-soft px-3 py-2 text-warn">
      <Icon name="alert" class="mt-0.5" />
      {t(`signIn.${current.why}`)}
    </p>
  );
}

function KeyForm() {
  const [key, setKey] = useState('');
  const [isShown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async () => {
    if (key.trim() === '') return setError(t('signIn.empty'));
    setBusy(true);
    try {
      await signIn(key.trim());
    } catch (thrown) {
      const isWrong = thrown instanceof ApiError && thrown.status === 401;
      setError(isWrong ? t('signIn.wrong') : errorText(thrown).message);
      setBusy(false);
    }
  };
  return (
    <form
      class="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field label={t('signIn.key')} hint={t('signIn.keyHint')} error={error}>
        {(wiring) => (
          <div class="relative">
            <input
              {...wiring}
              type={inputType(isShown ? 'text' : 'password')}
              autocomplete="off"
              spellcheck={false}
              value={key}
              onInput={(event) => {
                setKey(event.currentTarget.value);
                setError(undefined);
              }}
              class={classes(CONTROL, 'h-10 pr-11 font-mono')}
            />
            <IconButton
              icon="eye"
              size="small"
              label={t(isShown ? 'signIn.hide' : 'signIn.show')}
              aria-pressed={isShown}
              class="absolute top-1.5 right-1.5"
              onClick={() => setShown(!isShown)}
            />
          </div>
        )}
      </Field>
      <Button kind="primary" type="submit" busy={busy} class="h-10!">
        {t('signIn.submit')}
      </Button>
    </form>
  );
}
