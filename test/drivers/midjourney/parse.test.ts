import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/core/discord.ts';
import type { JobMessage, Parsed } from '../../../src/drivers/desk/parsed.ts';
import { parseMessage } from '../../../src/drivers/midjourney/parse.ts';
import { fixture, fixtureNames } from './fixtures.ts';

const USER = '1000000000000000001';
const GRID = '4e68485a-900c-4c1b-9222-f9b5ae4b3fcf';
const NEW = '0b5d2c7e-3f4a-4d1b-8c6e-7a9f0e1d2c3b';
const VIDEO = '<https://s.mj.run/x> a small cat --motion high --video 1';
const HOSTILE =
  'a **bold** cat** - <@999999999999999999> (Stopped) (50%)\n\n' +
  `[Banned prompt](https://midjourney.com/jobs/${NEW}) (fast) - Image #3 --v 6.1`;

type Row = [
  fixture: string,
  stage: JobMessage['stage'],
  work: JobMessage['work'],
  prompt: string,
  more?: Partial<JobMessage> & { jobId?: string | undefined; files?: number },
];

/** Every message about a job. `files`: how many pictures it carries, 0 when left out, 1 for finals. */
const JOBS: Row[] = [
  ['imagine-start-2024', 'starting', 'imagine', 'a small cat'],
  ['imagine-start-2026-cancel-button', 'starting', 'imagine', 'a small cat --v 7.0', { jobId: GRID }],
  [
    'imagine-progress-0-without-picture',
    'progress',
    'imagine',
    'a small cat --v 6.1',
    { percent: 0, mode: 'fast' },
  ],
  [
    'imagine-progress-31-grid-preview',
    'progress',
    'imagine',
    'a small cat --v 6.1',
    { percent: 31, mode: 'fast', jobId: GRID, files: 1 },
  ],
  [
    'imagine-progress-46-v7-ephemeral',
    'progress',
    'imagine',
    'a small cat --v 7.0',
    { percent: 46, mode: 'fast', stealth: true, jobId: GRID, files: 1 },
  ],
  [
    'imagine-progress-percent-behind-mode',
    'progress',
    'imagine',
    'a small cat --v 6.1',
    { percent: 25, mode: 'fast' },
  ],
  ['imagine-progress-relax', 'progress', 'imagine', 'a small cat --v 6.1', { percent: 62, mode: 'relax' }],
  ['imagine-final-2024', 'final', 'imagine', 'a small cat', { mode: 'fast', jobId: GRID }],
  ['imagine-final-2026-webp', 'final', 'imagine', 'a small cat --v 7.0', { mode: 'fast', jobId: GRID }],
  [
    'imagine-final-2026-plain-open-note',
    'final',
    'imagine',
    'a small cat --v 7.0',
    { mode: 'turbo', jobId: GRID },
  ],
  ['imagine-final-with-nonce', 'final', 'imagine', 'a small cat --v 6.1', { mode: 'fast', jobId: GRID }],
  [
    'imagine-final-relaxed-stealth',
    'final',
    'imagine',
    'a small cat --v 6.1',
    { mode: 'relax', stealth: true, jobId: GRID },
  ],
  [
    'imagine-final-picture-link-prompt',
    'final',
    'imagine',
    '<https://s.mj.run/aB3dE_f> running on the sky --ar 3:2 --fast',
    { mode: 'fast', jobId: GRID },
  ],
  ['imagine-final-hostile-prompt', 'final', 'imagine', HOSTILE, { mode: 'fast', jobId: GRID }],
  ['imagine-final-niji', 'final', 'imagine', 'a small cat --niji 6', { mode: 'fast', jobId: GRID }],
  ['imagine-final-layout', 'final', 'imagine', 'a small cat --v 7.0', { mode: 'fast', jobId: GRID }],
  ['imagine-paused', 'paused', 'imagine', 'a small cat --v 6.1', { mode: 'fast', jobId: GRID, files: 1 }],
  ['imagine-stopped', 'stopped', 'imagine', 'a small cat --v 6.1', { jobId: GRID, files: 1 }],
  ['imagine-stopped-with-percent', 'stopped', 'imagine', 'a small cat --v 6.1', { percent: 46 }],
  [
    'imagine-displaying',
    'progress',
    'imagine',
    'a small cat --v 6.1',
    { mode: 'fast', jobId: GRID, files: 1 },
  ],
  ['imagine-mode-without-picture', 'starting', 'imagine', 'a small cat --v 6.1', { mode: 'fast' }],
  ['reroll-start', 'starting', 'imagine', 'a small cat'],
  ['no-notice-prompt-like-a-title', 'starting', 'imagine', 'queue full\ninvalid parameter'],
  ['pick-start', 'starting', 'upscale', 'a small cat', { index: 2 }],
  ['pick-final-2024', 'final', 'pick', 'a small cat', { index: 2, jobId: GRID }],
  ['pick-final-2026', 'final', 'pick', 'a small cat --v 7.0', { index: 3, jobId: GRID }],
  ['pick-final-v5-2x-4x', 'final', 'pick', 'a small cat --v 5.2', { index: 1, jobId: GRID }],
  ['upscale-start', 'starting', 'upscale', 'a small cat --v 6.1', { index: 1 }],
  ['upscale-progress-subtle', 'progress', 'upscale', 'a small cat --v 6.1', { percent: 31, mode: 'fast' }],
  ['upscale-final-subtle', 'final', 'upscale', 'a small cat --v 6.1', { mode: 'fast', jobId: GRID }],
  ['upscale-final-creative', 'final', 'upscale', 'a small cat --v 6.1', { mode: 'fast', jobId: GRID }],
  ['upscale-final-2x', 'final', 'upscale', 'a small cat --v 5.2', { mode: 'fast', jobId: NEW }],
  ['upscale-final-4x', 'final', 'upscale', 'a small cat --v 5.2', { mode: 'relax', jobId: NEW }],
  ['upscale-final-v7', 'final', 'upscale', 'a small cat --v 7.0', { mode: 'fast', jobId: GRID }],
  ['upscale-v4-final', 'final', 'upscale', 'a small cat --v 4', { mode: 'fast', jobId: GRID }],
  ['upscale-v4-beta-final', 'final', 'upscale', 'a small cat --v 4', { mode: 'fast', jobId: NEW }],
  ['upscale-v4-light-final', 'final', 'upscale', 'a small cat --v 4', { mode: 'relax', jobId: NEW }],
  ['vary-start', 'starting', 'vary', 'a small cat', { index: 1 }],
  [
    'vary-progress-strong',
    'progress',
    'vary',
    'a small cat',
    { percent: 93, mode: 'fast', jobId: NEW, files: 1 },
  ],
  ['vary-final-strong-2024', 'final', 'vary', 'a small cat', { mode: 'fast', jobId: NEW }],
  ['vary-final-subtle-2026', 'final', 'vary', 'a small cat --v 7.0', { mode: 'fast', jobId: NEW }],
  ['vary-final-old', 'final', 'vary', 'a small cat --v 5', { mode: 'relax', jobId: NEW }],
  ['vary-final-region', 'final', 'vary', 'a small cat --v 6.1', { mode: 'fast', jobId: NEW }],
  ['vary-final-remix', 'final', 'vary', 'a small dog --v 6.1', { mode: 'fast', jobId: NEW }],
  ['vary-final-remix-region', 'final', 'vary', 'a small dog --v 6.1', { mode: 'fast', jobId: NEW }],
  ['zoom-progress', 'progress', 'zoom', 'a small cat --v 6.1', { percent: 15, mode: 'fast' }],
  ['zoom-final-2024', 'final', 'zoom', 'a small cat', { mode: 'fast', jobId: NEW }],
  ['zoom-final-2026', 'final', 'zoom', 'a small cat --v 7.0', { mode: 'fast', jobId: NEW }],
  ['pan-final-left', 'final', 'pan', 'car --relax --ar 17:31', { mode: 'relax', jobId: NEW }],
  ['pan-final-right', 'final', 'pan', 'car --relax --ar 17:31', { mode: 'relax', jobId: NEW }],
  ['pan-final-up', 'final', 'pan', 'car --relax --ar 17:31', { mode: 'relax', jobId: NEW }],
  ['pan-final-down', 'final', 'pan', 'car --relax --ar 17:31', { mode: 'relax', jobId: NEW }],
  ['blend-start', 'starting', 'imagine', '<https://s.mj.run/a> <https://s.mj.run/b> --v 5.1'],
  [
    'blend-final',
    'final',
    'imagine',
    '<https://s.mj.run/a> <https://s.mj.run/b> --v 5.1',
    { mode: 'relax', jobId: GRID },
  ],
  ['blend-final-empty-prompt', 'final', 'imagine', '', { mode: 'fast', jobId: GRID }],
  ['blend-final-empty-prompt-2026', 'final', 'imagine', '', { mode: 'fast', jobId: GRID }],
  ['video-animating', 'progress', 'imagine', `${VIDEO} --aspect 1:1`, { mode: 'fast' }],
  [
    'video-progress-100',
    'progress',
    'imagine',
    `${VIDEO} --aspect 1:1`,
    { percent: 100, mode: 'fast', jobId: NEW, files: 1 },
  ],
  ['video-final-webp', 'final', 'imagine', `${VIDEO} --aspect 1:1`, { mode: 'fast', jobId: NEW }],
  [
    'video-final-mp4',
    'final',
    'imagine',
    '<https://s.mj.run/x> a small cat --motion low --video 1',
    { mode: 'fast', jobId: NEW },
  ],
  ['video-clip-final', 'final', 'pick', VIDEO, { index: 2, jobId: NEW }],
  ['video-extended-final', 'final', 'other', VIDEO, { mode: 'fast', jobId: NEW }],
  ['show-answer', 'final', 'imagine', 'a small cat --v 6.1', { jobId: GRID }],
];

