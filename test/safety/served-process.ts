/** The gateway as a process of its own, run from its sources, which can be made to crash. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A running `cordgate serve`. */
export interface ServedProcess {
  readonly child: ChildProcess;
  /** Everything written so far, to both streams. */
  readonly written: () => string;
  /** Resolves with its address once it is ready. */
  readonly url: Promise<string>;
  /** Resolves with the exit code once it is gone. */
  readonly exit: Promise<number | null>;
}

/** Starts it; on SIGUSR2 it meets an error that nobody catches, which holds `crashWith`. */
export function serveProcess(config: object, folder: string, crashWith: string): ServedProcess {
  const file = join(folder, 'cordgate.yaml');
  writeFileSync(file, JSON.stringify(config));
  const program = join(import.meta.dirname, 'crash-on-signal.ts');
  const args = [program, 'serve', '--config', file, '--port', '0', '--json'];
  const env = { PATH: process.env.PATH, CRASH_WITH: crashWith };
  const child = spawn(process.execPath, args, { cwd: folder, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const [line, more] = stdout.split('\n');
      if (line !== undefined && more !== undefined) resolve(JSON.parse(line).url);
    });
    void exit.then((code) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
  url.catch(() => {});
  return { child, written: () => stdout + stderr, url, exit };
}
