import { useState } from 'preact/hooks';
import { orderAccount } from '../../api/overview.ts';
import type { AccountView } from '../../api/types.ts';
import { t, tOr } from '../../i18n/index.ts';
import { Badge, StateBadge } from '../../parts/badge.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { Card } from '../../parts/layout.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { toast, toastError } from '../../parts/toast.tsx';
import { Figure, Row, Why } from './parts.tsx';

type Order = Parameters<typeof orderAccount>[1];

const ICONS: Readonly<Record<Order, IconName>> = { pause: 'pause', resume: 'play', drain: 'down' };

/** What may be ordered in each state. */
const ORDERS: Readonly<Record<AccountView['state'], readonly Order[]>> = {
  ready: ['pause', 'drain'],
  offline: ['pause', 'drain'],
  paused: ['resume'],
  draining: ['resume', 'pause'],
  disabled: ['resume'],
};

/** The accounts that draw and film, channel by channel. */
export function Studios({ studios, onChange }: { studios: readonly AccountView[]; onChange: () => void }) {
  return (
    <Card title={t('accounts.studios')} flush>
      {studios.length === 0 ? (
        <EmptyState icon="draw" title={t('accounts.noStudios')} text={t('accounts.noStudiosText')} />
      ) : (
        <ul class="divide-y divide-line">
          {studios.map((studio) => (
            <Studio
              key={`${studio.account} ${studio.bot} ${studio.channelId}`}
              studio={studio}
              onChange={onChange}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Studio({ studio, onChange }: { studio: AccountView; onChange: () => void }) {
  const { account, bot, channelId, state, reason, text, remedy, link, since, fast } = studio;
  return (
    <Row
      name={`${account} · ${bot}`}
      below={<span class="font-mono [overflow-wrap:anywhere]">#{channelId}</span>}
      state={
        <>
          <span class="flex flex-wrap items-center gap-2">
            <StateBadge state={state} />
            {state !== 'ready' && (
              <span class="text-xs text-muted">
                <Ago at={since} />
              </span>
            )}
            {!fast && <Badge>{t('accounts.relax')}</Badge>}
          </span>
          <Why
            reason={reason && tOr(`reason.${reason}`, reason)}
            text={reason === 'operator' ? undefined : text}
            remedy={remedy}
          />
          {link && <DiscordLink link={link} />}
        </>
      }
      figures={<Figures studio={studio} />}
    >
      {ordersFor(studio).map((order) => (
        <OrderButton key={order} order={order} account={account} bot={bot} onDone={onChange} />
      ))}
    </Row>
  );
}

/** No order brings back a dead token: that takes a new one, or a new login. */
function ordersFor({ state, reason }: AccountView): readonly Order[] {
  return state === 'disabled' && reason === 'token_invalid' ? [] : ORDERS[state];
}

function Figures({ studio }: { studio: AccountView }) {
  const { running, concurrency, queued, queueLimit, sentToday = 0, dailyLimit } = studio;
  return (
    <>
      <Figure name={t('accounts.running')} value={running} limit={concurrency} />
      <Figure name={t('accounts.queued')} value={queued} limit={queueLimit} />
      <Figure name={t('accounts.today')} value={sentToday} limit={dailyLimit} />
    </>
  );
}

function DiscordLink({ link }: { link: string }) {
  return (
    <a href={link} target="_blank" rel="noreferrer" class={buttonClass('plain', 'small')}>
      {t('accounts.openDiscord')}
      <Icon name="external" size={12} />
      <span class="sr-only">{t('common.newTab')}</span>
    </a>
  );
}

function OrderButton({
  order,
  account,
  bot,
  onDone,
}: {
  order: Order;
  account: string;
  bot: string;
  onDone: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const give = async () => {
    setBusy(true);
    try {
      await orderAccount(account, order, bot);
      toast(t(`accounts.done.${order}`, { account, bot }));
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
    onDone();
  };
  return (
    <Button
      size="small"
      icon={ICONS[order]}
      busy={busy}
      title={t(`accounts.hint.${order}`)}
      onClick={() => void give()}
    >
      {t(`accounts.order.${order}`)}
      <span class="sr-only">
        {account} · {bot}
      </span>
    </Button>
  );
}
