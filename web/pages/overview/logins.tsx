import type { LoginView } from '../../api/overview.ts';
import { t, tOr } from '../../i18n/index.ts';
import { StateBadge } from '../../parts/badge.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';

/** Who is logged in at Discord. */
export function Logins({ logins }: { logins: readonly LoginView[] }) {
  return (
    <Card title={t('overview.logins')} flush>
      {logins.length === 0 ? (
        <EmptyState icon="accounts" title={t('overview.noLogins')} text={t('overview.noLoginsText')} />
      ) : (
        <Table caption={t('overview.logins')} columns={columns()} rows={logins} keyOf={({ id }) => id} />
      )}
    </Card>
  );
}

function columns(): Column<LoginView>[] {
  return [
    {
      id: 'account',
      title: t('overview.account'),
      cell: ({ id, kind }) => (
        <>
          <span class="font-medium">{id}</span>
          <span class="block text-xs text-muted">
            {t(kind === 'bot' ? 'overview.kindBot' : 'overview.kindUser')}
          </span>
        </>
      ),
    },
    {
      id: 'state',
      title: t('overview.state'),
      cell: ({ state, reason, remedy }) => (
        <>
          <StateBadge state={state} />
          {reason && (
            <span class="mt-1 block max-w-xs text-xs text-soft">{tOr(`reason.${reason}`, reason)}</span>
          )}
          {remedy && <span class="block max-w-xs text-xs text-muted">{remedy}</span>}
        </>
      ),
    },
    {
      id: 'since',
      title: t('overview.since'),
      isExtra: true,
      cell: ({ since }) => <Ago at={since} />,
    },
  ];
}
