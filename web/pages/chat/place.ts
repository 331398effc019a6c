/** Where the playground talks to: the model and the conversation that the address names. */
import { computed } from '@preact/signals';
import type { ConversationView } from '../../api/conversations.ts';
import type { ModelView } from '../../api/types.ts';
import { go, route } from '../../app/router.ts';
import { me } from '../../app/session.ts';

/** The conversation of the address. */
export const named = computed(() => {
  const { conversation = '', bot, key } = route.value.query;
  return conversation === '' ? undefined : { name: conversation, bot, key };
});

/** True for a conversation of somebody else: it can be read here, not continued. */
export const isForeign = computed(() => {
  const key = named.value?.key ?? '';
  return key !== '' && key !== me.value?.name;
});

/** The models that can answer there, those that talk first. */
export const models = computed((): readonly ModelView[] => {
  const all = me.value?.models ?? [];
  const place = named.value;
  const talking = all.filter(({ kind }) => kind === 'chat');
  if (place === undefined) return [...talking, ...all.filter(({ kind }) => kind !== 'chat')];
  return talking.filter(({ bots }) => place.bot === undefined || bots.includes(place.bot));
});

/** The model of the address, else the first one. */
export const model = computed(
  () => models.value.find(({ id }) => id === route.value.query.model) ?? models.value[0],
);

/** Chooses a model. */
export function chooseModel(id: string): void {
  go('chat', [], { ...route.peek().query, model: id }, { replace: true });
}

/** Goes on in a conversation; without one, every call carries all that was said. */
export function chooseConversation(chosen: Pick<ConversationView, 'name' | 'bot' | 'key'> | undefined): void {
  const { model: kept } = route.peek().query;
  const place = chosen ? { conversation: chosen.name, bot: chosen.bot, key: chosen.key } : {};
  go('chat', [], { model: kept, ...place });
}
