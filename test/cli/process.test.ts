/** The command line as a process of its own: streams, signals, exit codes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const binary = join(root, 'bin/cordgate.js');
const isBuilt = existsSync(join(root, 'dist/cli/main.js'));

/** Runs the sources, which Node reads as they are: no build is needed. */
const SOURCES = [
  '--input-type=module',
  '--eval',
  `(await import('${join(root, 'src/cli/main.ts')}')).main()`,
  // What follows stands where the name of a script would stand.
  '--',
  'cordgate',
];

function start(args: readonly string[]) {
  const child = spawn(process.execPath, args, { cwd: root, env: { PATH: process.env.PATH } });
  const ended = { stdout: '', stderr: '', code: null as number | null };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.stderr += text;
  });
  const exit = new Promise<typeof ended>((resolve) => {
    child.once('close', (code) => resolve({ ...ended, code }));
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: string) => resolve(text));
    child.once('close', () => reject(new Error(`ended early: ${ended.stderr}`)));
  });
  firstLine.catch(() => {});
  return { child, exit, firstLine };
}

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'demo --json is ready with one line and ends with 0 at %s',
    async (signal) => {
      const { child, exit, firstLine } = start([...SOURCES, 'demo', '--port', '0', '--json']);
      const { url, key } = JSON.parse(await firstLine);
      const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
      expect(answer.status).toBe(200);
      const startedAt = Date.now();
      child.kill(signal);
      const { code, stdout, stderr } = await exit;
      expect(code).toBe(0);
      expect(Date.now() - startedAt).toBeLessThan(10_000);
      expect(stdout.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).not.toContain('"level":"error"');
    },
  );

  it('ends with 2 on a wrong option, and writes nothing on stdout', async () => {
    const { code, stdout, stderr } = await start([...SOURCES, 'sim', '--prot']).exit;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("unknown option '--prot'");
  });
});

describe('bin/cordgate.js', () => {
  it.runIf(isBuilt)('runs the build', async () => {
    const { code, stdout } = await start([binary, '--version']).exit;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(['20.11.1', '24.14.9', '25.1.0'])(
    'under Node %s says which one is needed, and ends with 2',
    async (version) => {
      const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
      const preload = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
      const { code, stdout, stderr } = await start([...preload, binary, '--version']).exit;
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('needs Node.js 24.15');
      expect(stderr).toContain('npx cordgate');
    },
  );
});
