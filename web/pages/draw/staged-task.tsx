import type { TaskView } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { taskTitle } from '../../parts/action-groups.ts';
import { StatusBadge } from '../../parts/badge.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Card } from '../../parts/layout.tsx';
import { Progress } from '../../parts/progress.tsx';
import { Ago } from '../../parts/time.tsx';
import { Actions } from './actions.tsx';
import { Answers } from './answers.tsx';
import { FormPanel } from './form-panel.tsx';
import { Orders } from './orders.tsx';
import { Results } from './results.tsx';

const OVER = ['succeeded', 'failed', 'timed-out', 'cancelled'];

/** A task from its order to what can be done with its result. */
export function StagedTask({ task }: { task: TaskView }) {
  const isOver = OVER.includes(task.status);
  return (
    <Card>
      <div class="flex flex-col gap-4">
        <Head task={task} />
        {!isOver && task.status !== 'form' && (
          <Progress label={t('draw.progress')} value={task.status === 'running' ? task.percent : undefined} />
        )}
        {task.failure && (
          <div role="alert" class="flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2 text-bad">
            <Icon name="alert" class="mt-0.5" />
            <p class="min-w-0">
              {task.failure.message}
              <span class="block text-xs">{t('error.code', { code: task.failure.code })}</span>
            </p>
          </div>
        )}
        {task.warning && <p class="rounded-lg bg-warn-soft px-3 py-2 text-warn">{task.warning}</p>}
        {task.status === 'form' && <FormPanel task={task} />}
        <Results task={task} />
        <Answers task={task} />
        <Actions task={task} />
      </div>
    </Card>
  );
}

function Head({ task }: { task: TaskView }) {
  const { request, finalPrompt, title } = task;
  const words = request.prompt || finalPrompt || title;
  return (
    <div class="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div class="min-w-0">
        <h2 class="flex flex-wrap items-center gap-2 text-base font-semibold">
          {taskTitle(task)}
          <StatusBadge status={task.status} percent={task.percent} />
        </h2>
        {words && <p class="mt-1 max-w-3xl text-soft">{words}</p>}
        <p class="mt-1 text-xs text-muted">
          {task.bot} · {task.account} · <Ago at={task.submittedAt} />
          {task.seed && <> · {t('draw.seedIs', { seed: task.seed })}</>}
        </p>
      </div>
      <Orders task={task} isOver={OVER.includes(task.status)} />
    </div>
  );
}