const MARKED: Record<string, string> = {
  'imagine-final-2024': 'a small cat',
  'vary-final-strong-2024': 'a small cat - Variations (Strong)',
  'pick-final-2024': 'a small cat - Image #2',
  'upscale-final-v7': 'a small cat --v 7.0 - Upscaled',
  'zoom-final-2026': 'a small cat --v 7.0 - Zoom Out',
  'pan-final-left': 'car --relax --ar 17:31 - Pan Left',
};

/** Everything else that is no notice. */
const OTHERS: [fixture: string, says: Partial<Parsed['says']>, jobId?: string][] = [
  ['imagine-thinking', { type: 'pending' }],
  ['imagine-thinking-cancel-button', { type: 'pending' }, GRID],
  ['describe-thinking', { type: 'pending' }],
  ['shorten-thinking', { type: 'pending' }],
  ['video-interim-alone', { type: 'pending' }],
  ['link-preview-update', { type: 'nothing' }],
  ['foreign-small-talk', { type: 'words', of: 'other' }],
  ['no-notice-hint', { type: 'words', of: 'other' }],
  ['describe-answer', { type: 'texts', of: 'describe' }],
  ['describe-answer-without-buttons', { type: 'texts', of: 'describe' }],
  ['shorten-answer', { type: 'texts', of: 'shorten', texts: ['a small cat, error', 'small cat', 'cat'] }],
  ['info-answer', { type: 'words', of: 'info' }],
  ['settings-answer', { type: 'words', of: 'settings', text: 'On: Remix mode, Fast mode' }],
  ['mode-answer', { type: 'words', of: 'mode' }],
  ['remix-on', { type: 'words', of: 'remix' }],
  ['remix-off', { type: 'words', of: 'remix', text: 'Remix mode turned off!' }],
  ['bookmark-answer', { type: 'words', of: 'rated' }],
  ['seed-in-direct-message', { type: 'words', of: 'seed', seed: '1234567890' }, GRID],
  ['seed-alone', { type: 'words', of: 'seed', seed: '42' }, GRID],
];

