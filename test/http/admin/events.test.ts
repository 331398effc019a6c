import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WatchedChange } from '../../../src/core/tasks.ts';
import { ADMIN, type Scene, serveScene, submit, VIEW } from './support.ts';

const OPERATOR = { id: '', admin: true, bots: ['*'] };

interface Heard {
  event: string;
  id: number;
  data: Record<string, unknown>;
}

/** Listens like a browser would; `heard` grows. */
async function listen(port: number) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`http://127.0.0.1:${port}/admin/api/events`, {
    headers: ADMIN,
    signal: leaving.signal,
  });
  const heard: Heard[] = [];
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const frames = text.split('\n\n');
      heard.splice(0, heard.length, ...frames.slice(0, -1).flatMap(frameOf));
    }
  })();
  ended.catch(() => {});
  await vi.waitFor(() => expect(text).toContain('retry:'));
  return { response, heard, ended, leave: () => leaving.abort(), text: () => text };
}

function frameOf(frame: string): Heard[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
  const event = field('event');
  if (event === undefined) return [];
  return [{ event, id: Number(field('id')), data: JSON.parse(field('data') ?? 'null') }];
}

/** Hands the test what the service would tell, and notes when nobody listens any more. */
function scripted(scene: Scene) {
  const sent: WatchedChange[] = [];
  let wake = () => {};
  let isOver = false;
  scene.tasks.watchAll = async function* (_caller, signal) {
    signal.addEventListener('abort', () => wake());
    while (!signal.aborted) {
      const change = sent.shift();
      if (change) yield change;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    isOver = true;
  };
  return {
    send: (...changes: WatchedChange[]) => {
      sent.push(...changes);
      wake();
    },
    isOver: () => isOver,
  };
}

describe('GET /admin/api/events', () => {
  it('tells every change of tasks and accounts, with growing ids', async () => {
    const scene = await serveScene();
    const source = scripted(scene);
    const id = await submit(scene);
    const { response, heard } = await listen(scene.port);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const { signal } = new AbortController();
    const task = (await scene.tasks.findTask({ id: '', admin: true, bots: ['*'] }, id, signal))!;
    source.send({ type: 'task-changed', task }, { type: 'account-changed', account: VIEW });
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    source.send({ type: 'task-changed', task: { ...task, status: 'running', percent: 46, revision: 2 } });
    await vi.waitFor(() => expect(heard).toHaveLength(3));
    expect(heard.map(({ event }) => event)).toEqual(['task', 'account', 'task']);
    expect(heard[0]?.data).toMatchObject({ id, bot: 'midjourney', key: 'painter', status: 'queued' });
    expect(heard[1]?.data).toMatchObject({ account: 'alice', state: 'paused', reason: 'captcha' });
    expect(heard[2]?.data).toMatchObject({ id, percent: 46 });
    expect(heard[1]!.id).toBeGreaterThan(heard[0]!.id);
    expect(heard[2]!.id).toBeGreaterThan(heard[1]!.id);
    expect(JSON.stringify(heard)).not.toContain('secret=1');
  });

  it('sends comments while nothing happens', async () => {
    const scene = await serveScene({ heartbeatMs: 10 });
    scripted(scene);
    const { text } = await listen(scene.port);
    await vi.waitFor(() => expect(text()).toContain(': keep-alive\n\n'));
  });

  it('stops to listen at the service when the client leaves', async () => {
    const scene = await serveScene();
    const source = scripted(scene);
    const { leave } = await listen(scene.port);
    expect(source.isOver()).toBe(false);
    leave();
    await vi.waitFor(() => expect(source.isOver()).toBe(true));
  });

  it('ends cleanly when the gateway stops', async () => {
    const scene = await serveScene();
    const source = scripted(scene);
    const { ended } = await listen(scene.port);
    await Promise.all([scene.app.close(), expect(ended).resolves.toBeUndefined()]);
    expect(source.isOver()).toBe(true);
  });

  it('ends when the service fails, and says nothing of why', async () => {
    const scene = await serveScene();
    // biome-ignore lint/correctness/useYield: it fails at once
    scene.tasks.watchAll = async function* () {
      throw new Error('secret detail');
    };
    const { ended, text } = await listen(scene.port);
    await ended;
    expect(text()).not.toContain('secret');
  });

  it('tells how many changes were given up for a slow reader', async () => {
    const scene = await serveScene();
    const source = scripted(scene);
    const { heard } = await listen(scene.port);
    source.send({ type: 'changes-missed', count: 12 });
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toMatchObject({ event: 'missed', data: { count: 12 } });
  });

  it('reads on only as fast as the caller does', async () => {
    const scene = await serveScene();
    const task = await scene.tasks.findTask(OPERATOR, await submit(scene), new AbortController().signal);
    const prompt = 'x'.repeat(20_000);
    let told = 0;
    scene.tasks.watchAll = async function* (_caller, signal) {
      for (; told < 20_000 && !signal.aborted; told += 1) {
        yield { type: 'task-changed', task: { ...task!, request: { ...task!.request, prompt } } };
      }
    };
    const socket = connect(scene.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.pause();
    socket.write(
      `GET /admin/api/events HTTP/1.1\r\nhost: a\r\nauthorization: ${ADMIN.authorization}\r\n\r\n`,
    );
    await vi.waitFor(() => expect(told).toBeGreaterThan(0));
    await vi.waitFor(async () => {
      const before = told;
      await pause(50);
      expect(told).toBe(before);
    });
    expect(told).toBeLessThan(20_000);
  });
});
