import type { InteractionPort } from '../../core/interaction.ts';
import { interactionBody } from './interaction-body.ts';
import type { Rest } from './rest.ts';

const PATH = '/interactions';

/**
 * Makes `InteractionPort.interact`.
 * @param sessionId waits for the session that is to hear of the interaction
 */
export function createInteract(
  rest: Rest,
  sessionId: (signal?: AbortSignal) => Promise<string>,
): InteractionPort['interact'] {
  return async (interaction, signal) => {
    const json = interactionBody(interaction, await sessionId(signal));
    await rest.call(
      {
        method: 'POST',
        path: PATH,
        template: PATH,
        // Limits count by account here, not by channel.
        major: '',
        json,
        // The nonce makes one repeat safe; how long Discord remembers it is not documented, so there is no second one.
        repeatable: true,
        mostRepeats: 1,
      },
      signal,
    );
  };
}
