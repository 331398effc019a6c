/** The simulated Midjourney and niji・journey bots. */
import type { SimApplication } from '../../applications.ts';
import { Midjourney, type MidjourneySetup } from './application.ts';

export {
  MIDJOURNEY_FIELDS,
  type MidjourneyBehaviour,
  type MidjourneyOrder,
  type MidjourneyRule,
} from './behaviour.ts';
export { NOTICE_NAMES, type NoticeName } from './notices.ts';
export { MidjourneyPlaybook } from './playbook.ts';

/** A bot that lives in the world; its user must have the id of `BOT_IDS`. */
export function createMidjourney(setup: MidjourneySetup): SimApplication {
  return new Midjourney(setup);
}
