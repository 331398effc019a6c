import { useState } from 'preact/hooks';
import {
  type ConversationView,
  createConversation,
  deleteConversation,
  listConversations,
  renameConversation,
} from '../../api/conversations.ts';
import { type Resource, useResource } from '../../api/resource.ts';
import { useLive } from '../../app/live.ts';
import { go } from '../../app/router.ts';
import { me } from '../../app/session.ts';
import { t, tn } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { ConversationNameDialog } from '../../parts/conversation-name-dialog.tsx';
import { ConfirmDialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import { Card, PageHeader } from '../../parts/layout.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { toast } from '../../parts/toast.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { ROW_HEIGHT, Row } from './row.tsx';

type Asked =
  | { readonly kind: 'create' }
  | { readonly kind: 'rename' | 'delete'; readonly one: ConversationView };

/** Lasting conversations: one's own, for admins everybody's. */
export default function Conversations() {
  const all = useResource(listConversations, []);
  const [asked, setAsked] = useState<Asked>();
  // What happened while the connection was lost is in no event.
  useLive({ gap: all.reload });
  return (
    <>
      <PageHeader title={t('nav.conversations')} text={t('conversations.lead')}>
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: 'create' })}>
          {t('conversations.new')}
        </Button>
      </PageHeader>
      <Listed all={all} onAsk={setAsked} />
      {asked && <Question asked={asked} onChange={all.reload} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Listed({
  all: { data, error, reload },
  onAsk,
}: {
  all: Resource<readonly ConversationView[]>;
  onAsk: (asked: Asked) => void;
}) {
  const [words, setWords] = useState('');
  if (data === undefined) {
    return (
      <Card>{error === undefined ? <SkeletonLines /> : <ErrorState error={error} onRetry={reload} />}</Card>
    );
  }
  if (data.length === 0) {
    return (
      <Card>
        <EmptyState
          icon="conversations"
          title={t('conversations.empty')}
          text={t('conversations.emptyText')}
        />
      </Card>
    );
  }
  const found = sorted(data).filter((one) => holds(one, words));
  return (
    <div class="flex flex-col gap-3">
      <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <TextField
          type="search"
          label={t('conversations.search')}
          hideLabel
          placeholder={t('conversations.search')}
          value={words}
          onValue={setWords}
          class="w-72 max-w-full max-sm:w-full"
        />
        <p role="status" class="text-xs text-muted">
          {tn('conversations.count', found.length)}
        </p>
      </div>
      <Card flush>
        {found.length === 0 ? (
          <EmptyState
            icon="search"
            title={t('conversations.noMatch')}
            text={t('conversations.noMatchText', { words })}
          />
        ) : (
          <VirtualList
            label={t('conversations.list')}
            rows={found}
            rowHeight={ROW_HEIGHT}
            keyOf={({ bot, channelId }) => `${bot} ${channelId}`}
            render={(one) => (
              <Row
                one={one}
                onRename={() => onAsk({ kind: 'rename', one })}
                onDelete={() => onAsk({ kind: 'delete', one })}
              />
            )}
          />
        )}
      </Card>
    </div>
  );
}

function Question({ asked, onChange, onClose }: { asked: Asked; onChange: () => void; onClose: () => void }) {
  if (asked.kind === 'create') {
    return (
      <ConversationNameDialog
        title={t('conversations.new')}
        action={t('conversations.create')}
        bots={talkingBots()}
        onClose={onClose}
        onName={async (name, bot) => {
          const made = await createConversation(name, bot);
          toast(t('conversations.created', { name: made.name }));
          go('chat', [], { conversation: made.name, bot: made.bot, key: made.key });
        }}
      />
    );
  }
  const { one } = asked;
  if (asked.kind === 'rename') {
    return (
      <ConversationNameDialog
        title={t('conversations.renameOf', { name: one.name })}
        action={t('conversations.rename')}
        name={one.name}
        onClose={onClose}
        onName={async (name) => {
          await renameConversation(one, name);
          toast(t('conversations.renamed', { name }));
          onChange();
        }}
      />
    );
  }
  return (
    <ConfirmDialog
      title={t('conversations.deleteTitle', { name: one.name })}
      text={t('conversations.deleteText')}
      action={t('common.delete')}
      onClose={onClose}
      onConfirm={async () => {
        await deleteConversation(one);
        toast(t('conversations.deleted', { name: one.name }));
        onChange();
      }}
    />
  );
}

function talkingBots(): readonly string[] {
  const models = me.value?.models.filter(({ kind }) => kind === 'chat') ?? [];
  return [...new Set(models.flatMap(({ bots }) => bots))];
}

/** Newest first. */
function sorted(all: readonly ConversationView[]): readonly ConversationView[] {
  return [...all].sort((left, right) => right.createdAt - left.createdAt);
}

function holds({ name, bot, key }: ConversationView, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  return [name, bot, key].some((text) => text.toLowerCase().includes(wanted));
}
