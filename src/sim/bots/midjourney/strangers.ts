/** Jobs of other people in the same channel, which an account in it sees as well. */
import type { SimReply } from '../../applications.ts';
import { createMessage } from '../../messages.ts';
import type { SimChannel, SimMessage } from '../../model.ts';
import type { World } from '../../world.ts';
import type { FullBehaviour } from './behaviour.ts';
import type { Stage } from './job.ts';

const NAMES = ['mallory', 'oscar', 'peggy', 'sybil', 'trent', 'victor', 'walter'];

/** The user id of a stranger, who comes into being when first named. */
export function strangerId(world: World, number: number): string {
  const name = NAMES[number % NAMES.length] ?? 'mallory';
  for (const user of world.users.values()) if (user.username === name) return user.id;
  return world.addUser(name, false).id;
}

/** A stage for a stranger's job: their session hears of the interaction, which is nobody's here. */
export function strangerStage(world: World, channel: SimChannel, botId: string, userId: string): Stage {
  const id = world.newId();
  const interaction = {
    id,
    type: 2,
    userId,
    name: 'imagine',
    originalResponseId: undefined,
    interactedMessageId: undefined,
    triggering: undefined,
  } as const;
  return {
    id,
    succeed: () => undefined,
    fail: () => undefined,
    openFrame: () => world.newId(),
    reply: ({ withNonce: _, withMetadata = true, ...reply }: SimReply): SimMessage =>
      createMessage(world, channel, {
        ...reply,
        authorId: botId,
        ...(withMetadata ? { applicationId: botId, interaction } : {}),
      }),
  };
}

/** How a stranger's job goes: like the own one, without its accidents; every second one is earlier, the others later. */
export function strangerBehaviour(own: FullBehaviour, number: number): FullBehaviour {
  const isEarlier = number % 2 === 0;
  const spread = 0.1 * (number + 1);
  return {
    ...own,
    foreign: 0,
    notice: undefined,
    captcha: undefined,
    silent: false,
    noFinal: undefined,
    stopAt: undefined,
    ephemeralProgress: false,
    nonceOnFinal: false,
    startAfterMs: isEarlier ? own.startAfterMs / 2 : own.startAfterMs * (1 + spread),
    stepEveryMs: own.stepEveryMs * (isEarlier ? 1 - Math.min(0.5, spread) : 1 + spread),
  };
}
