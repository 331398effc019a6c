import { describe, expect, test } from 'vitest';
import type { GatewayError } from '../../../src/core/errors.ts';
import type { Task } from '../../../src/core/task.ts';
import type { TaskWish } from '../../../src/core/task-driver.ts';
import { parseMessage } from '../../../src/drivers/midjourney/parse.ts';
import { planTask } from '../../../src/drivers/midjourney/plan.ts';
import { fixture } from './fixtures.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNiAAAABgADNjd8qAAAAABJRU5ErkJggg==';
const JPEG = '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwg';
const JOB = '4e68485a-900c-4c1b-9222-f9b5ae4b3fcf';
const LINK = 'https://x.org/1.png';

const wish = (more: Partial<TaskWish>): TaskWish => ({
  verb: 'imagine',
  prompt: '',
  links: [],
  files: 0,
  ...more,
});
const parentOf = (name: string, status: Task['status'] = 'succeeded'): Task => ({
  id: '12',
  botId: 'midjourney',
  driver: 'midjourney',
  model: 'midjourney',
  callerId: 'caller',
  accountId: 'alice',
  channelId: '2',
  status,
  request: { verb: 'imagine', prompt: 'a small cat', links: [], files: 0 },
  percent: 100,
  media: [],
  actions: parseMessage(fixture(name)).actions,
  trace: {},
  submittedAt: 0,
  revision: 1,
});

function plan(more: Partial<TaskWish>, parent?: Task, options: { remix?: boolean; words?: string[] } = {}) {
  return planTask(wish(more), parent, { remix: false, ...options });
}
function refusal(more: Partial<TaskWish>, parent?: Task, words: string[] = []): GatewayError {
  try {
    plan(more, parent, { words });
  } catch (error) {
    return error as GatewayError;
  }
  throw new Error('nothing was refused');
}

describe('a command', () => {
  test.each<[more: Partial<TaskWish>, needsSlot: boolean, loadsLinks: boolean]>([
    [{ prompt: 'a cat' }, true, false],
    [{ links: [LINK] }, true, false],
    [{ verb: 'shorten', prompt: 'a cat' }, true, false],
    [{ verb: 'animate', files: 1 }, true, false],
    [{ verb: 'animate', prompt: `${LINK} a cat` }, true, false],
    [{ verb: 'blend', files: 1, links: [LINK] }, true, true],
    [{ verb: 'blend', files: 5 }, true, true],
    [{ verb: 'describe', links: [LINK] }, true, false],
    [{ verb: 'describe', files: 1 }, true, false],
    [{ verb: 'show', jobId: JOB }, false, false],
    [{ verb: 'info' }, false, false],
    [{ verb: 'settings' }, false, false],
    [{ verb: 'remix' }, false, false],
    [{ verb: 'mode', mode: 'turbo' }, false, false],
  ])('%j needs a slot: %s, loads links: %s', (more, needsSlot, loadsLinks) => {
    expect(plan(more)).toEqual({ needsSlot, loadsLinks, takesPrompt: false });
  });

  test.each<[more: Partial<TaskWish>, code: string, param: string | undefined]>([
    [{ prompt: '' }, 'invalid_request', 'prompt'],
    [{ prompt: 'some gore' }, 'prompt_refused', 'prompt'],
    [{ verb: 'shorten' }, 'invalid_request', 'prompt'],
    [{ verb: 'animate', prompt: 'a cat' }, 'invalid_request', 'images'],
    [{ verb: 'blend', files: 1 }, 'invalid_request', 'images'],
    [{ verb: 'blend', files: 5, links: [LINK] }, 'invalid_request', 'images'],
    [{ verb: 'describe' }, 'invalid_request', 'images'],
    [{ verb: 'describe', files: 1, links: [LINK] }, 'invalid_request', 'images'],
    [{ verb: 'show' }, 'invalid_request', 'jobId'],
    [{ verb: 'show', jobId: '../..' }, 'invalid_request', 'jobId'],
    [{ verb: 'mode' }, 'invalid_request', 'mode'],
    [{ verb: 'create', prompt: 'a cat' }, 'unsupported_parameter', undefined],
  ])('%j is refused with %s', (more, code, param) => {
    const error = refusal(more, undefined, ['gore']);
    expect([error.code, error.param]).toEqual([code, param]);
  });
});

