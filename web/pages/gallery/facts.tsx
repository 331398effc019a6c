import type { ComponentChildren } from 'preact';
import type { TaskView } from '../../api/types.ts';
import { hrefOf } from '../../app/router.ts';
import { formatDuration, formatTime, t } from '../../i18n/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Card } from '../../parts/layout.tsx';

/** What was asked, by whom, when. */
export function Facts({ task }: { task: TaskView }) {
  const { request, startedAt, finishedAt, submittedAt } = task;
  const { action, form } = request;
  return (
    <Card title={t('gallery.order')}>
      {request.prompt && <p class="mb-3 whitespace-pre-wrap">{request.prompt}</p>}
      <dl class="flex flex-col gap-1.5 text-[0.8125rem]">
        <Fact name={t('gallery.id')}>
          <span class="-my-1.5 flex items-center gap-1 font-mono text-xs">
            <span class="min-w-0 break-all">{task.id}</span>
            <CopyButton text={task.id} label={t('gallery.copyId')} />
          </span>
        </Fact>
        <Fact name={t('gallery.finalPrompt')}>{task.finalPrompt !== request.prompt && task.finalPrompt}</Fact>
        <Fact name={t('gallery.parent')}>
          {request.parentId && (
            <a href={hrefOf('gallery', [request.parentId])} class="text-accent underline underline-offset-2">
              {request.parentId}
            </a>
          )}
        </Fact>
        <Fact name={t('gallery.button')}>{action && (action.label || action.emoji || action.kind)}</Fact>
        <Fact name={t('gallery.formWords')}>{form?.prompt}</Fact>
        <Fact name={t('gallery.mask')}>{form?.hasMask && t('common.yes')}</Fact>
        <Fact name={t('gallery.mode')}>{request.mode}</Fact>
        <Fact name={t('gallery.variant')}>{request.variant}</Fact>
        <Fact name={t('gallery.shape')}>{request.dimensions}</Fact>
        <Fact name={t('gallery.motion')}>{request.motion}</Fact>
        <Fact name={t('gallery.sentPictures')}>{request.files > 0 && request.files}</Fact>
        <Fact name={t('gallery.links')}>{request.links.length > 0 && request.links.join('\n')}</Fact>
        <Fact name={t('gallery.seed')}>{task.seed}</Fact>
        <Fact name={t('gallery.model')}>{task.model}</Fact>
        <Fact name={t('gallery.whose')}>{task.key}</Fact>
        <Fact name={t('gallery.state')}>{task.state}</Fact>
        <Fact name={t('gallery.notify')}>{task.notify?.origin}</Fact>
        <Fact name={t('gallery.submitted')}>{formatTime(submittedAt, EXACT)}</Fact>
        <Fact name={t('gallery.waited')}>{startedAt && formatDuration(startedAt - submittedAt)}</Fact>
        <Fact name={t('gallery.took')}>
          {finishedAt && formatDuration(finishedAt - (startedAt ?? submittedAt))}
        </Fact>
      </dl>
    </Card>
  );
}

const EXACT: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'medium' };

/** Ids by which the task is found on Discord. */
export function Trace({ task }: { task: TaskView }) {
  const ids = Object.entries({ guildId: task.guildId, channelId: task.channelId, ...task.trace });
  return (
    <Card title={t('gallery.trace')}>
      <dl class="flex flex-col gap-1.5 text-[0.8125rem]">
        {ids.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value !== undefined && <span class="font-mono text-xs">{value}</span>}
          </Fact>
        ))}
      </dl>
    </Card>
  );
}

/** A line of a list of facts; none at all when there is nothing to say. */
function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === undefined || children === false || children === '' || children === 0) return null;
  return (
    <div class="grid grid-cols-[8.75rem_minmax(0,1fr)] gap-2 max-sm:grid-cols-[6.5rem_minmax(0,1fr)]">
      <dt class="min-w-0 break-words text-muted">{name}</dt>
      <dd class="min-w-0 break-words whitespace-pre-wrap">{children}</dd>
    </div>
  );
}
