import { forReader, isAddressed } from '../content.ts';
import type { SimMessage, WireObject } from '../model.ts';
import {
  renderChannelFor,
  renderMember,
  renderMessage,
  renderNewMessage,
  renderPartialMember,
} from '../wire.ts';
import type { World, WorldEvent } from '../world.ts';
import { INTENT } from './intents.ts';
import type { Session } from './session.ts';

/** The JSON of one event for many sessions: rendered once, written once for each variant that somebody may read. */
export class EventJson {
  readonly #world: World;
  readonly #event: WorldEvent;
  readonly #variants: (string | undefined)[] = [];
  #rendered: WireObject | undefined;

  constructor(world: World, event: WorldEvent) {
    this.#world = world;
    this.#event = event;
  }

  /** The event's `d` as this session may see it. */
  for(session: Session): string {
    const { message } = this.#event;
    const hides =
      message !== undefined &&
      this.#event.data === undefined &&
      this.#event.name !== 'MESSAGE_DELETE' &&
      session.intents !== undefined &&
      !(session.intents & INTENT.MESSAGE_CONTENT);
    const reader = session.account.userId;
    const hideMessage = hides && !isAddressed(message, reader);
    const target = hides ? this.#target(message) : undefined;
    const hideReferenced = target !== undefined && !isAddressed(target, reader);
    const variant = (hideMessage ? 1 : 0) + (hideReferenced ? 2 : 0);
    const known = this.#variants[variant];
    if (known !== undefined) return known;
    this.#rendered ??= renderEvent(this.#world, this.#event);
    const json = JSON.stringify(forReader(this.#rendered, hideMessage, hideReferenced));
    this.#variants[variant] = json;
    return json;
  }

  #target(message: SimMessage): SimMessage | undefined {
    const reference = message.reference;
    return reference && this.#world.findMessage(reference.channelId, reference.messageId);
  }
}

/** The event's `d` in full (Discord docs, "Receive Events"). */
export function renderEvent(world: World, event: WorldEvent): WireObject {
  const { guild, channel, message } = event;
  if (event.data) return event.data;
  const place = guild ? { guild_id: guild.id } : {};
  if (event.name === 'TYPING_START') {
    const member = event.userId === undefined ? undefined : guild?.members.get(event.userId);
    return {
      channel_id: channel.id,
      ...place,
      user_id: event.userId,
      timestamp: Math.floor(world.clock.now() / 1000),
      ...(member ? { member: renderMember(world, member) } : {}),
    };
  }
  if (!message) return renderChannelFor(world, channel, event.onlyFor ?? '');
  if (event.name === 'MESSAGE_DELETE') {
    return { id: message.id, channel_id: channel.id, ...place };
  }
  const member = guild?.members.get(message.authorId);
  return {
    ...(event.name === 'MESSAGE_CREATE' ? renderNewMessage : renderMessage)(world, message),
    ...place,
    channel_type: channel.type,
    ...(member ? { member: renderPartialMember(member) } : {}),
  };
}
