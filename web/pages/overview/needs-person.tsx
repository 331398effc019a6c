import { useState } from 'preact/hooks';
import { orderAccount, type PersonNeeded } from '../../api/overview.ts';
import { t, tn, tOr } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Ago } from '../../parts/time.tsx';
import { toast, toastError } from '../../parts/toast.tsx';

/** What only a person can mend comes first: why, in whose words, where to act, and how to go on afterwards. */
export function NeedsPerson({ cases, onChange }: { cases: readonly PersonNeeded[]; onChange: () => void }) {
  if (cases.length === 0) {
    return (
      <p class="flex items-center gap-2 text-soft">
        <Icon name="check" class="text-ok" />
        {t('overview.nobodyNeeded')}
      </p>
    );
  }
  return (
    <section aria-labelledby="needs-person" class="rounded-xl border border-warn bg-warn-soft">
      <h2 id="needs-person" class="flex items-center gap-2 px-4 pt-3 font-semibold text-warn">
        <Icon name="alert" />
        {tn('overview.needed', cases.length)}
      </h2>
      <ul class="divide-y divide-line">
        {cases.map((entry) => (
          <Case
            key={`${entry.account} ${entry.bot ?? ''} ${entry.reason}`}
            entry={entry}
            onChange={onChange}
          />
        ))}
      </ul>
    </section>
  );
}

function Case({ entry, onChange }: { entry: PersonNeeded; onChange: () => void }) {
  const { account, bot, reason, text, link, remedy, since } = entry;
  return (
    <li class="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 px-4 py-3">
      <div class="min-w-0 max-w-2xl">
        <p class="flex flex-wrap items-baseline gap-x-2.5">
          <span class="font-medium">{bot ? `${account} · ${bot}` : account}</span>
          <span class="text-warn">{tOr(`reason.${reason}`, reason)}</span>
          <span class="text-xs text-soft">
            <Ago at={since} />
          </span>
        </p>
        {text && <blockquote class="mt-1 border-l-2 border-line-strong pl-2.5 text-soft">{text}</blockquote>}
        {remedy && <p class="mt-1">{remedy}</p>}
      </div>
      <div class="flex flex-wrap gap-2">
        {link && (
          <a href={link} target="_blank" rel="noreferrer" class={buttonClass('plain')}>
            {t('overview.openDiscord')}
            <Icon name="external" size={14} />
            <span class="sr-only">{t('common.newTab')}</span>
          </a>
        )}
        {bot && <ResumeButton account={account} bot={bot} onChange={onChange} />}
      </div>
    </li>
  );
}

function ResumeButton({ account, bot, onChange }: { account: string; bot: string; onChange: () => void }) {
  const [busy, setBusy] = useState(false);
  const resume = async () => {
    setBusy(true);
    try {
      await orderAccount(account, 'resume', bot);
      toast(t('overview.resumed', { account }));
      onChange();
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
  };
  return (
    <Button kind="plain" icon="play" busy={busy} onClick={() => void resume()}>
      {t('overview.resume')}
    </Button>
  );
}
