import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { DEFAULT_FILE } from '../config/load.ts';
import { CommandFailure, type CommandIo } from './io.ts';
import { jsonOption } from './options.ts';
import type { Parts } from './parts.ts';
import { STARTER_VARIABLES, starterFile } from './starter.ts';

interface InitOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds `cordgate init`: writes a commented configuration to start with. */
export function addInit(program: Command, io: CommandIo, _parts: Parts, done: (code: number) => void): void {
  program
    .command('init')
    .description('write a commented configuration file to start with')
    .option('-o, --out <file>', 'file to write', DEFAULT_FILE)
    .option('-f, --force', 'replace the file when it exists')
    .addOption(jsonOption('print what was written as one line of JSON on stdout'))
    .action((options: InitOptions) => done(init(io, options)));
}

function init(io: CommandIo, { out, force, json }: InitOptions): number {
  try {
    writeFileSync(out, starterFile(), { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') throw new CommandFailure(`${out} exists already; --force replaces it`);
    throw new CommandFailure(`${out} cannot be written (${String(code)})`, 1, error);
  }
  io.stdout(
    json
      ? `${JSON.stringify({ written: out, variables: Object.keys(STARTER_VARIABLES) })}\n`
      : nextSteps(out),
  );
  return 0;
}

function nextSteps(file: string): string {
  const names = Object.entries(STARTER_VARIABLES).map(([name, meaning]) => `  ${name}=   # ${meaning}\n`);
  const choice = file === DEFAULT_FILE ? '' : ` --config ${file}`;
  return `Wrote ${file}. Set these in the environment, or in a file .env beside it:

${names.join('')}
Then: cordgate check${choice}
And:  cordgate serve${choice}
`;
}
