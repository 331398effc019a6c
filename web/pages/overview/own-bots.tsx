import { useResource } from '../../api/resource.ts';
import { listAccounts } from '../../api/tasks.ts';
import type { ModelView } from '../../api/types.ts';
import { useLive } from '../../app/live.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../parts/layout.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Studios } from './studios.tsx';

/** What a key without admin rights may use, and the accounts behind it. */
export function OwnBots() {
  const { data, error, reload } = useResource(listAccounts, []);
  useLive({ account: reload, gap: reload });
  const models = me.value?.models ?? [];
  return (
    <>
      <Card title={t('overview.models')} flush>
        {models.length === 0 ? (
          <EmptyState icon="keys" title={t('overview.noModels')} text={t('overview.noModelsText')} />
        ) : (
          <Table caption={t('overview.models')} columns={columns()} rows={models} keyOf={({ id }) => id} />
        )}
      </Card>
      {data && data.accounts.length > 0 && <Studios studios={data.accounts} />}
      {data === undefined && error === undefined && <SkeletonLines />}
      {data === undefined && error !== undefined && <ErrorState error={error} onRetry={reload} />}
    </>
  );
}

function columns(): Column<ModelView>[] {
  return [
    { id: 'model', title: t('overview.model'), cell: ({ id }) => <span class="font-medium">{id}</span> },
    { id: 'kind', title: t('overview.kind'), cell: ({ kind }) => t(`overview.kind.${kind}`) },
    { id: 'bots', title: t('overview.bots'), cell: ({ bots }) => bots.join(', ') },
  ];
}
