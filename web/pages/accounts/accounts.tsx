import { useEffect, useState } from 'preact/hooks';
import { readConfig } from '../../api/config.ts';
import { type Overview, readOverview } from '../../api/overview.ts';
import { useResource } from '../../api/resource.ts';
import { useLive } from '../../app/live.ts';
import { useRefresh } from '../../app/refresh.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { PageHeader } from '../../parts/layout.tsx';
import { ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { Bots } from './bots.tsx';
import { type Opened, OpenedDialog } from './dialogs.tsx';
import { Logins } from './logins.tsx';
import { Notes, ReadOnly } from './notices.tsx';
import { withAccount } from './rows.ts';
import { SelfCheck } from './self-check.tsx';
import { Studios } from './studios.tsx';

const SOON_MS = 2_000;

/** Who works for the gateway: how they are, orders for them, and the configuration behind them. */
export default function Accounts() {
  const { data, error, reload, change } = useResource(async (signal) => {
    const [config, overview] = await Promise.all([readConfig(signal), readOverview(signal)]);
    return { config, overview };
  }, []);
  useRefresh(reload);
  useSoon(reload, data?.overview);
  useLive({
    account: (account) => change((all) => ({ ...all, overview: withAccount(all.overview, account) })),
  });
  const [opened, setOpened] = useState<Opened>();
  const [notes, setNotes] = useState<readonly string[]>([]);
  if (data === undefined) {
    return (
      <>
        <PageHeader title={t('nav.accounts')} text={t('accounts.lead')} />
        {error === undefined ? <SkeletonLines count={6} /> : <ErrorState error={error} onRetry={reload} />}
      </>
    );
  }
  const { config, overview } = data;
  return (
    <>
      <PageHeader title={t('nav.accounts')} text={t('accounts.lead')}>
        {config.writable && (
          <>
            <Button icon="plus" onClick={() => setOpened({ what: 'account' })}>
              {t('accounts.addAccount')}
            </Button>
            <Button
              icon="plus"
              disabled={config.accounts.length === 0}
              onClick={() => setOpened({ what: 'bot' })}
            >
              {t('accounts.addBot')}
            </Button>
          </>
        )}
      </PageHeader>
      <div class="flex flex-col gap-5">
        {!config.writable && <ReadOnly config={config} />}
        <Notes notes={notes} onClose={() => setNotes([])} />
        <Logins config={config} overview={overview} onOpen={setOpened} onChange={reload} />
        <Studios studios={overview.studios} onChange={reload} />
        <Bots config={config} overview={overview} onOpen={setOpened} />
        <SelfCheck />
      </div>
      <OpenedDialog
        opened={opened}
        config={config}
        onClose={() => setOpened(undefined)}
        onChanged={(more) => {
          setNotes(more);
          reload();
        }}
      />
    </>
  );
}

/** Logins tell nothing of themselves: while one is under way, it is looked after again soon. */
function useSoon(reload: () => void, overview: Overview | undefined): void {
  useEffect(() => {
    const isUnderWay = overview?.accounts.some(({ state }) => state.endsWith('connecting'));
    if (!isUnderWay) return;
    const timer = window.setTimeout(reload, SOON_MS);
    return () => window.clearTimeout(timer);
  }, [overview]);
}
