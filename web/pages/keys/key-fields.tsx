/** What can be said of a key: the fields of both dialogs. */
import type { KeyRights } from '../../api/keys.ts';
import { t } from '../../i18n/index.ts';
import { CheckList } from '../../parts/check-list.tsx';
import { Switch } from '../../parts/choices.tsx';
import { TextField } from '../../parts/field.tsx';

/** Rights as they stand in the fields; the limit as it is typed. */
export interface RightsDraft {
  readonly isForAll: boolean;
  readonly bots: readonly string[];
  readonly admin: boolean;
  readonly limit: string;
}

/** The draft of some rights. */
export function draftOf({
  bots,
  admin,
  requestsPerMinute,
}: {
  bots: readonly string[];
  admin: boolean;
  requestsPerMinute?: number | undefined;
}): RightsDraft {
  const isForAll = bots.includes('*');
  return { isForAll, bots: isForAll ? [] : bots, admin, limit: String(requestsPerMinute ?? '') };
}

/** The rights of a draft. */
export function rightsOf({ isForAll, bots, admin, limit }: RightsDraft): KeyRights {
  return {
    bots: isForAll ? ['*'] : bots,
    admin,
    requestsPerMinute: limit.trim() === '' ? null : Number(limit),
  };
}

/** True when the draft reaches at least one bot. */
export function hasBots({ isForAll, bots }: RightsDraft): boolean {
  return isForAll || bots.length > 0;
}

/** Bots, management, limit. */
export function KeyFields({
  draft,
  botIds,
  botsError,
  onDraft,
}: {
  draft: RightsDraft;
  botIds: readonly string[];
  botsError: string | undefined;
  onDraft: (draft: RightsDraft) => void;
}) {
  // A bot that is gone stays in sight, so that it can be taken out.
  const choices = [...new Set([...botIds, ...draft.bots])].map((value) => ({ value, label: value }));
  return (
    <>
      <Switch
        label={t('keys.allBots')}
        hint={t('keys.allBotsHint')}
        checked={draft.isForAll}
        onValue={(isForAll) => onDraft({ ...draft, isForAll })}
      />
      {!draft.isForAll && (
        <CheckList
          label={t('keys.bots')}
          choices={choices}
          values={draft.bots}
          error={botsError}
          onValues={(bots) => onDraft({ ...draft, bots })}
        />
      )}
      <Switch
        label={t('keys.adminRight')}
        hint={t('keys.adminHint')}
        checked={draft.admin}
        onValue={(admin) => onDraft({ ...draft, admin })}
      />
      <TextField
        type="number"
        min={0}
        step={1}
        optional
        label={t('keys.limit')}
        hint={t('keys.limitHint')}
        value={draft.limit}
        onValue={(limit) => onDraft({ ...draft, limit })}
        class="max-w-64"
      />
    </>
  );
}
