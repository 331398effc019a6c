import type { Handler } from './call.ts';
import { renderAccount } from './render.ts';
import { findStudio, ownStudios } from './studios.ts';

/** Endpoints below `/mj/account`, by their path. */
export const ACCOUNT_ENDPOINTS: Readonly<Record<string, Handler>> = {
  list: async ({ options, caller }) => ownStudios(options.service.studios(caller)).map(renderAccount),
  // An account that there is none of is answered with nothing at all, as a task is.
  ':id/fetch': async ({ options, caller, id, reply }) => {
    const studio = findStudio(options.service.studios(caller), id);
    return studio === undefined ? reply.code(200).send() : renderAccount(studio);
  },
};
