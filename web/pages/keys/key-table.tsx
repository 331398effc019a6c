import type { KeyView } from '../../api/keys.ts';
import { me } from '../../app/session.ts';
import { formatNumber, formatTime, t } from '../../i18n/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { IconButton } from '../../parts/button.tsx';
import { type Column, Table } from '../../parts/table.tsx';

interface Orders {
  readonly onChange: (key: KeyView) => void;
  readonly onRevoke: (key: KeyView) => void;
}

/** All keys; those of the file can be seen here, and changed there. */
export function KeyTable({ keys, ...orders }: Orders & { keys: readonly KeyView[] }) {
  return (
    <Table
      caption={t('keys.title')}
      columns={columns(orders)}
      rows={keys}
      keyOf={({ source, name }) => `${source} ${name}`}
    />
  );
}

function columns({ onChange, onRevoke }: Orders): Column<KeyView>[] {
  return [
    { id: 'name', title: t('keys.name'), cell: (key) => <Name of={key} /> },
    {
      id: 'bots',
      title: t('keys.bots'),
      cell: ({ bots }) => (
        <span class="block min-w-20">{bots.includes('*') ? t('keys.allBots') : bots.join(', ')}</span>
      ),
    },
    {
      id: 'limit',
      title: t('keys.limit'),
      align: 'right',
      isExtra: true,
      cell: ({ requestsPerMinute }) => limitText(requestsPerMinute),
    },
    {
      id: 'source',
      title: t('keys.source'),
      isExtra: true,
      cell: ({ source, createdAt }) => (
        <span class="text-soft">
          {source === 'file' ? t('keys.fromFile') : t('keys.made', { at: dayOf(createdAt) })}
        </span>
      ),
    },
    {
      id: 'orders',
      title: t('keys.orders'),
      hideTitle: true,
      align: 'right',
      cell: (key) =>
        key.source === 'made' && (
          <span class="flex justify-end gap-1">
            <IconButton
              icon="edit"
              size="small"
              label={t('keys.changeOf', { name: key.name })}
              onClick={() => onChange(key)}
            />
            <IconButton
              icon="trash"
              size="small"
              label={t('keys.revokeOf', { name: key.name })}
              onClick={() => onRevoke(key)}
            />
          </span>
        ),
    },
  ];
}

function Name({ of: { name, admin, requestsPerMinute } }: { of: KeyView }) {
  return (
    <span class="flex flex-wrap items-center gap-1.5">
      <span class="max-w-72 font-medium [overflow-wrap:anywhere]">{name}</span>
      {admin && <Badge tone="accent">{t('keys.admin')}</Badge>}
      {me.value?.name === name && <Badge>{t('keys.own')}</Badge>}
      {requestsPerMinute !== undefined && (
        <span class="w-full text-xs text-muted md:hidden">
          {t('keys.limit')}: {limitText(requestsPerMinute)}
        </span>
      )}
    </span>
  );
}

function limitText(limit: number | undefined): string {
  if (limit === undefined) return t('keys.usualLimit');
  return limit === 0 ? t('keys.noLimit') : formatNumber(limit);
}

function dayOf(at: number | undefined): string {
  return at === undefined ? '' : formatTime(at, { dateStyle: 'medium' });
}
