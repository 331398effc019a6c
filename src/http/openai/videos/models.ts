/** Which models film, and how. */
import type { Caller } from '../../../core/caller.ts';
import type { ChatService } from '../../../core/chat.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { TaskService } from '../../../core/tasks.ts';
import { ANYBODY } from '../tasks.ts';

/** A model that can film. */
export interface FilmingModel {
  readonly model: string;
  /** `midjourney` films only from a picture. */
  readonly driver: 'pika' | 'midjourney';
}

/**
 * The model that shall film: the one that was asked for, else the first that films and that the caller may use.
 * @throws GatewayError model_not_found, bot_not_allowed, unsupported_parameter (a model that cannot film)
 */
export function filmingModel(
  service: ChatService & TaskService,
  caller: Caller,
  asked: string | undefined,
): FilmingModel {
  const offered = filmingModels(service, caller);
  const found = asked === undefined ? offered[0] : offered.find(({ model }) => model === asked);
  if (found) return found;
  throw asked === undefined ? nobody() : refusal(service, caller, asked);
}

/** Those that the caller may use; Pika's come first. */
function filmingModels(service: TaskService, caller: Caller): FilmingModel[] {
  const models = service.taskModels(caller).filter(({ verbs }) => verbs.includes('animate'));
  const films = models.map(({ id, verbs }): FilmingModel => {
    return { model: id, driver: verbs.includes('create') ? 'pika' : 'midjourney' };
  });
  return films.toSorted((one, other) => other.driver.localeCompare(one.driver));
}

function refusal(service: ChatService & TaskService, caller: Caller, model: string): GatewayError {
  const param = { param: 'model' };
  if (service.models(caller).some(({ id }) => id === model)) {
    return new GatewayError('unsupported_parameter', 'The bot of this model cannot film.', {
      ...param,
      hint: 'Choose a model of a bot with the driver pika or midjourney.',
    });
  }
  if (service.models(ANYBODY).some(({ id }) => id === model)) {
    return new GatewayError('bot_not_allowed', 'This key may not use the bot of this model.', param);
  }
  return new GatewayError('model_not_found', `The model '${model.slice(0, 200)}' does not exist.`, param);
}

function nobody(): GatewayError {
  return new GatewayError('bot_not_allowed', 'This key may not use any bot that films.', { param: 'model' });
}
