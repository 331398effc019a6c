/** The registry of drivers: the names that `bots[].driver` may hold. */
import type { BotDriver } from '../core/driver.ts';
import { cozeDriver } from './coze/driver.ts';

const DRIVERS = { coze: cozeDriver } as const;

/** Name of a driver of this version. */
export type DriverName = keyof typeof DRIVERS;

/** The driver of a name. */
export function driverOf(name: DriverName): BotDriver<unknown> {
  return DRIVERS[name];
}
