import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { SignIn } from '../pages/sign-in/sign-in.tsx';
import { Spinner } from '../parts/spinner.tsx';
import { Toasts } from '../parts/toast.tsx';
import { startLive } from './live.ts';
import { session } from './session.ts';
import { Shell } from './shell.tsx';

/** The whole interface: the sign-in page, or the pages. */
export function App() {
  const { state } = session.value;
  return (
    <>
      {state === 'checking' && <Waiting />}
      {state === 'out' && <SignIn />}
      {state === 'in' && <SignedIn />}
      <Toasts />
    </>
  );
}

function SignedIn() {
  useEffect(() => {
    const leaving = new AbortController();
    startLive(leaving.signal);
    return () => leaving.abort();
  }, []);
  return <Shell />;
}

function Waiting() {
  return (
    <main class="flex min-h-dvh items-center justify-center gap-2 text-muted">
      <Spinner />
      <p role="status">{t('common.loading')}</p>
    </main>
  );
}
