/** The parent's side of a measured process: start it, ask it, stop it. */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answers, Question, Usage } from './measured.ts';

/** A running process of the bench. */
export interface Child<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready;
  usage(): Promise<Usage>;
  ask<Name extends Question>(question: Name): Promise<Answers[Name]>;
  stop(): Promise<void>;
}

/** Starts `bench/<file>` with options; its log goes to a file in the temporary folder, which stays only after a failure. */
export async function startChild<Ready>(
  file: string,
  options: object,
  execArgv: readonly string[] = [],
): Promise<Child<Ready>> {
  const logFile = join(tmpdir(), `cordgate-bench-${file}.${process.pid}.log`);
  const log = openSync(logFile, 'a');
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(options)], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', log, 'ipc'],
  });
  closeSync(log);
  const ready = (await nextMessage(child, `${file} (its log: ${logFile})`)) as Ready;
  const ask = async <Name extends Question>(question: Name) => {
    const answer = nextMessage(child, file);
    child.send(question);
    return (await answer) as Answers[Name];
  };
  return {
    ready,
    ask,
    usage: () => ask('usage'),
    async stop() {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await gone;
      rmSync(logFile, { force: true });
    },
  };
}

function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`${name} ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
