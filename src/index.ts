/** The library door. */
// biome-ignore-all assist/source/organizeImports: the exports are grouped by what they are for

/* --- run a gateway inside a program --- */
export type { Answering } from './composition/answering.ts';
export type { ChatAnswer, Usage } from './core/chat.ts';
export type { Media, MediaFile } from './core/media.ts';
export {
  type CreateGatewayOptions,
  createGateway,
  type Gateway,
  type Question,
  type QuestionMessage,
} from './library.ts';
export type { Task } from './composition/tasks.ts';

/* --- run a gateway with its ports --- */
export { type ConfigSources, type LoadedConfig, loadConfig } from './config/load.ts';
export { ConfigError, type Problem } from './config/problem.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export type { DoorUrls } from './composition/doors.ts';
export { type GatewayOptions, type RunningGateway, startGateway } from './gateway.ts';

/* --- errors --- */
export {
  ERROR_KINDS,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  GatewayError,
} from './core/errors.ts';

/* --- write a driver --- */
export type { Action, BotDriver, BotEvent, Job, JobMessage, Room, Verb } from './core/driver.ts';
export type { TaskAction, TaskEvent, TaskRequest, TaskTrace, TaskVerb } from './core/task.ts';
export type {
  AccountNotice,
  TaskDesk,
  TaskDriver,
  TaskJob,
  TaskPlan,
  TaskRoom,
  TaskWish,
} from './core/task-driver.ts';

/* --- ports --- */
export { type Clock, systemClock } from './core/clock.ts';
export type { DiscordPort, Message, MessageChange } from './core/discord.ts';
export type { InteractionChange, InteractionPort, TaskPort } from './core/interaction.ts';
export { type Log, silentLog } from './core/log.ts';
