/** All that a desk has to know of its bot: what tells Midjourney from Pika. */
import type { Message, Snowflake } from '../../core/discord.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { ApplicationCommand, CommandOption, OpenedFrame, StoredFile } from '../../core/interaction.ts';
import type { TaskRequest, TaskVerb } from '../../core/task.ts';
import type { SentJob, TaskJob, TaskRoom } from '../../core/task-driver.ts';
import type { Expectation } from './expectation.ts';
import type { KeyKind } from './key-kind.ts';
import type { JobMessage, Parsed } from './parsed.ts';

/** The room of a desk; the bot's own options are part of what is known of it. */
export interface DeskRoom extends Omit<TaskRoom<unknown>, 'options'> {
  readonly bot: BotKnowledge;
}

/** A slash command to give: its original name, its options, and the files that attachment options point at. */
export interface CommandCall {
  readonly name: string;
  readonly options: CommandOption[];
  readonly files: StoredFile[];
}

/** How long each state of a job may last, by the names of the options that say so; and the pause between two commands. */
export interface DeskLimits {
  readonly timeoutMinutes: number;
  readonly submitMinutes: number;
  readonly botQueueMinutes: number;
  readonly spacingMs: number;
}

/** When the channel is read although nothing was told to have happened in it, in milliseconds. */
export interface SilencePatience {
  readonly silentMs: number;
  readonly everyMs: number;
  /** True when the bot's first sign of a job does not end the watch: its result may come unannounced as well. */
  readonly untilResult: boolean;
}

/** What it means that the message which showed a job's progress was deleted. */
export interface DeletionMeaning {
  /** How long the result may take to follow, in milliseconds, before the channel is read. */
  readonly graceMs: number;
  /** True when the job has failed if the channel holds no result then; else it goes on until its time limit. */
  readonly isEnd: boolean;
}

/** What a page of the bot's own is answered with. */
export interface FrameAnswer {
  /** Path on the application's own host. */
  readonly path: string;
  readonly body: unknown;
}

/** Which of the bots a request means; the main one when undefined. */
export type Variant = string | undefined;

/** A bot, as a desk works with it. One for each set of options. */
export interface BotKnowledge {
  readonly limits: DeskLimits;
  readonly silence: SilencePatience;
  /** What it makes, in words for people: `picture`. */
  readonly makes: string;
  /** True when an edit alone may bring a result; else an edit is one only when it offers something to do with it. */
  readonly endsByEdit: boolean;
  readonly deletion: DeletionMeaning;

  /**
   * When several jobs of the same words fit a result equally well and no id tells them apart, the one whose progress
   * message is gone, else the oldest, gets it after so many milliseconds; absent for a bot that does not keep their order.
   */
  readonly settlesAfterMs?: number | undefined;
  /**
   * The kinds of keys of which any tells a job's result from that of another one with the same words: the next one of
   * those is sent once the first is known by one.
   */
  readonly knownBy: readonly KeyKind[];
  /**
   * What a message of the bot says. Never throws; what says nothing about a job is `nothing`.
   * @param prompts those of the open jobs, which the bot may repeat: words in them are not the bot's own
   */
  parse(message: Message, prompts: () => readonly string[]): Parsed;
  /** A key under which a prompt as asked and as echoed are equal; empty for one that leaves nothing to compare. */
  promptKey(prompt: string): string;
  /**
   * True when a message whose prompt is not the same as a job's, or cannot be told from the bot's own words, holds the
   * job's key all the same; absent where only equal prompts count.
   */
  readonly holds?: ((says: JobMessage, key: string) => boolean) | undefined;
  /** The prompt that the bot will echo, as far as it is known beforehand; else empty. */
  echoOf(job: SentJob): string;
  /** What a request leads to. */
  expectationOf(request: Pick<TaskRequest, 'verb' | 'action'>): Expectation;
  /**
   * The command for a request; attachment options hold the position of their file in `files`.
   * @throws GatewayError unsupported_parameter for a verb that no command does
   */
  commandOf(request: TaskRequest, files: readonly StoredFile[]): CommandCall;
  /** The call with the option names that the command itself has; absent where the names are certain. @throws GatewayError */
  readonly fitCall?: ((call: CommandCall, command: ApplicationCommand) => CommandCall) | undefined;
  /** True when the command of a verb takes pictures as links in its prompt, false when it takes them as files. */
  takesLinks(verb: TaskVerb): boolean;

  /** The bots that a request can mean; undefined is the main one. */
  readonly variants: readonly Variant[];
  /** The application id that the operator set. */
  configuredApplication(variant: Variant): Snowflake | undefined;
  /** The application among those whose commands can be used in a place; undefined when none can be told. */
  findApplication(commands: readonly ApplicationCommand[], variant: Variant): Snowflake | undefined;
  /** The application id that the public bot has, where that is known. */
  publicApplication(variant: Variant): Snowflake | undefined;
  /** The public bot's commands as they were last seen, for where there is no index of commands; absent where not known. */
  readonly publicCommands?: readonly ApplicationCommand[] | undefined;
  /** The error (command_missing) when no application was found; when one lacks a command. */
  noApplication(commands: readonly ApplicationCommand[], variant: Variant): GatewayError;
  noCommand(name: string): GatewayError;

  /** True for a page of the bot that only a person may answer. */
  isCheck(frame: Pick<OpenedFrame, 'title' | 'path'>): boolean;
  /** What another page is answered with. @throws GatewayError invalid_request when the request lacks it */
  answerFrame(frame: OpenedFrame, job: TaskJob): FrameAnswer;

  /** The custom id of the button that cancels a job, by the bot's id of the job; absent where there is none known. */
  readonly cancelId?: ((jobId: string) => string) | undefined;
  /** Asks for the seed of a finished job; absent where the bot tells none. @throws GatewayError bot_failed */
  readonly seed?:
    | ((jobId: string, applicationId: Snowflake, room: DeskRoom, signal: AbortSignal) => Promise<string>)
    | undefined;
}
