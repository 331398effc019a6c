import { readOverview } from '../../api/overview.ts';
import { useResource } from '../../api/resource.ts';
import { useRefresh } from '../../app/refresh.ts';
import { me } from '../../app/session.ts';
import { formatAgo, t } from '../../i18n/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { PageHeader } from '../../parts/layout.tsx';
import { ErrorState, Skeleton } from '../../parts/states.tsx';
import { Activity } from './activity.tsx';
import { Bots } from './bots.tsx';
import { Logins } from './logins.tsx';
import { NeedsPerson } from './needs-person.tsx';
import { OwnBots } from './own-bots.tsx';
import { RecentTasks } from './recent-tasks.tsx';
import { Studios } from './studios.tsx';

/** The gateway at a glance; keys without admin rights see their own bots and work. */
export default function Overview() {
  return me.value?.admin ? <AdminOverview /> : <OwnOverview />;
}

function OwnOverview() {
  return (
    <>
      <PageHeader title={t('nav.overview')} text={t('overview.own')} />
      <div class="flex flex-col gap-5">
        <OwnBots />
        <RecentTasks />
      </div>
    </>
  );
}

function AdminOverview() {
  const { data, error, reload } = useResource(readOverview, []);
  useRefresh(reload);
  if (data === undefined) {
    return (
      <>
        <PageHeader title={t('nav.overview')} />
        {error === undefined ? <Placeholder /> : <ErrorState error={error} onRetry={reload} />}
      </>
    );
  }
  const state = data.ready
    ? t('overview.running', { version: data.version, since: formatAgo(data.startedAt, Date.now()) })
    : data.reasons.join(' ');
  return (
    <>
      <PageHeader title={t('nav.overview')} text={state}>
        <Badge tone={data.store.ok ? 'neutral' : 'bad'} dot="still">
          {t(data.store.ok ? 'overview.store' : 'overview.storeBad', { driver: data.store.driver })}
        </Badge>
        <Badge tone={data.ready ? 'ok' : 'bad'} dot="still">
          {t(data.ready ? 'overview.ready' : 'overview.notReady')}
        </Badge>
      </PageHeader>
      <div class="flex flex-col gap-5">
        <NeedsPerson cases={data.needsPerson} onChange={reload} />
        <Activity minutes={data.activity} bots={data.bots} />
        <Bots bots={data.bots} />
        <div class="grid items-start gap-5 xl:grid-cols-2">
          <Studios studios={data.studios} />
          <Logins logins={data.accounts} />
        </div>
        <RecentTasks />
      </div>
    </>
  );
}

function Placeholder() {
  return (
    <div class="flex flex-col gap-5">
      <div class="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {Array.from({ length: 4 }, (_, index) => (
          <Skeleton key={index} class="h-20 rounded-xl" />
        ))}
      </div>
      <Skeleton class="h-56 rounded-xl" />
      <Skeleton class="h-40 rounded-xl" />
    </div>
  );
}