describe('a message about a job', () => {
  test.each(JOBS)('%s is %s of %s', (name, stage, work, prompt, more = {}) => {
    const { jobId, files = stage === 'final' ? 1 : 0, ...fields } = more;
    const parsed = parseMessage(fixture(name));
    const { promptWithMarker: _, ...says } = parsed.says as JobMessage;
    expect(says).toEqual({ type: 'job', stage, work, prompt, userId: USER, ...fields });
    expect(parsed.jobId).toBe(jobId);
    expect(parsed.media).toHaveLength(files);
  });

  test.each(Object.entries(MARKED))('%s shows its prompt with its marker', (name, expected) => {
    expect(parseMessage(fixture(name)).says).toMatchObject({ promptWithMarker: expected });
  });

  test('carries its picture with the link as Discord signed it', () => {
    const [picture, ...others] = parseMessage(fixture('imagine-final-2026-webp')).media;
    expect(others).toEqual([]);
    expect(picture).toMatchObject({
      name: `alice_a_small_cat_${GRID}.webp`,
      contentType: 'image/webp',
      width: 2048,
      height: 2048,
    });
    expect(picture?.url).toMatch(/\.webp\?ex=66345934&is=/);
  });

  test('counts a picture once that is attached and shown in its layout', () => {
    const url = 'https://cdn.discordapp.com/attachments/1/2/cat.png';
    const { media } = parseMessage({
      ...messageOf(''),
      attachments: [
        { id: '3', filename: 'cat.png', url: `${url}?ex=1`, content_type: 'image/png' },
        { id: '4', filename: 'prompt.txt', url: `${url}.txt`, content_type: 'text/plain' },
      ],
      components: [{ type: 12, items: [{ media: { url: `${url}?ex=2` } }] }],
    });
    expect(media).toEqual([{ id: '3', name: 'cat.png', url: `${url}?ex=1`, contentType: 'image/png' }]);
  });

  test('is not hidden by a warning that has no consequence', () => {
    const { embeds } = fixture('notice-unknown-warning');
    const { says } = parseMessage({ ...fixture('imagine-final-2024'), ...(embeds && { embeds }) });
    expect(says).toMatchObject({ type: 'job', stage: 'final' });
  });

  test('is not told by the small print', () => {
    const { says } = parseMessage(messageOf(`**a** - <@${USER}> (turbo)\n-# Create (50%) (Stopped) (fast)`));
    expect(says).toMatchObject({ stage: 'starting', mode: 'turbo' });
    expect(says).not.toHaveProperty('percent');
  });

  test('offers the buttons that it carries', () => {
    const { actions } = parseMessage(fixture('pick-final-2026'));
    expect(actions.map(({ kind }) => kind)).toEqual([
      'upscale-subtle',
      'upscale-creative',
      'vary-subtle',
      'vary-strong',
      'vary-region',
      'zoom-2x',
      'zoom-1.5x',
      'zoom-custom',
      'make-square',
      'pan-left',
      'pan-right',
      'pan-up',
      'pan-down',
      'animate-high',
      'animate-low',
      'bookmark',
    ]);
  });
});

