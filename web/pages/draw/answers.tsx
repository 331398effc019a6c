import type { TaskView } from '../../api/types.ts';
import { go } from '../../app/router.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Markdown } from '../../parts/markdown/markdown.tsx';
import { drawing } from './composer.ts';
import { useOrder } from './use-order.ts';

/** Words that the bot answered: lines of a description or a shortened prompt, each ready to be drawn. */
export function Answers({ task }: { task: TaskView }) {
  const { texts, text } = task;
  if (texts && texts.length > 0) {
    return (
      <ol class="flex flex-col divide-y divide-line rounded-lg border border-line">
        {texts.map((line, index) => (
          <Line key={index} task={task} line={line} number={index + 1} />
        ))}
      </ol>
    );
  }
  return text ? <Markdown text={text} /> : null;
}

function Line({ task, line, number }: { task: TaskView; line: string; number: number }) {
  const { busy, submit } = useOrder();
  const button = task.actions.find(({ kind, index }) => kind === 'imagine-text' && index === number);
  return (
    <li class="flex flex-wrap items-start gap-x-3 gap-y-2 px-3 py-2.5">
      <p class="min-w-0 grow basis-60">{line}</p>
      <span class="flex gap-1">
        <CopyButton text={line} label={t('draw.copyLine', { number })} />
        <Button
          size="small"
          kind="quiet"
          onClick={() => {
            drawing.value = { ...drawing.peek(), words: line };
            go('draw', [], { tab: 'imagine', task: task.id });
          }}
        >
          {t('draw.edit')}
        </Button>
        {button && (
          <Button
            size="small"
            icon="draw"
            busy={busy}
            aria-label={t('draw.drawLine', { number })}
            onClick={() =>
              void submit({
                driver: task.driver,
                verb: 'act',
                parentId: task.id,
                action: { customId: button.customId },
              })
            }
          >
            {t('draw.submit')}
          </Button>
        )}
      </span>
    </li>
  );
}
