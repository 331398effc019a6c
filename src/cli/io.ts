import { existsSync, readFileSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { parseEnv } from 'node:util';
import type { Environment } from '../config/interpolate.ts';

/** What a person types, or another program pipes in. */
export interface CommandInput {
  readonly isTerminal: boolean;
  /** Begins to read: an open input keeps the process waiting. */
  open(): NodeJS.ReadableStream;
}

/** What a command needs of the process around it; tests bring their own. */
export interface CommandIo {
  /** Writes to the standard output as it is. */
  readonly stdout: (text: string) => void;
  /** Writes to the standard error stream as it is. */
  readonly stderr: (text: string) => void;
  readonly stderrIsTerminal: boolean;
  /** The standard input; nothing is typed or piped in when left out. */
  readonly stdin?: CommandInput;
  readonly env: Environment;
  /** Has SIGHUP mean something else than the end, from the call on. */
  onHangUp?(listener: () => void): void;
  /** Resolves at the next SIGINT or SIGTERM after the call; at SIGHUP as well, unless it means something else. */
  nextSignal(): Promise<void>;
  /** Has an error that nobody caught end the process with what is said of it, in place of Node's own report. */
  onCrash?(describe: (error: unknown) => string): void;
}

/** A command that did not do what it was asked for: the message for people, and the exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** 1 = failed, 2 = wrong usage or configuration. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}

/** Whether SIGHUP means something else than the end. */
const hangUp = { isTaken: false };

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ORPHAN_CHECK_MS = 250;

/**
 * `npx` and `npm start` run the command inside a shell. A signal that ends them and the shell does not reach the command, which
 * would run on unseen; so under npm the loss of the parent counts as a signal, once.
 */
function watchParent(env: Environment): (onOrphaned: () => void) => () => void {
  const parent = process.ppid;
  let mayReport = env.npm_execpath !== undefined || env.npm_command !== undefined;
  return (onOrphaned) => {
    if (!mayReport) return () => {};
    const timer = setInterval(() => {
      if (process.ppid === parent || !mayReport) return;
      mayReport = false;
      onOrphaned();
    }, ORPHAN_CHECK_MS);
    timer.unref();
    return () => clearInterval(timer);
  };
}

function signalsOf(env: Environment): () => Promise<void> {
  const onParentLost = watchParent(env);
  return () =>
    new Promise((resolve) => {
      const end = (signal?: NodeJS.Signals) => {
        if (signal === 'SIGHUP' && hangUp.isTaken) return;
        for (const signal of STOP_SIGNALS) process.off(signal, end);
        forget();
        resolve();
      };
      const forget = onParentLost(end);
      for (const signal of STOP_SIGNALS) process.on(signal, end);
    });
}

/** The file `.env` of the working directory under the environment itself. */
function environment(): Environment {
  const stored = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...stored, ...process.env };
}

/** The real process: its streams, its environment with `.env` beneath it, its signals. */
export function processIo(): CommandIo {
  const env = environment();
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stderrIsTerminal: process.stderr.isTTY === true,
    stdin: { open: () => process.stdin, isTerminal: isatty(0) },
    env,
    onHangUp(listener) {
      hangUp.isTaken = true;
      process.on('SIGHUP', listener);
    },
    nextSignal: signalsOf(env),
    onCrash(describe) {
      process.on('uncaughtException', (error: unknown) => {
        // Written at once: the process ends before a pipe would be.
        writeSync(2, `${describe(error)}\n`);
        process.exit(1);
      });
    },
  };
}
