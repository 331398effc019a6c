import { describe, expect, test } from 'vitest';
import type { ApplicationCommand } from '../../../src/core/interaction.ts';
import type { Task, TaskAction } from '../../../src/core/task.ts';
import type { TaskWish } from '../../../src/core/task-driver.ts';
import {
  commandOptions,
  fitCall,
  noApplication,
  noCommand,
  resolveApplication,
} from '../../../src/drivers/pika/commands.ts';
import { pikaDriver } from '../../../src/drivers/pika/driver.ts';
import { type PikaOptions, pikaBotSchema } from '../../../src/drivers/pika/options.ts';
import { parseMessage } from '../../../src/drivers/pika/parse.ts';
import { planTask } from '../../../src/drivers/pika/plan.ts';
import { promptKey } from '../../../src/drivers/pika/prompt.ts';
import { fixture } from './fixtures.ts';

const options: PikaOptions = pikaBotSchema.parse({
  rooms: [{ account: 'a', channelId: '700000000000000001' }],
});
const wish = (more: Partial<TaskWish>): TaskWish => ({
  verb: 'create',
  prompt: '',
  links: [],
  files: 0,
  ...more,
});
const { actions } = parseMessage(fixture('final-new'));
const parent = { id: '1', status: 'succeeded', actions } as unknown as Task;

