import type { ConversationView } from '../../api/conversations.ts';
import { hrefOf } from '../../app/router.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { IconButton } from '../../parts/button.tsx';
import { Ago } from '../../parts/time.tsx';

/** Pixels of a row. */
export const ROW_HEIGHT = 60;

/** One conversation: its name leads into the playground. */
export function Row({
  one,
  onRename,
  onDelete,
}: {
  one: ConversationView;
  onRename: () => void;
  onDelete: () => void;
}) {
  const { name, bot, key, given, createdAt } = one;
  const isForeign = !given && key !== me.value?.name;
  return (
    <div class="flex h-full items-center gap-2 border-b border-line pr-2 in-[li:last-child]:border-b-0">
      <a
        href={hrefOf('chat', [], { conversation: name, bot, key })}
        aria-label={t('conversations.open', { name })}
        class="flex h-full min-w-0 grow flex-col justify-center px-4 outline-offset-[-2px] hover:bg-hover"
      >
        <span class="truncate font-medium">{name}</span>
        <span class="truncate text-xs text-muted">
          {bot}
          {isForeign && <> · {t('conversations.of', { key })}</>}
          {createdAt > 0 && (
            <>
              {' · '}
              <Ago at={createdAt} />
            </>
          )}
        </span>
      </a>
      {given ? (
        <Badge>{t('conversations.given')}</Badge>
      ) : (
        <span class="flex">
          <IconButton icon="edit" label={t('conversations.renameOf', { name })} onClick={onRename} />
          <IconButton icon="trash" label={t('conversations.deleteOf', { name })} onClick={onDelete} />
        </span>
      )}
    </div>
  );
}