describe('a button', () => {
  const grid = parentOf('imagine-final-2024');
  const single = parentOf('pick-final-2026');

  test.each<[parent: Task, action: TaskWish['action'], needsSlot: boolean]>([
    [grid, { kind: 'upscale', index: 1 }, false],
    [grid, { kind: 'vary', index: 1 }, true],
    [grid, { kind: 'reroll' }, true],
    [single, { kind: 'upscale-subtle' }, true],
    [single, { kind: 'bookmark' }, false],
    [single, { kind: 'zoom-2x' }, true],
    [parentOf('settings-answer'), { customId: 'MJ::Settings::RemixMode' }, false],
    [parentOf('describe-answer'), { kind: 'imagine-text', index: 1 }, true],
  ])('is found among those of its parent (%#)', (parent, action, needsSlot) => {
    const planned = plan({ verb: 'act', parentId: '12', action }, parent);
    expect(planned).toMatchObject({ needsSlot, loadsLinks: false, asks: undefined });
    expect(parent.actions).toContain(planned.action);
  });

  test.each<[what: string, more: Partial<TaskWish>, parent: Task | undefined, code: string]>([
    ['without a parent', { action: { kind: 'reroll' } }, undefined, 'invalid_request'],
    ['without an action', {}, grid, 'invalid_request'],
    [
      'of a running task',
      { action: { kind: 'reroll' } },
      parentOf('imagine-final-2024', 'running'),
      'parent_unfinished',
    ],
    [
      'of a failed task',
      { action: { kind: 'reroll' } },
      parentOf('imagine-final-2024', 'failed'),
      'parent_unfinished',
    ],
    ['that is not there', { action: { kind: 'pan-left' } }, grid, 'action_not_offered'],
    ['with a banned word', { action: { kind: 'reroll' }, form: { prompt: 'gore' } }, grid, 'prompt_refused'],
    [
      'with a mask of JPEG',
      { action: { kind: 'vary-region' }, form: { mask: JPEG } },
      single,
      'media_invalid',
    ],
    [
      'with a mask that is no base64',
      { action: { kind: 'vary-region' }, form: { mask: 'ä' } },
      single,
      'media_invalid',
    ],
    ['with an empty mask', { action: { kind: 'vary-region' }, form: { mask: '' } }, single, 'media_invalid'],
  ])('%s is refused', (_what, more, parent, code) => {
    expect(refusal({ verb: 'act', ...more }, parent, ['gore']).code).toBe(code);
  });

  test.each<[action: TaskWish['action'], form: TaskWish['form'], remix: boolean, asks: string | undefined]>([
    [{ kind: 'zoom-custom' }, undefined, false, 'prompt'],
    [{ kind: 'zoom-custom' }, { prompt: ' ' }, false, 'prompt'],
    [{ kind: 'zoom-custom' }, { prompt: 'a cat --zoom 2' }, false, undefined],
    [{ kind: 'vary-region' }, undefined, false, 'mask'],
    [{ kind: 'vary-region' }, { prompt: 'a hat' }, false, 'mask'],
    [{ kind: 'vary-region' }, { mask: PNG }, false, undefined],
    [{ kind: 'vary-region' }, { mask: `data:image/png;base64,${PNG}`, prompt: 'a hat' }, false, undefined],
    [{ kind: 'vary-strong' }, undefined, false, undefined],
    [{ kind: 'vary-strong' }, undefined, true, 'prompt'],
    [{ kind: 'vary-strong' }, { prompt: 'a dog' }, true, undefined],
    [{ kind: 'vary-strong' }, {}, true, undefined],
    [{ kind: 'pan-left' }, undefined, true, 'prompt'],
    [{ kind: 'zoom-2x' }, undefined, true, undefined],
    [{ kind: 'animate-high' }, undefined, true, undefined],
  ])('%j with form %j, remix mode %s, asks for %s', (action, form, remix, asks) => {
    expect(plan({ verb: 'act', action, form }, single, { remix }).asks).toBe(asks);
  });

  test.each<[action: TaskWish['action'], takesPrompt: boolean]>([
    [{ kind: 'vary-strong' }, true],
    [{ kind: 'zoom-custom' }, true],
    [{ kind: 'zoom-2x' }, false],
    [{ kind: 'bookmark' }, false],
  ])('%j can open a form for words: %s', (action, takesPrompt) => {
    expect(plan({ verb: 'act', action }, single).takesPrompt).toBe(takesPrompt);
  });
});
