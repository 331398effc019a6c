import type { BotStateView } from '../../api/overview.ts';
import { formatNumber, t } from '../../i18n/index.ts';
import { StateBadge } from '../../parts/badge.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';

/** What the gateway offers, and whether it works. */
export function Bots({ bots }: { bots: readonly BotStateView[] }) {
  return (
    <Card title={t('overview.bots')} flush>
      {bots.length === 0 ? (
        <EmptyState icon="chat" title={t('overview.noBots')} text={t('overview.noBotsText')} />
      ) : (
        <Table caption={t('overview.bots')} columns={columns()} rows={bots} keyOf={({ id }) => id} />
      )}
    </Card>
  );
}

function columns(): Column<BotStateView>[] {
  return [
    {
      id: 'bot',
      title: t('overview.bot'),
      cell: ({ id, driver }) => (
        <>
          <span class="font-medium">{id}</span>
          {driver !== id && <span class="block text-xs text-muted">{driver}</span>}
        </>
      ),
    },
    { id: 'state', title: t('overview.state'), cell: (bot) => <State bot={bot} /> },
    {
      id: 'models',
      title: t('overview.models'),
      isExtra: true,
      cell: ({ models }) => <span class="text-soft">{models.join(', ')}</span>,
    },
    {
      id: 'running',
      title: t('overview.runningShort'),
      align: 'right',
      cell: (bot) => formatNumber(bot.running),
    },
    {
      id: 'queued',
      title: t('overview.queuedShort'),
      align: 'right',
      cell: (bot) => formatNumber(bot.queued),
    },
    {
      id: 'channels',
      title: t('overview.channels'),
      align: 'right',
      isExtra: true,
      cell: ({ channels }) => (channels === undefined ? '–' : formatNumber(channels)),
    },
  ];
}

function State({ bot: { state, reason, remedy } }: { bot: BotStateView }) {
  return (
    <>
      <StateBadge state={state} />
      {reason && <span class="mt-1 block max-w-md text-xs text-soft">{reason}</span>}
      {remedy && <span class="block max-w-md text-xs text-muted">{remedy}</span>}
    </>
  );
}