describe('the job’s own id', () => {
  const id = (digit: string) => GRID.replace(/^./, digit);
  const link = `[(Open)](<https://midjourney.com/jobs/${id('b')}>) `;
  const button = (custom_id: string) => ({ type: 2, style: 2, custom_id });
  const page = { type: 2, style: 5, url: `https://www.midjourney.com/app/jobs/${id('a').toUpperCase()}/` };
  const cancel = button(`MJ::CancelJob::ByJobid::${id('c')}`);
  const vary = button(`MJ::JOB::variation::1::${id('d')}`);
  const check = button(`MJ::iframe::${id('f')}`);

  test.each([
    ['the link to its page', link, [vary, cancel, page], 'a'],
    ['the link in the text', link, [vary, cancel], 'b'],
    ['the cancel button', '', [vary, cancel], 'c'],
    ['other buttons', '', [check, vary], 'd'],
    ['the name of its picture', '', [check], 'e'],
  ])('is taken from %s first', (_what, words, components, digit) => {
    const content = `**https://midjourney.com/jobs/${id('9')}** - <@${USER}> ${words}(fast)`;
    const filename = `alice_${id('e')}.webp`;
    const url = `https://cdn.discordapp.com/attachments/1/2/${filename}?ex=${id('8')}`;
    const message = { ...messageOf(content), components, attachments: [{ id: '3', filename, url }] };
    expect(parseMessage(message).jobId).toBe(id(digit));
  });
});

