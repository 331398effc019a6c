/** The command line: assembles the commands, runs one, and turns every way it can end into an exit code. */
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { GatewayError } from '../core/errors.ts';
import { addAnimate } from './animate.ts';
import { addChat } from './chat.ts';
import { addCheck } from './check.ts';
import { addDemo } from './demo.ts';
import { addImagine } from './imagine.ts';
import { addImport } from './import.ts';
import { addInit } from './init.ts';
import { CommandFailure, type CommandIo, processIo } from './io.ts';
import { type Parts, realParts } from './parts.ts';
import { addServe } from './serve.ts';
import { addSim } from './sim.ts';
import { packageVersion } from './version.ts';

/** The program with all its commands. `done` is told the exit code of the command that ran. */
export function createProgram(io: CommandIo, parts: Parts, done: (code: number) => void): Command {
  const program = new Command('cordgate')
    .description('Turns AI bots living on Discord into ordinary HTTP APIs.')
    .version(packageVersion(), '-v, --version')
    .addHelpText('after', '\nBegin with "cordgate demo". Every command has --help and --json.')
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .exitOverride()
    .showHelpAfterError('("cordgate --help" lists the commands, "cordgate COMMAND --help" its options)');
  for (const add of [
    addServe,
    addDemo,
    addSim,
    addCheck,
    addInit,
    addImport,
    addChat,
    addImagine,
    addAnimate,
  ])
    add(program, io, parts, done);
  return program;
}

/**
 * Runs the command that the arguments (without node and script) name.
 * Answers with the exit code: 0 good, 1 failed, 2 wrong usage or configuration.
 */
export async function run(args: readonly string[], io: CommandIo, parts: Parts = realParts): Promise<number> {
  let code = 0;
  const program = createProgram(io, parts, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return failureCode(error, io);
  }
}

function failureCode(error: unknown, io: CommandIo): number {
  // Commander has written its message already; help and version come this way too, with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    const { length } = error.problems;
    io.stderr(`${error.message}\n${length} problem${length === 1 ? '' : 's'}; nothing was started.\n`);
    return 2;
  }
  if (error instanceof CommandFailure) {
    io.stderr(`error: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof GatewayError) {
    io.stderr(`error: ${error.message} (${error.code})\n  -> ${error.hint}\n`);
    return 1;
  }
  io.stderr(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

/** Runs the command line of this process to its end and exits. */
export async function main(): Promise<void> {
  process.exit(await run(process.argv.slice(2), processIo()));
}
