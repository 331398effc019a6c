/** Other people in the same channel, whose jobs an account in it sees as well. */
import type { SimInteraction, SimReply } from '../applications.ts';
import { createMessage } from '../messages.ts';
import type { SimChannel, SimMessage } from '../model.ts';
import type { World } from '../world.ts';

const NAMES = ['mallory', 'oscar', 'peggy', 'sybil', 'trent', 'victor', 'walter'];

/** The user id of a stranger, who comes into being when first named. */
export function strangerId(world: World, number: number): string {
  const name = NAMES[number % NAMES.length] ?? 'mallory';
  for (const user of world.users.values()) if (user.username === name) return user.id;
  return world.addUser(name, false).id;
}

/** Where a stranger uses a bot. */
export interface StrangerPlace {
  readonly world: World;
  readonly channel: SimChannel;
  readonly botId: string;
  readonly userId: string;
  /** Name of the command that the messages of the job will show. */
  readonly command: string;
}

/** A stage for a stranger's job: their session hears of the interaction, which is nobody's here. */
export function strangerStage(
  place: StrangerPlace,
): Pick<SimInteraction, 'id' | 'reply' | 'succeed' | 'fail' | 'openFrame'> {
  const { world, channel, botId, userId, command } = place;
  const id = world.newId();
  const interaction = {
    id,
    type: 2,
    userId,
    name: command,
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