describe('other messages', () => {
  test.each(OTHERS)('%s', (name, says, jobId) => {
    const parsed = parseMessage(fixture(name));
    expect(parsed.says).toMatchObject(says);
    expect(parsed.jobId).toBe(jobId);
  });

  test('a description gives its texts without numbers and links, and its picture', () => {
    const parsed = parseMessage(fixture('describe-answer'));
    expect(parsed.says).toMatchObject({
      texts: [
        'a small cat on a mat, art deco --ar 1:1',
        'invalid parameter, a kitten in snow --ar 1:1',
        'Banned prompt poster --ar 1:1',
        'error 404, a cat (fast) --ar 1:1',
      ],
    });
    expect(parsed.media).toEqual([
      expect.objectContaining({ width: 512, url: expect.stringContaining('cat.png') }),
    ]);
    expect(parsed.actions.map(({ kind, index }) => `${kind} ${index}`)).toEqual([
      'imagine-text 1',
      'imagine-text 2',
      'imagine-text 3',
      'imagine-text 4',
      'retry undefined',
      'imagine-text undefined',
    ]);
  });

  test('info is read line by line', () => {
    expect(parseMessage(fixture('info-answer')).says).toMatchObject({
      fields: {
        Subscription: 'Standard (Active monthly, renews next on <t:1774990054>)',
        'Job Mode': 'Fast',
        'Fast Time Remaining': '3.25/15.0 hours (21.67%)',
        'Queued Jobs (relax)': '0',
        'Running Jobs': 'None',
      },
    });
  });

  test('no message on file is without a test', () => {
    const covered = [...JOBS, ...OTHERS].map(([name]) => name);
    const notices = fixtureNames.filter((name) => name.startsWith('notice-'));
    expect([...covered, ...notices].toSorted()).toEqual(fixtureNames.toSorted());
  });

  test('anything at all can be read', () => {
    const message = fc.record(
      {
        id: fc.string(),
        channel_id: fc.string(),
        content: fc.string(),
        flags: fc.nat(),
        embeds: fc.array(fc.record({ title: fc.string(), description: fc.string() }, { requiredKeys: [] })),
        components: fc.array(
          fc.record(
            { type: fc.nat(20), custom_id: fc.string(), label: fc.string() },
            { requiredKeys: ['type'] },
          ),
        ),
      },
      { requiredKeys: ['id', 'channel_id'] },
    );
    fc.assert(fc.property(message, (any) => parseMessage(any).says.type !== undefined));
  });
});

const TAILS = [
  '(Waiting to start)',
  '(31%) (fast)',
  '(fast 25%)',
  '(relaxed, stealth)',
  `[(Open on website for full quality)](<https://midjourney.com/jobs/${NEW}>) (turbo)\n-# Create, explore (50%)`,
  '',
];
const MARKERS = [
  '',
  'Variations by ',
  'Variations (Region) by ',
  'Upscaled (2x) by ',
  'Zoom Out by ',
  'Pan Up by ',
  'Image #4 ',
];
const STARTS = ['', 'Upscaling image #2 with ', 'Making variations for image #1 with prompt ', 'Rerolling '];
const NASTY = [
  '**',
  ' - ',
  '<@123>',
  '(fast)',
  '(50%)',
  '\n',
  '\n-# ',
  '**x** - <@999> (Stopped)',
  '/imagine prompt ',
];

describe('whatever a prompt holds', () => {
  const prompt = fc
    .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...NASTY)), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const frame = fc.record({
    start: fc.constantFrom(...STARTS),
    marker: fc.constantFrom(...MARKERS),
    tail: fc.constantFrom(...TAILS),
  });

  test('it is read back whole, and says nothing about the job', () => {
    fc.assert(
      fc.property(prompt, frame, (words, { start, marker, tail }) => {
        const say = (text: string) =>
          parseMessage(messageOf(`${start}**${text}** - ${marker}<@${USER}> ${tail}`));
        const { says, ...rest } = say(words);
        const { says: plain, ...plainRest } = say('a small cat');
        expect(says).toEqual({
          ...plain,
          prompt: words,
          promptWithMarker: (plain as JobMessage).promptWithMarker.replace('a small cat', () => words),
        });
        expect(rest).toEqual(plainRest);
      }),
    );
  });

  test('long ones full of look-alikes are read in no time', () => {
    const started = performance.now();
    parseMessage(messageOf(`**${'** - a a a a '.repeat(300)}** - <@${USER}> (fast)`));
    parseMessage(messageOf(`**${'** - Image #1 ('.repeat(300)}`));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

function messageOf(content: string): Message {
  return { id: '1', channel_id: '2', content };
}
