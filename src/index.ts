/** The library door. */

export { type ConfigSources, type LoadedConfig, loadConfig } from './config/load.ts';
export type { Config, ConfigInput } from './config/schema.ts';
/* --- ports --- */
export { type Clock, systemClock } from './core/clock.ts';
export type { DiscordPort, Message, MessageChange } from './core/discord.ts';
/* --- write a driver --- */
export type { Action, BotDriver, BotEvent, Job, JobMessage, Room, Verb } from './core/driver.ts';
/* --- errors --- */
export {
  ERROR_KINDS,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  GatewayError,
} from './core/errors.ts';
export { type Log, silentLog } from './core/log.ts';
export type { Media, MediaFile } from './core/media.ts';
/* --- run a gateway --- */
export { type GatewayOptions, type RunningGateway, startGateway } from './gateway.ts';
