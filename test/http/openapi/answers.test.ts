import { expect, it } from 'vitest';
import { ActivityBook } from '../../../src/http/admin/activity.ts';
import { keysSchema, overviewSchema } from '../../../src/http/admin/answers.ts';
import { renderOverview } from '../../../src/http/admin/overview.ts';
import {
  errorSchema,
  meSchema,
  receiptSchema,
  studiosSchema,
  taskPageSchema,
  taskSchema,
} from '../../../src/http/native/answers.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { VIEW } from '../admin/support.ts';
import { drawn, IMAGINE, makeNative } from '../native/support.ts';

it('answers of the native dialect are what their schemas say, and hold no more', async () => {
  const scene = makeNative();
  scene.tasks.views = [VIEW];
  const notify = 'https://hooks.example.org/x';
  const receipt = await scene.call('POST', '/tasks', { ...IMAGINE, notify, state: 'x', mode: 'fast' });
  receiptSchema.parse(receipt.json());
  const id = await drawn(scene);
  scene.tasks.succeed(id, {
    preview: { url: 'https://example.org/p.png' },
    timeline: [{ at: 1, status: 'queued', percent: 0 }],
    media: [{ id: '1', url: 'https://example.org/a.png', kept: 'aa.png', width: 1, height: 1 }],
    failure: { code: 'bot_failed', message: 'x' },
    texts: ['a'],
    seed: '1',
    warning: 'w',
    title: 't',
    isUntold: true,
  });
  taskSchema.parse((await scene.call('GET', `/tasks/${id}`)).json());
  taskPageSchema.parse((await scene.call('GET', '/tasks')).json());
  studiosSchema.parse((await scene.call('GET', '/accounts')).json());
  meSchema.parse((await scene.call('GET', '/me')).json());
  errorSchema.parse((await scene.call('GET', '/tasks/1')).json());
});

it('the overview and the keys are what their schemas say', () => {
  const account = { id: 'alice', kind: 'user', state: 'ready', since: 1, enabled: true } as const;
  const bot = {
    id: 'coze',
    driver: 'coze',
    kind: 'chat',
    models: ['gpt-4o'],
    verbs: ['chat'],
    state: 'ready',
    channels: 1,
    queued: 0,
    running: 0,
  } as const;
  const facts = { startedAt: 1, ready: true, reasons: [], store: { driver: 'memory', ok: true } };
  const activity = new ActivityBook(new FakeClock()).minutes();
  const overview = renderOverview('1', { ...facts, accounts: [account], activity }, [bot], [VIEW]);
  expect(overview.needsPerson).toHaveLength(1);
  overviewSchema.parse(JSON.parse(JSON.stringify(overview)));
  keysSchema.parse({ keys: [{ name: 'a', bots: ['*'], admin: false, source: 'made', createdAt: 1 }] });
});
