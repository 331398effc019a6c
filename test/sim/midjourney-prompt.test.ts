/** How the simulated Midjourney bot rewrites prompts. */
import { describe, expect, it } from 'vitest';
import { changeParameters, rewritePrompt, wordsOf } from '../../src/sim/bots/midjourney/prompt.ts';

const rewrite = (prompt: string) => rewritePrompt(prompt, { model: '--v 6.1' });

describe('a prompt as the bot repeats it', () => {
  const cases = [
    ['a small cat', 'a small cat --v 6.1'],
    ['a   small \t cat  ', 'a small cat --v 6.1'],
    ['a cat —ar 3:2', 'a cat --ar 3:2 --v 6.1'],
    ['a cat -- sitting', 'a cat sitting --v 6.1'],
    ['a cat --v 6', 'a cat --v 6.0'],
    ['a cat --version 5.2', 'a cat --v 5.2'],
    ['a cat --niji 6', 'a cat --niji 6'],
    ['a cat --v 6.1 --ar 3:2', 'a cat --ar 3:2 --v 6.1'],
    ['a cat --s 50 --no dogs, mice --aspect 3:2', 'a cat --no dogs, mice --ar 3:2 --s 50 --v 6.1'],
    ['a cat --fast', 'a cat --fast --v 6.1'],
    ['well-known well--being', 'well-known well--being --v 6.1'],
    ['a **bold** (cat) <@1>\nwith lines', 'a **bold** (cat) <@1>\nwith lines --v 6.1'],
    ['一只小猫 --ar 1:1', '一只小猫 --ar 1:1 --v 6.1'],
    ['', '--v 6.1'],
  ] as const;
  it.each(cases)('%j becomes %j', (prompt, echo) => {
    expect(rewrite(prompt)).toBe(echo);
  });

  it('shows addresses of pictures as short links, the same for the same one', () => {
    const echo = rewrite(
      'https://example.org/1.png?a=b <https://example.org/1.png?a=b> a cat --sref https://x.org/2.jpg',
    );
    expect(echo).toMatch(
      /^<https:\/\/s\.mj\.run\/(\w{11})> <https:\/\/s\.mj\.run\/\1> a cat --sref <https:\/\/s\.mj\.run\/\w{11}> --v 6\.1$/,
    );
    expect(rewrite(echo)).toBe(echo);
  });

  it('changes, adds and drops parameters', () => {
    expect(changeParameters('a cat --ar 1:1 --v 6.1', { ar: '3:2' })).toBe('a cat --v 6.1 --ar 3:2');
    expect(changeParameters('a cat --no dogs --v 6.1', { no: undefined })).toBe('a cat --v 6.1');
  });

  it('knows its words without links and parameters', () => {
    expect(wordsOf('<https://s.mj.run/x> a  cat --ar 3:2')).toBe('a cat');
  });
});
