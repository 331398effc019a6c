import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordsIn } from '../../../src/config/word-list.ts';
import type { GatewayError } from '../../../src/core/errors.ts';
import type { TaskRequest } from '../../../src/core/task.ts';
import { checkPrompt, promptFor, promptKey } from '../../../src/drivers/midjourney/prompt.ts';

const request = (more: Partial<TaskRequest> = {}): TaskRequest => ({
  verb: 'imagine',
  prompt: 'a small cat',
  links: [],
  files: 0,
  ...more,
});

function refusal(more: Partial<TaskRequest>, words: string[] = []): GatewayError | undefined {
  try {
    checkPrompt(request(more), { words });
  } catch (error) {
    return error as GatewayError;
  }
  return undefined;
}

describe('the prompt that is sent', () => {
  test.each<[more: Partial<TaskRequest>, prompt: string]>([
    [{}, 'a small cat'],
    [{ prompt: '  a small\ncat ' }, 'a small\ncat'],
    [
      { links: ['https://x.org/1.png', 'https://x.org/2.png'] },
      'https://x.org/1.png https://x.org/2.png a small cat',
    ],
    [{ prompt: '', links: ['https://x.org/1.png'] }, 'https://x.org/1.png'],
    [{ mode: 'fast' }, 'a small cat --fast'],
    [{ mode: 'relax', prompt: 'a small cat --ar 3:2' }, 'a small cat --ar 3:2 --relax'],
    [{ mode: 'turbo', prompt: 'a small cat --turbo --ar 3:2' }, 'a small cat --turbo --ar 3:2'],
    [{ mode: 'fast', prompt: 'a small cat --relax' }, 'a small cat --relax'],
    [{ mode: 'fast', prompt: 'a small cat —relax' }, 'a small cat —relax'],
    [{ mode: 'fast', prompt: 'a cat --fastfood' }, 'a cat --fastfood --fast'],
    [
      { verb: 'animate', links: ['https://x.org/1.png'], motion: 'high', mode: 'fast' },
      'https://x.org/1.png a small cat --motion high --video 1 --fast',
    ],
    [
      {
        verb: 'animate',
        links: ['https://x.org/1.png'],
        motion: 'low',
        prompt: 'a cat --video --motion high',
      },
      'https://x.org/1.png a cat --video --motion high',
    ],
    [{ verb: 'animate', links: ['https://x.org/1.png'], prompt: '' }, 'https://x.org/1.png --video 1'],
    [{ motion: 'high' }, 'a small cat'],
    [{ verb: 'shorten', mode: 'fast', links: ['https://x.org/1.png'] }, 'a small cat'],
  ])('%j: %s', (more, prompt) => {
    expect(promptFor(request(more))).toBe(prompt);
  });
});

describe('the key of a prompt', () => {
  test.each([
    ['a small cat', 'a small cat --v 6.1'],
    ['a   small \n cat', 'a small cat --v 6.1'],
    ['A Small Cat —ar 3:2', 'A Small Cat --ar 3:2 --v 6.1'],
    ['a cat — asleep', 'a cat -- asleep --v 6'],
    ['a cat -- asleep', 'a cat asleep --v 6.0'],
    ['a cat—asleep', 'a cat--asleep --style raw --s 250'],
    [
      'https://x.org/1.jpg?a=b&c=d running on the sky',
      '<https://s.mj.run/aB3dE_f> running on the sky --v 6.1',
    ],
    ['https://x.org/1.jpg https://x.org/2.jpg', '<https://s.mj.run/a> <https://s.mj.run/b> --v 5.1'],
    ['a cat --sref https://x.org/s.png --ar 1:1', 'a cat --ar 1:1 --sref <https://s.mj.run/x> --raw'],
    ['a cat --no dog, mouse --ar 1:1', '<https://s.mj.run/x> a cat --motion high --video 1 --aspect 1:1'],
    ['car --ar 1:1 --relax', 'car --relax --ar 3:2'],
    ['“a cat”, it’s small', '"a cat", it\'s small --v 7'],
    ['cat::2 dog::1 --iw 2', 'cat::2 dog::1 --iw 2 --v 6.1'],
    ['a **bold** cat (fast) <@123>', 'a **bold** cat (fast) <@123> --v 6.1'],
    ['一只小猫，戴帽子', '一只小猫，戴帽子 --niji 6'],
    ['--ar 3:2', '--ar 3:2 --v 6.1'],
  ])('%j and its echo %j are the same', (asked, echoed) => {
    expect(promptKey(asked)).toBe(promptKey(echoed));
  });

  test.each([
    ['a small cat', 'a small dog'],
    ['a small cat', 'a small cat on a mat'],
    ['cat 1', 'cat 2'],
    ['一只小猫', '一只小狗'],
    ['a 🐈', 'a 🐕'],
  ])('%j and %j are not', (one, other) => {
    expect(promptKey(one)).not.toBe(promptKey(other));
  });

  test('is the same however the bot rewrites', () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !/https?:|<|>/i.test(text));
    const links = fc.array(fc.stringMatching(/^https:\/\/x\.org\/[a-z-]{1,9}\.png(\?a=--b)?$/), {
      maxLength: 3,
    });
    const parameters = fc.shuffledSubarray([
      '--ar 3:2',
      '--v 6.1',
      '--no dog',
      '--fast',
      '--sref https://x.org/a b',
    ]);
    fc.assert(
      fc.property(words, links, parameters, parameters, (text, urls, asked, added) => {
        const prompt = promptFor(request({ prompt: [text, ...asked].join(' '), links: urls, mode: 'turbo' }));
        const short = urls.map((_, index) => `<https://s.mj.run/${index}>`);
        const echo = [...short, text, ...added]
          .join(' ')
          .replace(/\s+/g, ' ')
          .replace(/—/g, '--')
          .replace(/ -- /g, ' ');
        expect(promptKey(echo)).toBe(promptKey(prompt));
      }),
    );
  });

  test('of a long prompt is that of its echo, which is cut to fit into a message', () => {
    const asked = `${'a small cat, '.repeat(300)} --ar 3:2`;
    expect(promptKey(asked.slice(0, 1_900))).toBe(promptKey(asked));
    expect(promptKey(`a dog, ${asked}`)).not.toBe(promptKey(asked));
  });

  test('keeps every letter and digit of a text without parameters', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9 ,.!]{0,40}$/), (text) => {
        expect(promptKey(text)).toBe(text.replace(/[ ,.!]/g, ''));
      }),
    );
  });
});

