import type { ConfigView } from '../../api/config.ts';
import type { Overview } from '../../api/overview.ts';
import { t } from '../../i18n/index.ts';
import { Badge, StateBadge } from '../../parts/badge.tsx';
import { IconButton } from '../../parts/button.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState } from '../../parts/states.tsx';
import type { Opened } from './dialogs.tsx';
import { Figure, Row, Why } from './parts.tsx';
import { type BotRow, botRows } from './rows.ts';

/** The bots that the accounts work for. */
export function Bots({
  config,
  overview,
  onOpen,
}: {
  config: ConfigView;
  overview: Overview;
  onOpen: (opened: Opened) => void;
}) {
  const rows = botRows(config, overview);
  return (
    <Card title={t('accounts.bots')} flush>
      {rows.length === 0 ? (
        <EmptyState icon="chat" title={t('accounts.noBots')} text={t('accounts.noBotsText')} />
      ) : (
        <ul class="divide-y divide-line">
          {rows.map((row) => (
            <Bot key={row.id} row={row} canChange={config.writable} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Bot({
  row: { id, entry, bot },
  canChange,
  onOpen,
}: {
  row: BotRow;
  canChange: boolean;
  onOpen: (opened: Opened) => void;
}) {
  return (
    <Row
      name={id}
      below={entry?.driver ?? bot?.driver}
      state={<BotState bot={bot} />}
      figures={
        bot && (
          <>
            <Figure name={t('accounts.running')} value={bot.running} />
            <Figure name={t('accounts.queued')} value={bot.queued} />
            {bot.channels !== undefined && <Figure name={t('accounts.channels')} value={bot.channels} />}
          </>
        )
      }
    >
      {entry && (
        <IconButton
          icon={canChange ? 'edit' : 'eye'}
          size="small"
          label={t(canChange ? 'accounts.changeOf' : 'accounts.settingsOf', { id })}
          onClick={() => onOpen({ what: 'bot', entry })}
        />
      )}
      {entry && canChange && (
        <IconButton
          icon="trash"
          size="small"
          label={t('accounts.removeOf', { id })}
          onClick={() => onOpen({ what: 'remove', list: 'bots', id })}
        />
      )}
    </Row>
  );
}

function BotState({ bot }: { bot: BotRow['bot'] }) {
  if (bot === undefined) return <Badge>{t('accounts.notYet')}</Badge>;
  const { state, reason, remedy, models } = bot;
  return (
    <>
      <StateBadge state={state} />
      <Why reason={reason} remedy={remedy} />
      <p class="text-xs text-muted [overflow-wrap:anywhere]">{models.join(', ')}</p>
    </>
  );
}
