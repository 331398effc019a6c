import type { LogLine } from '../../api/logs.ts';
import { formatTime, t } from '../../i18n/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { asJson, inFull } from './line-text.ts';

const WHOLE: Intl.DateTimeFormatOptions = { dateStyle: 'full', timeStyle: 'long' };

/** All that a line says. */
export function LineDetails({ line, onClose }: { line: LogLine; onClose: () => void }) {
  const { at, level, msg, fields } = line;
  return (
    <Dialog
      title={t('logs.line')}
      onClose={onClose}
      footer={<CopyButton text={asJson(line)} label={t('logs.copyLine')} withText />}
    >
      <p class="mb-3 font-medium whitespace-pre-wrap">{msg}</p>
      <dl class="flex flex-col gap-2.5">
        <Entry name={t('logs.time')} value={formatTime(at, WHOLE)} />
        <Entry name={t('logs.level')} value={t(`logs.level.${level}`)} />
        {Object.entries(fields).map(([name, value]) => (
          <Entry key={name} name={name} value={inFull(value)} isCode />
        ))}
      </dl>
    </Dialog>
  );
}

function Entry({ name, value, isCode = false }: { name: string; value: string; isCode?: boolean }) {
  return (
    <div class="grid gap-x-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <dt class="text-xs leading-5 text-muted">{name}</dt>
      <dd class={isCode ? 'font-mono text-xs leading-5 break-words whitespace-pre-wrap' : undefined}>
        {value}
      </dd>
    </div>
  );
}
