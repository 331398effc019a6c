import { useState } from 'preact/hooks';
import { type KeyView, listKeys, revokeKey } from '../../api/keys.ts';
import { useResource } from '../../api/resource.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/dialog.tsx';
import { Card, PageHeader } from '../../parts/layout.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { toast } from '../../parts/toast.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { KeyTable } from './key-table.tsx';
import { NewKey } from './new-key.tsx';
import { UsageCard } from './usage-card.tsx';

/** What stands above the page. */
type Opened =
  | { readonly what: 'new' }
  | { readonly what: 'change' | 'revoke'; readonly key: KeyView }
  | undefined;

/** Who may call the gateway, and what each caller has used. */
export default function Keys() {
  const { data, error, reload } = useResource(listKeys, []);
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  return (
    <>
      <PageHeader title={t('nav.keys')} text={t('keys.lead')}>
        <Button kind="primary" icon="plus" onClick={() => setOpened({ what: 'new' })}>
          {t('keys.new')}
        </Button>
      </PageHeader>
      <div class="flex flex-col gap-5">
        <Card title={t('keys.title')} flush>
          {data === undefined && error === undefined && (
            <div class="p-4">
              <SkeletonLines />
            </div>
          )}
          {data === undefined && error !== undefined && <ErrorState error={error} onRetry={reload} />}
          {data?.length === 0 && (
            <EmptyState icon="keys" title={t('keys.empty')} text={t('keys.emptyText')} />
          )}
          {data && data.length > 0 && (
            <KeyTable
              keys={data}
              onChange={(key) => setOpened({ what: 'change', key })}
              onRevoke={(key) => setOpened({ what: 'revoke', key })}
            />
          )}
        </Card>
        <UsageCard />
      </div>
      {opened?.what === 'new' && <NewKey onMade={reload} onClose={close} />}
      {opened?.what === 'change' && <KeyDialog changed={opened.key} onDone={reload} onClose={close} />}
      {opened?.what === 'revoke' && <Revoke name={opened.key.name} onDone={reload} onClose={close} />}
    </>
  );
}

function Revoke({ name, onDone, onClose }: { name: string; onDone: () => void; onClose: () => void }) {
  const revoke = async () => {
    await revokeKey(name);
    toast(t('keys.revoked', { name }));
    onDone();
  };
  const isOwn = me.value?.name === name;
  return (
    <ConfirmDialog
      title={t('keys.revokeTitle', { name })}
      text={
        <>
          <p>{t('keys.revokeText')}</p>
          {isOwn && <p class="mt-2 font-medium text-warn">{t('keys.revokeOwn')}</p>}
        </>
      }
      action={t('keys.revoke')}
      onConfirm={revoke}
      onClose={onClose}
    />
  );
}
