/** `cordgate check` as a process of its own: it must not end before it has said something. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startSim } from '../../src/sim/index.ts';
import { ensureBuilt, ROOT } from './built.ts';
import { configFor } from './world.ts';

beforeAll(ensureBuilt, 120_000);

async function check(change: (config: ReturnType<typeof configFor>) => object, ...options: string[]) {
  const sim = await startSim({ port: 0, speed: 20, limits: 'none' });
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-check-'));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sim.close();
  });
  const file = join(folder, 'cordgate.yaml');
  writeFileSync(file, JSON.stringify(change(configFor(sim))));
  const args = [join(ROOT, 'bin/cordgate.js'), 'check', '--config', file, '--json', ...options];
  return new Promise<{ code: number; stdout: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
  });
}

describe('cordgate check as a process', () => {
  it('says that Discord cannot be reached, and exits 1', async () => {
    const { code, stdout } = await check((config) => ({
      ...config,
      discord: { ...config.discord, api: 'http://127.0.0.1:1/api/v10', gateway: 'ws://127.0.0.1:1' },
    }));
    expect(code).toBe(1);
    expect(stdout).toContain('"level":"error"');
  });

  it('waits for the answer that --ask asks for', async () => {
    const { code, stdout } = await check((config) => config, '--ask');
    expect(stdout).toContain('"code":"answered"');
    expect(code).toBe(0);
  });
});
