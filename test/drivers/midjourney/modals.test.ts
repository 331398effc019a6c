import { describe, expect, test } from 'vitest';
import type { OpenedModal } from '../../../src/core/interaction.ts';
import { fillModal } from '../../../src/drivers/desk/modals.ts';
import { frameIsCaptcha, maskBody } from '../../../src/drivers/midjourney/frames.ts';

const modal = (components: OpenedModal['components']): OpenedModal => ({
  id: '1',
  channelId: '2',
  customId: 'MJ::RemixModal::x::1::1',
  title: 'Remix',
  components,
});
const field = (custom_id: string, more = {}) => ({ type: 4, custom_id, label: 'Prompt', ...more });

describe('a form', () => {
  const remix = modal([
    { type: 1, components: [field('MJ::RemixModal::new_prompt', { value: 'a small cat', required: true })] },
  ]);
  const filled = (value: string) => [
    { type: 1, components: [{ type: 4, custom_id: 'MJ::RemixModal::new_prompt', value }] },
  ];

  test('is sent back with the caller’s prompt', () => {
    expect(fillModal(remix, { prompt: 'a small dog' })).toEqual(filled('a small dog'));
  });

  test('is sent back as it was filled in when the caller gave no prompt', () => {
    expect(fillModal(remix, {})).toEqual(filled('a small cat'));
    expect(fillModal(modal([{ type: 1, components: [field('x')] }]), {})).toEqual([
      { type: 1, components: [{ type: 4, custom_id: 'x', value: '' }] },
    ]);
  });

  test('keeps labels, leaves out what only shows text, and takes the prompt in its first field', () => {
    const labelled = modal([
      { type: 10 },
      { type: 18, label: 'Prompt', component: field('first') },
      { type: 18, label: 'More', component: field('second', { value: 'kept' }) },
    ]);
    expect(fillModal(labelled, { prompt: 'new' })).toEqual([
      { type: 18, component: { type: 4, custom_id: 'first', value: 'new' } },
      { type: 18, component: { type: 4, custom_id: 'second', value: 'kept' } },
    ]);
  });

  test('does not take more than its field allows', () => {
    const short = modal([{ type: 1, components: [field('x', { max_length: 5 })] }]);
    expect(() => fillModal(short, { prompt: 'longer' })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
    expect(() => fillModal(short, { prompt: 'short' })).not.toThrow();
  });
});

describe('the page for a region', () => {
  const frame = { customId: 'MJ::iframe::4e68485a' };

  test('is answered with the mask and the form’s prompt', () => {
    expect(maskBody(frame, { mask: 'data:image/png;base64,iVBO\nRw0=', prompt: 'a hat' }, 'a cat')).toEqual({
      username: '0',
      userId: '0',
      customId: '4e68485a',
      mask: 'iVBORw0=',
      prompt: 'a hat',
      full_prompt: null,
    });
  });

  test('is answered with the parent’s prompt where the form has none', () => {
    expect(maskBody(frame, { mask: 'iVBORw0=' }, 'a cat').prompt).toBe('a cat');
  });

  test.each([
    ['Action required to continue', 'index.html', true],
    ['Inpaint', '/captcha/embedded/x', true],
    ['Inpaint', '/inpaint/index.html', false],
  ])('titled %j under %s asks for a person: %s', (title, path, isCaptcha) => {
    expect(frameIsCaptcha({ title, path })).toBe(isCaptcha);
  });
});
