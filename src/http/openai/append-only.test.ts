import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppendOnlyText } from './append-only.ts';

type Step = { readonly add: string } | { readonly whole: string };

const word = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '😀'), maxLength: 6 });
const steps = fc.array(fc.oneof(fc.record({ add: word }), fc.record({ whole: word })));

/** Plays steps, and gives the pieces, what was sent, and the bot's own text as it stands at the end. */
function play(script: readonly Step[]) {
  const text = new AppendOnlyText();
  const pieces: string[] = [];
  let own = '';
  for (const step of script) {
    own = 'add' in step ? own + step.add : step.whole;
    pieces.push('add' in step ? text.append(step.add) : text.replace(step.whole));
  }
  return { text, pieces, own };
}

describe('append-only text', () => {
  it('passes text on as it comes while the bot only adds', () => {
    const { text, pieces } = play([{ add: 'Hel' }, { add: 'lo' }]);
    expect(pieces).toEqual(['Hel', 'lo']);
    expect(text.finish('Hello')).toBe('');
  });

  it('sends only what a rewritten text adds to what was sent', () => {
    expect(play([{ add: 'Hel' }, { whole: 'Hello wor' }, { add: 'ld' }]).pieces).toEqual([
      'Hel',
      'lo wor',
      'ld',
    ]);
  });

  it('holds a text back that contradicts what was sent, and goes on when it agrees again', () => {
    const { pieces } = play([{ add: 'Hello' }, { whole: 'He' }, { add: 'l' }, { add: 'lo you' }]);
    expect(pieces).toEqual(['Hello', '', '', ' you']);
  });

  it('gives the whole true answer at the end when the bot took its words back', () => {
    const { text } = play([{ add: 'One moment' }, { whole: 'The answer is 4' }]);
    expect(text.finish('The answer is 42')).toBe('\n\nThe answer is 42');
    expect(text.sent).toBe('One moment\n\nThe answer is 42');
  });

  it('does not repeat an answer for white space at its end', () => {
    const { text } = play([{ add: 'Done. \n' }]);
    expect(text.finish('Done.')).toBe('');
  });

  it('adds up to what was sent, whatever the bot does', () => {
    fc.assert(
      fc.property(steps, word, (script, final) => {
        const { text, pieces } = play(script);
        const all = pieces.join('') + text.finish(final);
        expect(text.sent).toBe(all);
      }),
    );
  });

  it('shows the final text exactly once at its end, whatever came before', () => {
    fc.assert(
      fc.property(steps, word, (script, final) => {
        const { text, pieces } = play(script);
        const before = pieces.join('');
        text.finish(final);
        const extends_ = final.startsWith(before);
        const same = final.trimEnd() === before.trimEnd() || final.trim() === '';
        expect(text.sent).toBe(extends_ ? final : same ? before : `${before}\n\n${final}`);
      }),
    );
  });

  it('is never behind when the bot’s own text extends what was sent', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { text, own } = play(script);
        if (own.startsWith(text.sent)) expect(text.sent).toBe(own);
      }),
    );
  });
});
