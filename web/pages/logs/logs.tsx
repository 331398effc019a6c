import { useState } from 'preact/hooks';
import type { FollowState } from '../../api/follow.ts';
import type { LogLine } from '../../api/logs.ts';
import { t, tn } from '../../i18n/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card, PageHeader } from '../../parts/layout.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { Filters, filterOfAddress } from './filters.tsx';
import { LineDetails } from './line-details.tsx';
import { LineList } from './line-list.tsx';
import { useLog } from './use-log.ts';

/** What the gateway logs, as it happens. */
export default function Logs() {
  const filter = filterOfAddress();
  const log = useLog(filter);
  const [opened, setOpened] = useState<LogLine>();
  return (
    <>
      <PageHeader title={t('nav.logs')} text={t('logs.lead')}>
        <StreamState state={log.state} isPaused={log.isPaused} />
      </PageHeader>
      <div class="mb-3 flex flex-wrap items-center justify-between gap-2.5">
        <Filters />
        <div class="flex flex-wrap items-center gap-2">
          {log.isPaused && log.waiting > 0 && (
            <span class="text-xs text-soft">{tn('logs.waiting', log.waiting)}</span>
          )}
          <Button icon={log.isPaused ? 'play' : 'pause'} onClick={() => log.setPaused(!log.isPaused)}>
            {t(log.isPaused ? 'logs.resume' : 'logs.pause')}
          </Button>
          <Button icon="trash" disabled={log.kept.rows.length === 0} onClick={log.clear}>
            {t('logs.clear')}
          </Button>
        </div>
      </div>
      <Card flush>
        <Lines log={log} isFiltered={filter.text !== ''} onOpen={setOpened} />
      </Card>
      {opened && <LineDetails line={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function Lines({
  log: { kept, state, error, retry },
  isFiltered,
  onOpen,
}: {
  log: ReturnType<typeof useLog>;
  isFiltered: boolean;
  onOpen: (line: LogLine) => void;
}) {
  if (error !== undefined) return <ErrorState error={error} onRetry={retry} />;
  if (kept.rows.length > 0) return <LineList kept={kept} onOpen={onOpen} />;
  if (state.name === 'connecting') {
    return (
      <div class="p-4">
        <SkeletonLines count={6} />
      </div>
    );
  }
  const [title, text] = isFiltered
    ? (['logs.noMatch', 'logs.noMatchText'] as const)
    : (['logs.empty', 'logs.emptyText'] as const);
  return <EmptyState icon="logs" title={t(title)} text={t(text)} />;
}

function StreamState({ state, isPaused }: { state: FollowState; isPaused: boolean }) {
  if (state.name === 'live' && isPaused) return <Badge dot="still">{t('logs.paused')}</Badge>;
  return (
    <span role="status">
      <Badge tone={state.name === 'live' ? 'ok' : 'warn'} dot={state.name === 'live' ? 'pulsing' : 'still'}>
        {t(`live.${state.name}`)}
      </Badge>
    </span>
  );
}