describe('a wish', () => {
  test.each<[string, Partial<TaskWish>]>([
    ['words', { prompt: 'A cute small cat -ar 16:9' }],
    ['a picture', { verb: 'animate', files: 1 }],
    [
      'a picture by its link, and words',
      { verb: 'animate', links: ['https://example.org/a.png'], prompt: 'runs' },
    ],
    ['1,500 characters, counted as people do', { prompt: '🐈'.repeat(1_500) }],
  ])('of %s takes a slot, and pictures go as files', (_, given) => {
    expect(planTask(wish(given), undefined, options)).toEqual({
      needsSlot: true,
      takesPrompt: false,
      loadsLinks: true,
    });
  });

  test.each<[string, Partial<TaskWish>, string, RegExp]>([
    ['no words', { prompt: ' ' }, 'invalid_request', /empty/],
    [
      'too many words',
      { prompt: 'a'.repeat(1_501) },
      'invalid_request',
      /1501 characters; Pika takes at most 1500/,
    ],
    ['words with a picture', { prompt: 'a', files: 1 }, 'invalid_request', /"animate" takes a picture/],
    [
      'an animation of nothing',
      { verb: 'animate', prompt: 'a' },
      'invalid_request',
      /exactly one picture, not 0/,
    ],
    [
      'an animation of two',
      { verb: 'animate', files: 1, links: ['l'] },
      'invalid_request',
      /exactly one picture, not 2/,
    ],
    ['a banned word', { prompt: 'a CURSED cat' }, 'prompt_refused', /"CURSED"/],
    ['a banned word in a form', { verb: 'act', form: { prompt: 'cursed' } }, 'prompt_refused', /"cursed"/],
    ['another verb', { verb: 'blend' }, 'unsupported_parameter', /Pika has no "blend"/],
  ])('of %s is refused', (_, given, code, message) => {
    const plan = () => planTask(wish(given), undefined, { words: ['cursed'] });
    expect(plan).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test.each<[TaskAction['kind'], Partial<TaskWish>, object]>([
    ['retry', {}, { needsSlot: true, asks: undefined, takesPrompt: false }],
    ['remix', {}, { needsSlot: true, asks: 'prompt', takesPrompt: true }],
    ['remix', { form: { prompt: 'a dog' } }, { needsSlot: true, asks: undefined }],
    ['remix', { prompt: 'a dog' }, { needsSlot: true, asks: undefined }],
    ['cancel', {}, { needsSlot: false, asks: undefined }],
  ])('for the button %s with %j', (kind, given, plan) => {
    const pressed = wish({ verb: 'act', action: { kind }, ...given });
    expect(planTask(pressed, parent, options)).toMatchObject({ action: { kind }, ...plan });
  });

  test('for a button names what is missing', () => {
    const press = (task: Task | undefined, more: Partial<TaskWish>) => () =>
      planTask(wish({ verb: 'act', ...more }), task, options);
    expect(press(undefined, {})).toThrow(/its id is missing/);
    expect(press({ ...parent, status: 'running' }, {})).toThrow(/has not succeeded/);
    expect(press(parent, {})).toThrow(/The action is missing/);
    expect(press(parent, { action: { kind: 'upscale' } })).toThrow(
      /it offers: retry \(🔄\), remix \(🔀\), cancel \(❌\)/,
    );
  });

  test('has a plan or a refusal for every verb, as the driver says', () => {
    expect(pikaDriver).toMatchObject({ name: 'pika', verbs: ['create', 'animate', 'act'] });
  });
});

describe('the key of a prompt', () => {
  test.each([
    ['A cute small cat', 'a  CUTE, small cat!'],
    [
      'A cute small cat',
      'A cute small cat -ar 16:9 -camera zoom in -motion 2 -gs 12 -neg blurry -seed 7 -fps 24',
    ],
    ['smiling and blinking', 'smiling and blinking --size 100'],
    ['a cat — looking', 'a cat -- looking'],
    [`${'word '.repeat(20)}one`, `${'word '.repeat(20)}two`],
  ])('is the same for %j and %j', (one, other) => {
    expect(promptKey(one)).toBe(promptKey(other));
    expect(promptKey(one)).not.toBe('');
  });

  test.each([
    ['a cat', 'a dog'],
    ['a well-neglected garden', 'a well'],
    ['猫が走る', '犬が走る'],
  ])('differs for %j and %j', (one, other) => expect(promptKey(one)).not.toBe(promptKey(other)));
});

const option = (name: string, type: number) => ({ name, type });
const command = (
  name: string,
  applicationId: string,
  more: Partial<ApplicationCommand> = {},
): ApplicationCommand => ({
  id: `${name}-${applicationId}`,
  application_id: applicationId,
  version: '1',
  name,
  type: 1,
  ...more,
});
const both = (id: string) => [command('create', id), command('animate', id)];
const stored = { filename: 'a.png', uploadedFilename: 'stored/a.png' };

describe('the commands', () => {
  const { commands: names } = options;

  test('carry words and picture as their options', () => {
    expect(commandOptions({ verb: 'create', prompt: ' a cat ' }, [], names)).toEqual({
      name: 'create',
      options: [{ type: 3, name: 'prompt', value: 'a cat' }],
      files: [],
    });
    expect(commandOptions({ verb: 'animate', prompt: '' }, [stored], names)).toEqual({
      name: 'animate',
      options: [{ type: 11, name: 'image', value: 0 }],
      files: [stored],
    });
    expect(() => commandOptions({ verb: 'blend', prompt: '' }, [], names)).toThrow(/no command for "blend"/);
  });

  test('take the names of the options from the command itself', () => {
    const call = commandOptions({ verb: 'animate', prompt: 'she jumps' }, [stored], names);
    const renamed = { options: [option('text', 3), option('picture', 11), option('mask', 11)] };
    expect(fitCall(call, command('animate', '1', renamed)).options).toEqual([
      { type: 11, name: 'picture', value: 0 },
      { type: 3, name: 'text', value: 'she jumps' },
    ]);
    const usual = { options: [option('mask', 11), option('image', 11), option('prompt', 3)] };
    expect(fitCall(call, command('animate', '1', usual))).toEqual(call);
    expect(fitCall(call, command('animate', '1')), 'an index without options').toBe(call);
    const lacking = { options: [option('image', 11)] };
    expect(() => fitCall(call, command('animate', '1', lacking))).toThrow(/no option for the prompt/);
  });

  test.each<[string, ApplicationCommand[], string | undefined]>([
    ['the only one that offers both', [...both('1'), command('create', '2'), command('animate', '3')], '1'],
    ['the one that hides messages as well', [...both('1'), ...both('2'), command('encrypt_text', '2')], '2'],
    ['none of several that look alike', [...both('1'), ...both('2')], undefined],
    ['none where one command is missing', [command('create', '1')], undefined],
    [
      'the original name of a localised command',
      [command('erstellen', '1', { name_default: 'create' }), command('animate', '1')],
      '1',
    ],
    ['none in an empty place', [], undefined],
  ])('lead to %s', (_, commands, id) => expect(resolveApplication(commands, names)).toBe(id));

  test('may have other names', () => {
    const commands = [command('film', '5'), command('move', '5'), ...both('1')];
    expect(resolveApplication(commands, { create: 'film', animate: 'move' })).toBe('5');
  });

  test('that are missing are told with what is known of the bot, and how to look', () => {
    const missing = noApplication([], names);
    expect(missing).toMatchObject({
      code: 'command_missing',
      message: expect.stringMatching(/^No bot offers \/create and \/animate in this channel\..*closed/),
    });
    expect(missing.hint).toMatch(/reported to be closed.*Type the command by hand/);
    expect(noCommand('animate').message).toMatch(/reported to be closed/);
    const several = noApplication([...both('1'), ...both('2')], names);
    expect(several.message).toMatch(/Several bots offer .*: 1, 2\./);
    expect(several.hint).toMatch(/applicationId/);
  });
});
