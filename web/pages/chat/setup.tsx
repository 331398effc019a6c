import { useState } from 'preact/hooks';
import { type ConversationView, createConversation } from '../../api/conversations.ts';
import type { Resource } from '../../api/resource.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { ConversationNameDialog } from '../../parts/conversation-name-dialog.tsx';
import { Select } from '../../parts/field.tsx';
import { chooseConversation, chooseModel, model, models, named } from './place.ts';

/** Conversations that the playground can choose. */
export type Conversations = Resource<readonly ConversationView[]>;

/** Which model answers, and in which conversation. */
export function Setup({ conversations }: { conversations: Conversations }) {
  const [isNaming, setNaming] = useState(false);
  return (
    <div class="flex items-end gap-3 max-sm:gap-2">
      <Select
        label={t('chat.model')}
        class="w-52 max-sm:w-auto max-sm:grow max-sm:basis-0"
        value={model.value?.id ?? ''}
        onValue={chooseModel}
        choices={models.value.map(({ id, kind }) => ({
          value: id,
          label: kind === 'chat' ? id : t(kind === 'videos' ? 'chat.films' : 'chat.draws', { model: id }),
        }))}
      />
      <ConversationChoice all={conversations.data ?? []} />
      <Button icon="plus" onClick={() => setNaming(true)}>
        <span class="max-sm:sr-only">{t('chat.newConversation')}</span>
      </Button>
      {isNaming && (
        <ConversationNameDialog
          title={t('conversations.new')}
          action={t('conversations.create')}
          bots={[...new Set(models.value.filter(({ kind }) => kind === 'chat').flatMap(({ bots }) => bots))]}
          onClose={() => setNaming(false)}
          onName={async (name, bot) => {
            const made = await createConversation(name, bot);
            conversations.reload();
            chooseConversation(made);
          }}
        />
      )}
    </div>
  );
}

function ConversationChoice({ all }: { all: readonly ConversationView[] }) {
  const own = all.filter(({ key, given }) => given || key === me.value?.name);
  const place = named.value;
  const current = place && all.find((one) => isSame(one, place));
  const shown = current && !own.includes(current) ? [current, ...own] : own;
  const isUnknown = place !== undefined && current === undefined;
  return (
    <Select
      label={t('chat.conversation')}
      class="w-60 max-sm:w-auto max-sm:grow max-sm:basis-0"
      value={place === undefined ? '' : isUnknown ? '?' : String(shown.indexOf(current as ConversationView))}
      onValue={(value) => chooseConversation(shown[value === '' ? -1 : Number(value)])}
      choices={[
        { value: '', label: t('chat.noConversation') },
        ...(isUnknown ? [{ value: '?', label: place.name }] : []),
        ...shown.map((one, index) => ({ value: String(index), label: one.name })),
      ]}
    />
  );
}

function isSame(
  one: ConversationView,
  place: { name: string; bot: string | undefined; key: string | undefined },
) {
  const { name, bot, key } = place;
  const isThere = bot === undefined || one.bot === bot;
  return one.name === name && isThere && (!key || one.key === key);
}
