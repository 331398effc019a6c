import { describe, expect, test } from 'vitest';
import type { ApplicationCommand, StoredFile } from '../../../src/core/interaction.ts';
import type { TaskRequest } from '../../../src/core/task.ts';
import { findCommand } from '../../../src/drivers/desk/find-command.ts';
import { commandOptions, resolveApplication } from '../../../src/drivers/midjourney/commands.ts';
import { MIDJOURNEY_ID, NIJI_ID } from '../../../src/drivers/midjourney/options.ts';

const request = (more: Partial<TaskRequest>): TaskRequest => ({
  verb: 'imagine',
  prompt: '',
  links: [],
  files: 0,
  ...more,
});
const stored = (count: number): StoredFile[] =>
  Array.from({ length: count }, (_, index) => ({
    filename: `${index}.png`,
    uploadedFilename: `u/${index}.png`,
  }));
const command = (name: string, application_id: string, more = {}): ApplicationCommand => ({
  id: `${application_id}-${name}`,
  application_id,
  version: '1',
  name,
  type: 1,
  ...more,
});

describe('the command for a request', () => {
  test.each<[more: Partial<TaskRequest>, name: string, options: unknown[]]>([
    [
      { prompt: 'a cat', links: ['https://x.org/1.png'], mode: 'fast' },
      'imagine',
      [{ type: 3, name: 'prompt', value: 'https://x.org/1.png a cat --fast' }],
    ],
    [
      { verb: 'animate', links: ['https://x.org/1.png'], motion: 'low' },
      'imagine',
      [{ type: 3, name: 'prompt', value: 'https://x.org/1.png --motion low --video 1' }],
    ],
    [{ verb: 'shorten', prompt: 'a cat' }, 'shorten', [{ type: 3, name: 'prompt', value: 'a cat' }]],
    [
      { verb: 'describe', links: ['https://x.org/1.png'] },
      'describe',
      [{ type: 3, name: 'link', value: 'https://x.org/1.png' }],
    ],
    [{ verb: 'show', jobId: 'abc' }, 'show', [{ type: 3, name: 'job_id', value: 'abc' }]],
    [{ verb: 'info' }, 'info', []],
    [{ verb: 'settings' }, 'settings', []],
    [{ verb: 'mode', mode: 'fast' }, 'fast', []],
    [{ verb: 'mode', mode: 'relax' }, 'relax', []],
    [{ verb: 'mode', mode: 'turbo' }, 'turbo', []],
    [{ verb: 'remix' }, 'prefer', [{ type: 1, name: 'remix', options: [] }]],
  ])('%j is /%s', (more, name, options) => {
    expect(commandOptions(request(more), [])).toEqual({ name, options, files: [] });
  });

  test.each([
    [undefined, undefined],
    ['portrait', '--ar 2:3'],
    ['square', '--ar 1:1'],
    ['landscape', '--ar 3:2'],
  ] as const)('a blend sends its files, and %s as %s', (dimensions, value) => {
    const files = stored(3);
    expect(commandOptions(request({ verb: 'blend', dimensions }), files)).toEqual({
      name: 'blend',
      options: [
        { type: 11, name: 'image1', value: 0 },
        { type: 11, name: 'image2', value: 1 },
        { type: 11, name: 'image3', value: 2 },
        ...(value === undefined ? [] : [{ type: 3, name: 'dimensions', value }]),
      ],
      files,
    });
  });

  test('a description sends its file', () => {
    const files = stored(1);
    expect(commandOptions(request({ verb: 'describe' }), files)).toEqual({
      name: 'describe',
      options: [{ type: 11, name: 'image', value: 0 }],
      files,
    });
  });

  test.each(['act', 'create'] as const)('there is none for %s', (verb) => {
    expect(() => commandOptions(request({ verb }), [])).toThrow(
      expect.objectContaining({ code: 'unsupported_parameter' }),
    );
  });
});

describe('a command in the index', () => {
  const index = [
    command('imagine', '1'),
    command('imaginer', MIDJOURNEY_ID, { name_default: 'imagine' }),
    command('blend', MIDJOURNEY_ID, { name_default: 'imagine', type: 3 }),
    command('describe', MIDJOURNEY_ID, { name_default: 'blend' }),
  ];

  test('is found by its original name and its application', () => {
    expect(findCommand(index, 'imagine', MIDJOURNEY_ID)?.name).toBe('imaginer');
    expect(findCommand(index, 'blend', MIDJOURNEY_ID)?.name).toBe('describe');
    expect(findCommand(index, 'describe', MIDJOURNEY_ID)).toBeUndefined();
    expect(findCommand(index, 'imagine', '2')).toBeUndefined();
  });
});

describe('the application', () => {
  const mj = command('imagine', MIDJOURNEY_ID);
  const niji = command('imagine', NIJI_ID);
  const other = command('imagine', '7');
  const chat = command('chat', '8');
  const [mine, describes] = [command('imagine', '11'), command('describe', '11')];

  test.each<[what: string, index: ApplicationCommand[], wanted: object, id: string | undefined]>([
    ['configured', [mj, niji], { configured: '9' }, '9'],
    ['public', [chat, other, mj, niji], {}, MIDJOURNEY_ID],
    ['niji', [mj, niji, other], { variant: 'niji' }, NIJI_ID],
    ['the only one that draws', [chat, other], {}, '7'],
    ['the only one that draws, beside the other public one', [niji, other], {}, '7'],
    ['never the main one for niji', [mj], { variant: 'niji' }, undefined],
    ['never niji for the main one', [niji], {}, undefined],
    ['the one that offers what belongs to it, of several', [other, mine, describes, chat], {}, '11'],
    ['not one of several', [other, command('imagine', '10')], {}, undefined],
    ['none', [chat], {}, undefined],
  ])('is %s', (_what, index, wanted, id) => {
    expect(resolveApplication(index, wanted)).toBe(id);
  });
});
