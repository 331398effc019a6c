import { useEffect, useRef, useState } from 'preact/hooks';
import { listConversations, readConversation } from '../../api/conversations.ts';
import { useResource } from '../../api/resource.ts';
import { useLive } from '../../app/live.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { Card, PageHeader } from '../../parts/layout.tsx';
import { picturesAmong } from '../../parts/picture-drop.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../parts/states.tsx';
import { addPictures, Composer } from './composer.tsx';
import { chooseConversation, isForeign, model, named } from './place.ts';
import { Said } from './said.tsx';
import { SameCall } from './same-call.tsx';
import { Setup } from './setup.tsx';
import { clear, draft, enter, type Line, running, showEarlier, turns } from './talk.ts';

/** The playground: talks with a bot, and shows the same call as code. */
export default function Chat() {
  const conversations = useResource(listConversations, []);
  useLive({ gap: conversations.reload });
  if (model.value === undefined && named.value === undefined) {
    return (
      <>
        <PageHeader title={t('nav.chat')} text={t('chat.lead')} />
        <EmptyState icon="chat" title={t('chat.noBots')} text={t('chat.noBotsText')} />
      </>
    );
  }
  const line: Line = { model: model.value?.id ?? '', conversation: named.value?.name };
  return (
    <>
      <PageHeader title={t('nav.chat')} text={t('chat.lead')}>
        <Button icon="trash" disabled={turns.value.length === 0} onClick={leave}>
          {t('chat.clear')}
        </Button>
      </PageHeader>
      <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_25rem]">
        <div class="flex min-h-[calc(100dvh-8.25rem)] min-w-0 flex-col gap-4 max-md:min-h-[calc(100dvh-17rem)]">
          <Setup conversations={conversations} />
          <Talk line={line} />
        </div>
        <div class="min-w-0 xl:sticky xl:top-7 xl:max-h-[calc(100dvh-3.5rem)] xl:overflow-y-auto">
          <SameCall line={line} />
        </div>
      </div>
    </>
  );
}

/** A lasting conversation stays on Discord: clearing leaves it. */
function leave(): void {
  clear();
  if (named.peek()) chooseConversation(undefined);
}

function Talk({ line }: { line: Line }) {
  const earlier = useEarlier();
  const [isOver, setOver] = useState(false);
  const isReadOnly = isForeign.value;
  useLive({
    gap: () => {
      if (earlier.error !== undefined) earlier.reload();
    },
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for pointers; the button for pictures does the same by keys.
    <div
      class="flex min-w-0 grow flex-col gap-4"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void addPictures(picturesAmong(event.dataTransfer?.files));
      }}
    >
      <div class="min-w-0 grow">
        {earlier.isLoading && turns.value.length === 0 && named.value && <SkeletonLines count={6} />}
        {!earlier.isLoading && earlier.error !== undefined && (
          <ErrorState error={earlier.error} onRetry={earlier.reload} />
        )}
        {!earlier.isLoading && earlier.error === undefined && turns.value.length === 0 && <Nothing />}
        <Said line={line} isReadOnly={isReadOnly} />
        <End />
      </div>
      <p role="status" class="sr-only">
        {running.value ? t('chat.writing') : turns.value.length > 0 ? t('chat.ready') : ''}
      </p>
      <div class="sticky bottom-3 z-10 max-md:bottom-[calc(4rem+env(safe-area-inset-bottom))]">
        {isReadOnly ? (
          <Card>
            <p class="text-soft">{t('chat.foreign', { key: named.value?.key ?? '' })}</p>
          </Card>
        ) : (
          <Composer line={line} isOver={isOver} />
        )}
      </div>
    </div>
  );
}

/** What was said in the conversation of the address before; read once for each. */
function useEarlier() {
  const place = named.value;
  const id = JSON.stringify([me.value?.name, place?.name, place?.bot, place?.key]);
  return useResource(
    async (signal) => {
      const isNew = enter(id);
      if (place === undefined || (!isNew && turns.peek().length > 0)) return undefined;
      showEarlier(await readConversation(place, signal));
      return undefined;
    },
    [id],
  );
}

function Nothing() {
  return (
    <EmptyState
      icon="chat"
      title={t('chat.empty')}
      text={named.value ? t('chat.emptyLasting') : t('chat.emptyText')}
    />
  );
}

/** Keeps the newest words in sight for as long as a person has not scrolled away from them. */
function End() {
  const mark = useRef<HTMLDivElement>(null);
  const wasNear = useRef(true);
  useEffect(() => {
    const look = () => {
      const { top = 0 } = mark.current?.getBoundingClientRect() ?? {};
      wasNear.current = top < window.innerHeight + 40;
    };
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  const said = turns.value;
  // Pictures make the place for writing higher, and cover what stood above it.
  const { length } = draft.value.pictures;
  useEffect(() => {
    const isOwn = said.at(-1)?.text === '';
    if (said.length > 0 && (wasNear.current || isOwn)) mark.current?.scrollIntoView({ block: 'end' });
  }, [said, length]);
  return <div ref={mark} class="h-px scroll-mb-48" />;
}
