import { type Command, Option } from 'commander';
import { LogBook } from '../composition/log-book.ts';
import { certificateOf } from '../config/certificate.ts';
import { ConfigFile } from '../config/edit/config-file.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import { hideCrashes } from './crash.ts';
import type { CommandIo } from './io.ts';
import { explainListenError, runUntilStopped } from './lifecycle.ts';
import { createLog } from './log.ts';
import { type ConfigChoice, configOption, jsonOption, loadChosen, parsePort } from './options.ts';
import type { GatewayPart, Parts } from './parts.ts';
import { secretsOf } from './secrets.ts';

interface ServeOptions extends ConfigChoice {
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: Config['log']['level'];
  readonly json?: boolean;
}

const LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/** Adds `cordgate serve`: runs the gateway until it is told to stop. */
export function addServe(program: Command, io: CommandIo, parts: Parts, done: (code: number) => void): void {
  program
    .command('serve')
    .description('run the gateway')
    .addOption(configOption())
    .option('--host <address>', 'address to listen on (server.host)')
    .option('-p, --port <port>', 'port to listen on, 0 = any free one (server.port)', parsePort)
    .addOption(
      new Option('--log-level <level>', 'least important lines to write (log.level)').choices(LEVELS),
    )
    .addOption(jsonOption('print one line of JSON on stdout when ready; the log is JSON too'))
    .action(async (options: ServeOptions) => done(await serve(io, parts, options)));
}

async function serve(io: CommandIo, parts: Parts, options: ServeOptions): Promise<number> {
  const flags = { server: { host: options.host, port: options.port }, log: { level: options.logLevel } };
  const loaded = loadChosen(io, options, flags);
  certificateOf(loaded, Date.now());
  const { config, file } = loaded;
  const pretty = !options.json && (config.log.pretty ?? io.stderrIsTerminal);
  const logs = new LogBook();
  const secrets = secretsOf(config);
  hideCrashes(secrets, io);
  const log = createLog({ level: config.log.level, pretty, secrets }, io, logs);
  const chosen = options.config ?? (io.env.CORDGATE_CONFIG || undefined);
  const configFile = new ConfigFile({ path: chosen, env: io.env, flags });
  const onConfig = (next: Config) => void secrets.push(...secretsOf(next));
  const { host, port } = config.server;
  const start = () =>
    parts
      .startGateway(config, {
        log,
        logs,
        env: io.env,
        file: configFile,
        onConfig,
        anyFreePort: options.port === 0,
      })
      .then((gateway) => {
        io.onHangUp?.(() => void reload(configFile, gateway, log));
        return gateway;
      })
      .catch((error: unknown) => {
        throw explainListenError(error, host, port);
      });
  return runUntilStopped(io, log, start, ({ url, httpsUrl }) => {
    const models = [...new Set(config.bots.flatMap((bot) => bot.models))];
    if (options.json)
      io.stdout(`${JSON.stringify({ ready: true, url, httpsUrl, models, pid: process.pid })}\n`);
    else
      io.stdout(
        `cordgate listens on ${[...new Set([url, httpsUrl ?? url])].join(' and ')} (${file}); models: ${models.join(', ') || 'none'}; in a browser: ${url}/ui/\n`,
      );
  });
}

/** SIGHUP: reads the file again. One that cannot be used changes nothing. */
async function reload(file: ConfigFile, gateway: GatewayPart, log: Log): Promise<void> {
  try {
    await file.reload(async ({ config, warnings }) => {
      for (const { path, message } of warnings) log.warn({ path }, message);
      const report = await gateway.reload?.(config);
      if (!report || report.restart.length === 0) return;
      log.warn({ sections: report.restart }, 'these sections have changed; they count after a restart');
    });
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : [];
    for (const problem of problems) log.error({ path: problem.path }, formatProblem(problem, file.path));
    const reason = error instanceof ConfigError ? 'it is not valid' : String(error);
    log.error({ reason }, 'the configuration was not taken up; the gateway goes on with the one it has');
  }
}
