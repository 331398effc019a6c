/** A drawing gateway as a process of its own, which can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { ROOT } from '../built.ts';
import type { LogBook } from '../log-book.ts';
import { type Drawer, drawerOf } from './studio.ts';

/** A gateway that runs as a process. */
export interface Served extends Drawer {
  /** Sends the signal; resolves with the exit code once the process is gone. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Runs `cordgate serve` in a folder until it says that it is ready. */
export async function serve(
  config: ConfigInput,
  folder: string,
  book: LogBook,
): Promise<Served & { readonly url: string }> {
  const file = join(folder, 'cordgate.yaml');
  writeFileSync(file, JSON.stringify(config));
  const args = [join(ROOT, 'bin/cordgate.js'), 'serve', '--config', file, '--port', '0', '--json'];
  const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } });
  running.add(child);
  let stdout = '';
  let stderr = '';
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    book.note(text);
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n')) resolve(JSON.parse(stdout.split('\n')[0] ?? '').url);
    });
    void exit.then((code) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
  return {
    url,
    ...drawerOf(url, book),
    async end(signal) {
      child.kill(signal);
      const code = await exit;
      running.delete(child);
      return code;
    },
  };
}

/** Ends whatever a failed test has left. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
}
