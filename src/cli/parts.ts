import type { Finding } from '../composition/check/finding.ts';
import type { LogBook } from '../composition/log-book.ts';
import type { ConfigFile } from '../config/edit/config-file.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Running } from './lifecycle.ts';

/** A running gateway. */
export interface GatewayPart extends Running {
  readonly url: string;
  /** Where it listens with HTTPS, when it does. */
  readonly httpsUrl?: string | undefined;
  /** Goes on with another configuration; names the changed sections that count after a restart. */
  reload?(config: Config): Promise<{ readonly restart: readonly string[] }>;
}

/** What a running simulator says of itself: the line that `cordgate sim --json` prints. */
export interface SimReady {
  readonly ready: true;
  readonly api: string;
  readonly gateway: string;
  readonly cdn: string;
  readonly upload: string;
  /** Where applications' own pages are, with `{applicationId}` in it. */
  readonly activity: string;
  readonly accounts: readonly {
    readonly id: string;
    readonly kind: 'bot' | 'user';
    readonly token: string;
    readonly userId: string;
  }[];
  readonly guildId: string;
  /** Channel ids by name. */
  readonly channels: Readonly<Record<string, string>>;
  readonly bots: { readonly coze: { readonly userId: string } };
}

/** A running simulator. */
export interface SimPart extends Running {
  readonly ready: SimReady;
}

/** The parts that the commands start. Loaded when needed, so that `--help` is quick. */
export interface Parts {
  startGateway(
    config: Config,
    options: {
      log: Log;
      logs?: LogBook;
      anyFreePort?: boolean;
      file?: ConfigFile;
      onConfig?: (config: Config) => void;
      env?: Readonly<Record<string, string | undefined>>;
    },
  ): Promise<GatewayPart>;
  startSim(options: {
    host?: string;
    port?: number;
    speed?: number;
    limits?: 'discord' | 'none';
  }): Promise<SimPart>;
  checkDiscord(config: Config, signal: AbortSignal): Promise<Finding[]>;
  askBots(config: Config, findings: readonly Finding[], signal: AbortSignal): Promise<Finding[]>;
}

/** The product's own parts. */
export const realParts: Parts = {
  startGateway: async (config, options) => (await import('../gateway.ts')).startGateway(config, options),
  startSim: async (options) => (await import('../sim/index.ts')).startSim(options),
  checkDiscord: async (config, signal) =>
    (await import('../composition/check/discord.ts')).checkDiscord(config, signal),
  askBots: async (...given) => (await import('../composition/check/ask.ts')).askBots(...given),
};
