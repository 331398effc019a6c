/** The registry of drivers: the names that `bots[].driver` may hold. */
import type { BotDriver } from '../core/driver.ts';
import type { TaskDriver } from '../core/task-driver.ts';
import { cozeDriver } from './coze/driver.ts';
import { midjourneyDriver } from './midjourney/driver.ts';
import { pikaDriver } from './pika/driver.ts';

const DRIVERS = { coze: cozeDriver } as const;

const TASK_DRIVERS = { midjourney: midjourneyDriver, pika: pikaDriver } as const;

/** The driver of chat bots of a name. */
export function driverOf(name: keyof typeof DRIVERS): BotDriver<unknown> {
  return DRIVERS[name];
}

/** The driver of drawing and filming bots of a name. Its options are those of its own section of the configuration. */
export function taskDriverOf(name: keyof typeof TASK_DRIVERS): TaskDriver<unknown> {
  return TASK_DRIVERS[name];
}
