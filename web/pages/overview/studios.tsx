import type { AccountView } from '../../api/types.ts';
import { hrefOf } from '../../app/router.ts';
import { formatNumber, t, tOr } from '../../i18n/index.ts';
import { StateBadge } from '../../parts/badge.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';

/** The accounts that draw and film: how full they are, and what keeps them from work. */
export function Studios({ studios }: { studios: readonly AccountView[] }) {
  return (
    <Card
      title={t('overview.studios')}
      flush
      actions={
        <a href={hrefOf('accounts')} class="text-xs text-accent hover:underline">
          {t('overview.manage')}
        </a>
      }
    >
      {studios.length === 0 ? (
        <EmptyState icon="draw" title={t('overview.noStudios')} text={t('overview.noStudiosText')} />
      ) : (
        <Table
          caption={t('overview.studios')}
          columns={columns()}
          rows={studios}
          keyOf={({ account, bot, channelId }) => `${account} ${bot} ${channelId}`}
        />
      )}
    </Card>
  );
}

function columns(): Column<AccountView>[] {
  return [
    {
      id: 'account',
      title: t('overview.account'),
      cell: ({ account, bot }) => (
        <>
          <span class="font-medium">{account}</span>
          <span class="block text-xs text-muted">{bot}</span>
        </>
      ),
    },
    {
      id: 'state',
      title: t('overview.state'),
      cell: ({ state, reason }) => (
        <>
          <StateBadge state={state} />
          {reason && <span class="mt-1 block text-xs text-soft">{tOr(`reason.${reason}`, reason)}</span>}
        </>
      ),
    },
    {
      id: 'running',
      title: t('overview.runningShort'),
      align: 'right',
      cell: ({ running, concurrency }) => of(running, concurrency),
    },
    {
      id: 'queued',
      title: t('overview.queuedShort'),
      align: 'right',
      cell: ({ queued, queueLimit }) => of(queued, queueLimit),
    },
    {
      id: 'today',
      title: t('overview.today'),
      align: 'right',
      isExtra: true,
      cell: ({ sentToday = 0, dailyLimit }) =>
        dailyLimit === undefined ? formatNumber(sentToday) : of(sentToday, dailyLimit),
    },
  ];
}

function of(value: number, limit: number) {
  return (
    <span class="whitespace-nowrap">
      {formatNumber(value)}
      <span class="text-muted"> / {formatNumber(limit)}</span>
    </span>
  );
}
