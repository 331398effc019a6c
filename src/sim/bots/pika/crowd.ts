/** Guilds so large that Discord tells people's sessions nothing of their messages (reference 1.3). */
import type { SimChannel, SimOverwrite } from '../../model.ts';
import { PERMISSION } from '../../permissions.ts';
import { World, type WorldEvent } from '../../world.ts';

/** What people's sessions hear of a huge guild: nothing, or what mentions them. */
export type Hush = 'silent' | 'mentions';

/** A world in which guilds can be huge. Bots hear everything, and REST shows everything to everybody. */
export class CrowdedWorld extends World {
  readonly #huge = new Map<string, Hush>();

  /** Makes a guild huge, or ordinary again. */
  setHuge(guildId: string, hush: Hush | false): void {
    if (hush) this.#huge.set(guildId, hush);
    else this.#huge.delete(guildId);
  }

  /** Tells everybody who hears of it. */
  override emit(event: WorldEvent): void {
    const hush = event.guild && this.#huge.get(event.guild.id);
    const isOfMessages = event.name.startsWith('MESSAGE_') || event.name === 'TYPING_START';
    if (!hush || !isOfMessages || event.onlyFor !== undefined) super.emit(event);
    else super.emit({ ...event, channel: hiddenFrom(this.#deaf(event, hush), event.channel) });
  }

  /** User ids of the people who do not hear of an event. */
  #deaf({ name, message }: WorldEvent, hush: Hush): string[] {
    const isTold = (userId: string) =>
      hush === 'mentions' && name !== 'MESSAGE_DELETE' && message?.mentionIds.includes(userId);
    return [...this.accounts.values()]
      .filter(({ kind, userId }) => kind === 'user' && !isTold(userId))
      .map(({ userId }) => userId);
  }
}

/** The channel as it looks to whoever asks who may see it, for this one event: events go by that alone. */
function hiddenFrom(userIds: readonly string[], channel: SimChannel): SimChannel {
  const hidden = userIds.map(
    (id): SimOverwrite => ({ id, type: 1, allow: 0n, deny: PERMISSION.VIEW_CHANNEL }),
  );
  // A copy would keep what listeners change of the channel to itself.
  return new Proxy(channel, {
    get: (target, key) =>
      key === 'overwrites' ? [...hidden, ...target.overwrites] : Reflect.get(target, key),
  });
}
