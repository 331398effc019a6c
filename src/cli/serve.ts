import { type Command, Option } from 'commander';
import { certificateOf } from '../config/certificate.ts';
import type { Config } from '../config/schema.ts';
import type { CommandIo } from './io.ts';
import { explainListenError, runUntilStopped } from './lifecycle.ts';
import { createLog, secretsOf } from './log.ts';
import { type ConfigChoice, configOption, jsonOption, loadChosen, parsePort } from './options.ts';
import type { Parts } from './parts.ts';

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
  const log = createLog({ level: config.log.level, pretty, secrets: secretsOf(config) }, io);
  const { host, port } = config.server;
  const start = () =>
    parts.startGateway(config, { log, anyFreePort: options.port === 0 }).catch((error: unknown) => {
      throw explainListenError(error, host, port);
    });
  return runUntilStopped(io, log, start, ({ url, httpsUrl }) => {
    const models = [...new Set(config.bots.flatMap((bot) => bot.models))];
    if (options.json)
      io.stdout(`${JSON.stringify({ ready: true, url, httpsUrl, models, pid: process.pid })}\n`);
    else
      io.stdout(
        `cordgate listens on ${[...new Set([url, httpsUrl ?? url])].join(' and ')} (${file}); models: ${models.join(', ') || 'none'}\n`,
      );
  });
}
