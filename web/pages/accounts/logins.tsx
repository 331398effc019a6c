import { useState } from 'preact/hooks';
import { type ConfigView, reconnect } from '../../api/config.ts';
import type { Overview } from '../../api/overview.ts';
import { t, tOr } from '../../i18n/index.ts';
import { Badge, StateBadge } from '../../parts/badge.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { toast, toastError } from '../../parts/toast.tsx';
import type { Opened } from './dialogs.tsx';
import { Figure, Row, Why } from './parts.tsx';
import { type LoginRow, loginRows } from './rows.ts';

/** The accounts, and how their connections to Discord are. */
export function Logins({
  config,
  overview,
  onOpen,
  onChange,
}: {
  config: ConfigView;
  overview: Overview;
  onOpen: (opened: Opened) => void;
  onChange: () => void;
}) {
  const rows = loginRows(config, overview);
  return (
    <Card title={t('accounts.logins')} flush>
      {rows.length === 0 ? (
        <EmptyState icon="accounts" title={t('accounts.noLogins')} text={t('accounts.noLoginsText')} />
      ) : (
        <ul class="divide-y divide-line">
          {rows.map((row) => (
            <Login key={row.id} row={row} canChange={config.writable} onOpen={onOpen} onChange={onChange} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Login({
  row: { id, entry, login, sentToday },
  canChange,
  onOpen,
  onChange,
}: {
  row: LoginRow;
  canChange: boolean;
  onOpen: (opened: Opened) => void;
  onChange: () => void;
}) {
  const kind = entry?.kind ?? login?.kind;
  const dailyLimit = entry?.dailyLimit;
  const figures = (sentToday !== undefined || dailyLimit !== undefined) && (
    <Figure name={t('accounts.today')} value={sentToday ?? 0} limit={dailyLimit} />
  );
  return (
    <Row
      name={id}
      below={t(kind === 'bot' ? 'accounts.kind.bot' : 'accounts.kind.user')}
      state={<LoginState login={login} hasToken={entry?.hasToken ?? true} />}
      figures={figures}
    >
      {login?.enabled && <LogInAgain account={id} onDone={onChange} />}
      {entry && (
        <IconButton
          icon={canChange ? 'edit' : 'eye'}
          size="small"
          label={t(canChange ? 'accounts.changeOf' : 'accounts.settingsOf', { id })}
          onClick={() => onOpen({ what: 'account', entry })}
        />
      )}
      {entry && canChange && (
        <IconButton
          icon="trash"
          size="small"
          label={t('accounts.removeOf', { id })}
          onClick={() => onOpen({ what: 'remove', list: 'accounts', id })}
        />
      )}
    </Row>
  );
}

function LoginState({ login, hasToken }: { login: LoginRow['login']; hasToken: boolean }) {
  if (login === undefined) return <Badge>{t('accounts.notYet')}</Badge>;
  const { state, reason, remedy, since } = login;
  return (
    <>
      <span class="flex flex-wrap items-center gap-2">
        <StateBadge state={state} />
        <span class="text-xs text-muted">
          <Ago at={since} />
        </span>
        {!hasToken && <Badge tone="bad">{t('accounts.noToken')}</Badge>}
      </span>
      <Why reason={reason && tOr(`reason.${reason}`, reason)} remedy={remedy} />
    </>
  );
}

function LogInAgain({ account, onDone }: { account: string; onDone: () => void }) {
  const [busy, setBusy] = useState(false);
  const logIn = async () => {
    setBusy(true);
    try {
      const { state, reason = '' } = await reconnect(account);
      const said = tOr(`state.${state}`, state);
      if (state === 'ready') toast(t('accounts.loggedIn', { account }));
      else toast(t('accounts.loggedInNot', { account, state: [said, reason].filter(Boolean).join(', ') }));
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
    onDone();
  };
  return (
    <Button size="small" icon="retry" busy={busy} onClick={() => void logIn()}>
      {t('accounts.logIn')}
      <span class="sr-only">{account}</span>
    </Button>
  );
}
