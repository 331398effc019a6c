import { useEffect, useRef, useState } from 'preact/hooks';
import { type Finding, type FindingCounts, runCheck } from '../../api/config.ts';
import { formatNumber, t } from '../../i18n/index.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/layout.tsx';
import { toastError } from '../../parts/toast.tsx';

const TONES: Readonly<Record<Finding['level'], Tone>> = { error: 'bad', warning: 'warn', ok: 'ok' };
const ORDER: readonly Finding['level'][] = ['error', 'warning', 'ok'];

/** What `cordgate check` does, from here: every finding as it comes, what is wrong first. */
export function SelfCheck() {
  const { findings, counts, isRunning, run, stop } = useCheck();
  return (
    <Card
      title={t('accounts.check')}
      flush
      actions={
        isRunning ? (
          <Button size="small" icon="stop" onClick={stop}>
            {t('accounts.checkStop')}
          </Button>
        ) : (
          <Button size="small" icon="check" onClick={run}>
            {t(findings ? 'accounts.checkAgain' : 'accounts.checkRun')}
          </Button>
        )
      }
    >
      <p role="status" class="px-4 py-3 text-soft">
        {summary(findings, counts, isRunning)}
      </p>
      {findings && findings.length > 0 && (
        <ul class="divide-y divide-line border-t border-line">
          {ORDER.flatMap((level) => findings.filter((finding) => finding.level === level)).map(
            (finding, index) => (
              <FindingRow key={index} finding={finding} />
            ),
          )}
        </ul>
      )}
    </Card>
  );
}

function summary(
  findings: readonly Finding[] | undefined,
  counts: FindingCounts | undefined,
  isRunning: boolean,
): string {
  if (isRunning) return t('accounts.checking', { count: formatNumber(findings?.length ?? 0) });
  if (counts) {
    const { ok, warning, error } = counts;
    const words = { ok: formatNumber(ok), warning: formatNumber(warning), error: formatNumber(error) };
    return t('accounts.checked', words);
  }
  return t(findings ? 'accounts.checkBroken' : 'accounts.checkText');
}

function FindingRow({ finding: { level, about, message, remedy } }: { finding: Finding }) {
  return (
    <li class="flex items-start gap-x-3 gap-y-1 px-4 py-2.5 max-sm:flex-col">
      <span class="w-20 shrink-0">
        <Badge tone={TONES[level]} dot="still">
          {t(`accounts.finding.${level}`)}
        </Badge>
      </span>
      <div class="min-w-0">
        <p class="[overflow-wrap:anywhere]">
          <span class="font-medium">{about}</span> <span class="text-soft">{message}</span>
        </p>
        {remedy && <p class="text-xs text-text">{remedy}</p>}
      </div>
    </li>
  );
}

/** One check at a time; leaving the page ends it. */
function useCheck() {
  const [findings, setFindings] = useState<readonly Finding[]>();
  const [counts, setCounts] = useState<FindingCounts>();
  const [isRunning, setRunning] = useState(false);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = async () => {
    const leaving = new AbortController();
    running.current = leaving;
    setFindings([]);
    setCounts(undefined);
    setRunning(true);
    try {
      setCounts(await runCheck((finding) => setFindings((all = []) => [...all, finding]), leaving.signal));
    } catch (error) {
      if (!leaving.signal.aborted) toastError(error);
    }
    setRunning(false);
  };
  return { findings, counts, isRunning, run: () => void run(), stop: () => running.current?.abort() };
}
