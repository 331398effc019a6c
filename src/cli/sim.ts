import type { Command } from 'commander';
import { silentLog } from '../core/log.ts';
import type { CommandIo } from './io.ts';
import { explainListenError, runUntilStopped } from './lifecycle.ts';
import { jsonOption, parsePort, parseSpeed } from './options.ts';
import type { Parts, SimReady } from './parts.ts';

interface SimOptions {
  readonly host: string;
  readonly port: number;
  readonly speed: number;
  readonly json?: boolean;
}

/** Adds `cordgate sim`: the simulated Discord alone. */
export function addSim(program: Command, io: CommandIo, parts: Parts, done: (code: number) => void): void {
  program
    .command('sim')
    .description('run the simulated Discord alone')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('-p, --port <port>', 'port to listen on, 0 = any free one', parsePort, 9500)
    .option('--speed <factor>', 'how much faster than life the bots answer', parseSpeed, 1)
    .addOption(jsonOption('print one line of JSON on stdout when ready'))
    .action(async (options: SimOptions) => done(await sim(io, parts, options)));
}

async function sim(io: CommandIo, parts: Parts, { json, ...options }: SimOptions): Promise<number> {
  const start = () =>
    parts.startSim(options).catch((error: unknown) => {
      throw explainListenError(error, options.host, options.port);
    });
  return runUntilStopped(io, silentLog, start, ({ ready }) => {
    io.stdout(json ? `${JSON.stringify(ready)}\n` : simForPeople(ready));
  });
}

function simForPeople(ready: SimReady): string {
  const accounts = ready.accounts.map(
    ({ id, kind, token, userId }) =>
      `  - { id: ${id}, kind: ${kind}, token: "${token}" }   # user id ${userId}\n`,
  );
  return `A simulated Discord is running. For cordgate.yaml:

discord:
  api: ${ready.api}
  gateway: ${ready.gateway}
  cdn: ${ready.cdn}
  upload: ${ready.upload}
accounts:
${accounts.join('')}# guildId: "${ready.guildId}"
# botUserId of the Coze bot: "${ready.bots.coze.userId}"

Ctrl+C stops it.
`;
}
