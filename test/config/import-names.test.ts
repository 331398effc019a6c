import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importBridge } from '../../src/config/import/bridge.ts';
import type { Imported } from '../../src/config/import/imported.ts';
import type { NameFile } from '../../src/config/import/names.ts';
import { loadConfig } from '../../src/config/load.ts';
import { isCoze } from '../../src/config/schema.ts';

const ID = '1201576967368085603';
const OTHER_ID = '1201576967368085604';

/** A Config.yml with a bot for each key. */
function bridgeFile(keys: readonly string[]): string {
  const bots = keys.map((key) =>
    [`  - Key: "${key}"`, '    Token: listener-token', '    Token2: sender-token']
      .concat(['    Server_id: 1201576967368085601', '    CozeBot_id: 1201576967368085602'])
      .join('\n'),
  );
  return `Bots:\n${bots.join('\n')}\n`;
}

function importWith(
  files: Record<string, string | undefined>,
  keys: readonly string[] = ['team-key'],
): Imported {
  const nameFiles: NameFile[] = Object.entries(files).map(([name, text]) => ({ name, text }));
  return importBridge(bridgeFile(keys), { hasPemFiles: false, nameFiles });
}

const conversationsOf = ({ text }: Imported) =>
  loadConfig({ text, env: {} })
    .config.bots.filter(isCoze)
    .map(({ conversations }) => conversations);

const json = (names: object) => JSON.stringify(names);

describe('names of conversations', () => {
  it('go to the bot whose Key the file names, with a comment', () => {
    const result = importWith(
      {
        'conversation_key-b.json': json({ 厨房: ID, 'a hall': OTHER_ID }),
        'conversation_key-a.json': json({ x: ID }),
      },
      ['key-a', 'key-b'],
    );
    expect(conversationsOf(result)).toEqual([{ x: ID }, { 厨房: ID, 'a hall': OTHER_ID }]);
    expect(result.text).toMatch(/# 2 names from conversation_<Key>\.json/);
    expect(result.notes.join(' ')).not.toContain('conversation');
  });

  it.each(['', 'default'])('of a bot with the Key "%s" stand in conversation_default.json', (key) => {
    expect(conversationsOf(importWith({ 'conversation_default.json': json({ x: ID }) }, [key]))).toEqual([
      { x: ID },
    ]);
  });

  it('of the older cache_names.json go to the first bot, behind those of the newer file', () => {
    const files = {
      'cache_names.json': json({ old: ID, both: ID }),
      'conversation_a.json': json({ both: OTHER_ID }),
    };
    expect(conversationsOf(importWith(files, ['a']))).toEqual([{ old: ID, both: OTHER_ID }]);
    const several = importWith(files, ['a', 'b']);
    expect(conversationsOf(several)).toEqual([{ old: ID, both: OTHER_ID }, {}]);
    expect(several.notes).toContainEqual(expect.stringMatching(/cache_names\.json.*Bots\[0\]/));
  });

  it('of a key that no bot has are left out with a note that does not show the key', () => {
    const result = importWith({ 'conversation_lost-key.json': json({ x: ID }) });
    expect(conversationsOf(result)).toEqual([{}]);
    expect(result.notes).toContainEqual(expect.stringContaining('1 file of a Key that no imported bot has'));
    expect(result.text + result.notes.join()).not.toContain('lost-key');
  });

  it.each([
    ['nothing', undefined],
    ['an empty file', ''],
    ['no JSON', '{"x":'],
    ['a list', json([ID])],
    ['a text', '"x"'],
    ['null', 'null'],
  ])('in a file that holds %s are a note, and never a failure', (_, text) => {
    const result = importWith({ 'conversation_team-key.json': text, 'cache_names.json': json({ x: ID }) });
    expect(conversationsOf(result)).toEqual([{ x: ID }]);
    expect(result.notes).toContainEqual(expect.stringContaining('could not be read as JSON'));
    expect(result.notes.join()).not.toContain('team-key');
  });

  it.each([
    ['x'.repeat(101), ID, 'longer than 100 characters'],
    ['', ID, 'empty'],
    ['short', '123', 'no Discord id'],
    ['number', 120157696736, 'no Discord id'],
    ['nested', { id: ID }, 'no Discord id'],
    ['nothing', null, 'no Discord id'],
  ])('that cannot be used are left out with a note, the others are not: %j', (name, id, reason) => {
    const text = json({ before: ID, [name]: id, ['y'.repeat(100)]: OTHER_ID });
    const result = importWith({ 'conversation_team-key.json': text });
    expect(conversationsOf(result)).toEqual([{ before: ID, ['y'.repeat(100)]: OTHER_ID }]);
    expect(result.notes).toContainEqual(expect.stringContaining(reason));
  });

  it('are taken from a file with a byte order mark', () => {
    expect(conversationsOf(importWith({ 'conversation_team-key.json': `\uFEFF${json({ x: ID })}` }))).toEqual(
      [{ x: ID }],
    );
  });

  it('are written so that each loads again, whatever it is', () => {
    const odd = fc.constantFrom(
      '<<',
      '~',
      'null',
      '1',
      'a: b',
      '# x',
      '${HOME}',
      '$${x}',
      '- a',
      'a\nb',
      '[x]',
      '"',
      "'",
      '?',
      '\\',
      'constructor',
      '__proto__',
      'x y: [z]',
      '\u2028',
      '\u0000',
    );
    const name = fc.oneof(
      odd,
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.string({ minLength: 1, maxLength: 100 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), (names) => {
        const given = Object.fromEntries(
          names.filter((text) => text !== '__proto__').map((text) => [text, ID]),
        );
        const text = `{${names.map((text) => `${JSON.stringify(text)}:"${ID}"`).join(',')}}`;
        const result = importWith({ 'conversation_team-key.json': text });
        expect(conversationsOf(result)).toEqual([given]);
      }),
      { numRuns: 200 },
    );
  });
});