describe('a prompt that would be refused', () => {
  test.each<[more: Partial<TaskRequest>]>([
    [{ prompt: '' }],
    [{ prompt: ' \n' }],
    [{ verb: 'shorten', prompt: '', links: ['https://x.org/1.png'] }],
    [{ verb: 'animate', prompt: '' }],
  ])('is empty: %j', (more) => {
    expect(refusal(more)).toMatchObject({
      code: 'invalid_request',
      message: 'The prompt is empty.',
      param: 'prompt',
    });
  });

  test.each<[more: Partial<TaskRequest>]>([
    [{ prompt: '', links: ['https://x.org/1.png'] }],
    [{ prompt: '', files: 1 }],
    [{ verb: 'blend', prompt: '', files: 2 }],
    [{ verb: 'info', prompt: '' }],
    [{ prompt: 'x'.repeat(6_000) }],
  ])('is not one that needs no words, or fits exactly: %j', (more) => {
    expect(refusal(more)).toBeUndefined();
  });

  test('is longer than Discord takes, links and flags counted', () => {
    expect(refusal({ prompt: 'x'.repeat(6_001) })).toMatchObject({
      code: 'invalid_request',
      message: 'The prompt with its links has 6001 characters; Discord takes at most 6000.',
    });
    expect(refusal({ prompt: 'x'.repeat(6_000), mode: 'fast' })?.message).toContain('6007');
    expect(refusal({ form: { prompt: 'x'.repeat(4_001) } })).toMatchObject({
      code: 'invalid_request',
      param: 'form.prompt',
    });
  });

  test.each<[prompt: string, words: string[], named: string]>([
    ['a Bloody cat', ['bloody'], 'Bloody'],
    ['a cat, bloody', ['bloody'], 'bloody'],
    ['a very  bad thing', ['very bad'], 'very  bad'],
    ['cutting-edge art', ['-edge'], '-edge'],
    ['art -edge', ['-edge'], '-edge'],
    ['a C++ poster', ['c++'], 'C++'],
    ['一只色情猫', ['色情'], '色情'],
    ['ein Öl bild', ['öl'], 'Öl'],
    ['bad blood', ['bad', 'bad blood'], 'bad blood'],
    ['b\u200Bl\u2060o\u00ADo\u200Dd', ['blood'], 'blood'],
    ['bad\u200B blood', ['bad blood'], 'bad blood'],
    ['blood', ['bl\u200Bood', '\u200B'], 'blood'],
    ['https://x.org/a.png\uFEFFblood', ['blood'], 'blood'],
  ])('%j holds a banned word of %j', (prompt, words, named) => {
    expect(refusal({ prompt }, words)).toMatchObject({
      code: 'prompt_refused',
      message: `The prompt holds the banned word "${named}".`,
    });
  });

  test.each<[prompt: string, words: string[]]>([
    ['a classic cat', ['ass']],
    ['assign', ['ass']],
    ['ass_word', ['ass']],
    ['https://x.org/blood.png a cat', ['blood']],
    ['<https://x.org/a/blood> a cat', ['blood', 'https']],
    ['cutting-edgeless', ['-edge']],
    ['a.b', ['a*b', 'a+b']],
    ['schön', ['sch']],
    ['a cat', []],
    ['a cat', ['\u200B']],
  ])('%j holds none of %j', (prompt, words) => {
    expect(refusal({ prompt }, words)).toBeUndefined();
  });

  test('is found in a form as well', () => {
    expect(refusal({ verb: 'act', prompt: '', form: { prompt: 'gore' } }, ['gore'])?.code).toBe(
      'prompt_refused',
    );
  });

  test('names any word of any list that stands alone in it', () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((text) => text.trim().toLowerCase());
    const banned = word.filter(
      (text) => text !== '' && !/^#|\s|\p{Cf}|https?:|[<>]/iu.test(text) && text === text.normalize(),
    );
    fc.assert(
      fc.property(banned, (text) => {
        const words = wordsIn(text);
        expect(refusal({ prompt: `a ${text} cat` }, words)?.code).toBe('prompt_refused');
      }),
    );
  });
});

describe('a list of banned words', () => {
  test('is one in a line, with comments, empty lines, a byte order mark and any line end', () => {
    const file = '\uFEFF# words\r\nblood\r\n\r\n  very   bad \n  # more\n-edge\nblood\rc#';
    expect(wordsIn(file)).toEqual(['blood', 'very bad', '-edge', 'c#']);
    expect(wordsIn('')).toEqual([]);
  });
});
