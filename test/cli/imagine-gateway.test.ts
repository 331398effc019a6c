/** `cordgate imagine` against the gateway's own HTTP surface, with a task service in memory behind it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { makeProxy, PNG, SECRET } from '../http/midjourney-proxy/support.ts';
import { Terminal } from './terminal.ts';

async function startGateway() {
  const bytes = Buffer.from(PNG, 'base64');
  const cdn = createServer((_request, response) => response.end(bytes));
  await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
  const media = {
    id: '1',
    url: `http://127.0.0.1:${(cdn.address() as AddressInfo).port}/cat.png`,
    name: 'cat.png',
  };
  const proxy = makeProxy();
  await proxy.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = proxy.app.server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'cordgate-imagine-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    cdn.closeAllConnections();
    cdn.close();
  });
  const draw = (...args: string[]) =>
    new Terminal({ CORDGATE_KEY: SECRET }).run([
      'imagine',
      'a small cat',
      '--url',
      `http://127.0.0.1:${port}`,
      ...args,
    ]);
  /** Ends every task as soon as it is there. */
  const finishAll = async () => {
    const signal = new AbortController();
    onTestFinished(() => signal.abort());
    const changes = proxy.tasks.watchAll({ id: '', admin: true, bots: ['*'] }, signal.signal);
    for await (const change of changes) {
      if (change.type !== 'task-changed' || change.task.status !== 'queued') continue;
      queueMicrotask(() => proxy.tasks.succeed(change.task.id, { media: [media] }));
    }
  };
  return { ...proxy, bytes, folder, draw, finishAll };
}

it('draws and upscales through the real dialect', async () => {
  const { draw, finishAll, folder, bytes, tasks } = await startGateway();
  void finishAll();
  const out = join(folder, 'cat.png');
  const { code, stdout } = await draw('--out', out, '--upscale', '3', '--json');
  expect(code).toBe(0);
  const { task, followUps, files } = JSON.parse(stdout);
  expect(task).toMatchObject({ action: 'IMAGINE', status: 'SUCCESS', prompt: 'a small cat' });
  expect(followUps).toMatchObject([{ action: 'UPSCALE', status: 'SUCCESS', parentId: task.id }]);
  expect(files).toEqual([join(folder, 'cat-grid.png'), out]);
  expect(readFileSync(out).equals(bytes)).toBe(true);
  expect(tasks.orders.map(({ action }) => action)).toEqual([undefined, { kind: 'upscale', index: 3 }]);
});

it('tells the gateway’s own refusal', async () => {
  const { draw, tasks, folder } = await startGateway();
  tasks.refuseWith(new GatewayError('queue_full', 'alice has 10 tasks waiting, its limit.'));
  const { code, stderr } = await draw('--out', folder);
  expect(code).toBe(1);
  expect(stderr).toContain('error: the line is full: alice has 10 tasks waiting, its limit.\n');
});
