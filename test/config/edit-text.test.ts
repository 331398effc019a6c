import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Change, changed } from '../../src/config/edit/change.ts';
import { editText, UneditableError } from '../../src/config/edit/edit-text.ts';

const FILE = `# The gateway of the office.
server:
  port:   8092      # the usual one

accounts:   # who logs in
  # the bot of the bridge
  - { id: bridge, kind: bot,  token: "\${BRIDGE_TOKEN}" }   # reads

  # a person
  - id: alice
    kind: user          # not a bot
    token: '\${ALICE_TOKEN}'
    # sent a day
    dailyLimit: 200
  # the end of the accounts

bots:
  - id: coze
    driver: coze
    listen: bridge
    send: [ bridge ]
    models:
      - gpt-4o      # the first
      # the second
      - gpt-4
    keepalive: { everyMinutes: 30, maxIdleMinutes: 720 }
  - id: mj
    rooms:
      - { account: alice, channelId: "1",   concurrency: 3 }   # room
`;

/** Lines that went (-) and came (+), in order. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const same = old[i] === now[j];
      lengths[i]![j] = same
        ? lengths[i + 1]![j + 1]! + 1
        : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const found: string[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    if (i < old.length && j < now.length && old[i] === now[j]) [i, j] = [i + 1, j + 1];
    else if (i < old.length && (j >= now.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      found.push(`-${old[i++]}`);
    else found.push(`+${now[j++]}`);
  }
  return found;
}

const set = (path: Change['path'], value: unknown): Change => ({ type: 'set', path, value });
const remove = (...path: (string | number)[]): Change => ({ type: 'remove', path });
const append = (path: Change['path'], value: unknown): Change => ({ type: 'append', path, value });

describe('a change of the text touches only its own lines', () => {
  it.each<[string, Change, string[]]>([
    [
      'a value with a comment beside it',
      set(['accounts', 1, 'kind'], 'bot'),
      ['-    kind: user          # not a bot', '+    kind: bot          # not a bot'],
    ],
    [
      'a quoted value',
      set(['accounts', 1, 'token'], 'new-token'),
      ["-    token: '${ALICE_TOKEN}'", '+    token: new-token'],
    ],
    [
      'a value inside { }',
      set(['accounts', 0, 'token'], 'a: b, c'),
      [
        '-  - { id: bridge, kind: bot,  token: "${BRIDGE_TOKEN}" }   # reads',
        '+  - { id: bridge, kind: bot,  token: "a: b, c" }   # reads',
      ],
    ],
    [
      'a new key inside { }',
      set(['accounts', 0, 'enabled'], false),
      [
        '-  - { id: bridge, kind: bot,  token: "${BRIDGE_TOKEN}" }   # reads',
        '+  - { id: bridge, kind: bot,  token: "${BRIDGE_TOKEN}", enabled: false }   # reads',
      ],
    ],
    [
      'a new key of an entry',
      set(['accounts', 1, 'userAgent'], 'Mozilla/5.0 (X11; #1)'),
      ['+    userAgent: "Mozilla/5.0 (X11; #1)"'],
    ],
    ['a key that goes', remove('accounts', 1, 'dailyLimit'), ['-    # sent a day', '-    dailyLimit: 200']],
    [
      'a key that goes from { }',
      remove('accounts', 0, 'kind'),
      [
        '-  - { id: bridge, kind: bot,  token: "${BRIDGE_TOKEN}" }   # reads',
        '+  - { id: bridge, token: "${BRIDGE_TOKEN}" }   # reads',
      ],
    ],
    [
      'the last key that goes from { }',
      remove('accounts', 0, 'token'),
      [
        '-  - { id: bridge, kind: bot,  token: "${BRIDGE_TOKEN}" }   # reads',
        '+  - { id: bridge, kind: bot }   # reads',
      ],
    ],
    [
      'a new entry',
      append(['accounts'], { id: 'bob', kind: 'user', token: '123' }),
      ['+  - id: bob', '+    kind: user', '+    token: "123"'],
    ],
    [
      'a new entry beside one in { }',
      append(['bots', 1, 'rooms'], { account: 'bob', channelId: '22' }),
      ['+      - { account: bob, channelId: "22" }'],
    ],
    [
      'an entry that goes, with the comment above it',
      remove('accounts', 1),
      [
        '-  # a person',
        '-  - id: alice',
        '-    kind: user          # not a bot',
        "-    token: '${ALICE_TOKEN}'",
        '-    # sent a day',
        '-    dailyLimit: 200',
      ],
    ],
    [
      'the first entry that goes',
      remove('accounts', 0),
      ['-  - { id: bridge, kind: bot,  token: "${BRIDGE_TOKEN}" }   # reads'],
    ],
    ['an entry of a plain list', append(['bots', 0, 'models'], 'gpt-5'), ['+      - gpt-5']],
    [
      'an entry of a plain list in [ ]',
      append(['bots', 0, 'send'], 'alice'),
      ['-    send: [ bridge ]', '+    send: [ bridge, alice ]'],
    ],
    [
      'a group in { }',
      set(['bots', 0, 'keepalive', 'everyMinutes'], 0),
      [
        '-    keepalive: { everyMinutes: 30, maxIdleMinutes: 720 }',
        '+    keepalive: { everyMinutes: 0, maxIdleMinutes: 720 }',
      ],
    ],
    [
      'a list in place of one in [ ]',
      set(['bots', 0, 'send'], ['alice', 'bob']),
      ['-    send: [ bridge ]', '+    send: [ alice, bob ]'],
    ],
    [
      'the last bot',
      append(['bots'], { id: 'pika', models: ['pika'], rooms: [{ account: 'a', channelId: '1' }] }),
      ['+  - id: pika', '+    models: [ pika ]', '+    rooms:', '+      - { account: a, channelId: "1" }'],
    ],
  ])('%s', (_, change, lines) => {
    const after = editText(FILE, [change]);
    expect(difference(FILE, after)).toEqual(lines);
    expect(parse(after, { merge: true })).toEqual(changed(parse(FILE), change));
    const windows = editText(FILE.replaceAll('\n', '\r\n'), [change]);
    expect(windows).toBe(after.replaceAll('\n', '\r\n'));
  });
});

describe('a list that is not there', () => {
  const entry = { id: 'a', kind: 'bot' };
  it.each([
    ['', 'accounts:\n  - id: a\n    kind: bot\n'],
    ['# nothing\n', '# nothing\naccounts:\n  - id: a\n    kind: bot\n'],
    ['server:\n  port: 1', 'server:\n  port: 1\naccounts:\n  - id: a\n    kind: bot\n'],
    ['accounts: []  # none\nbots: []\n', 'accounts:  # none\n  - id: a\n    kind: bot\nbots: []\n'],
    ['accounts:  # none\n\nbots: []\n', 'accounts:  # none\n  - id: a\n    kind: bot\n\nbots: []\n'],
    ['accounts:', 'accounts:\n  - id: a\n    kind: bot\n'],
    ['accounts: null\nbots: []\n', 'accounts:\n  - id: a\n    kind: bot\nbots: []\n'],
    ['{ accounts: [], bots: [] }\n', '{ accounts: [ { id: a, kind: bot } ], bots: [] }\n'],
    ['{ "bots": [] }', '{ "bots": [], accounts: [ { id: a, kind: bot } ] }'],
    ['accounts:\n- { id: b }\n', 'accounts:\n- { id: b }\n- { id: a, kind: bot }\n'],
    ['accounts:\n- id: b', 'accounts:\n- id: b\n- id: a\n  kind: bot\n'],
  ])('is made in %j', (text, expected) => {
    expect(editText(text, [append(['accounts'], entry)])).toBe(expected);
  });

  it('stays as an empty one when its last entry goes', () => {
    const text = 'accounts:  # who\n  # the only one\n  - id: a\n    kind: bot\nbots: []\n';
    expect(editText(text, [remove('accounts', 0)])).toBe('accounts: []  # who\n  # the only one\nbots: []\n');
    expect(editText('accounts: [{ id: a }]\n', [remove('accounts', 0)])).toBe('accounts: []\n');
  });
});

describe('anchors and merges', () => {
  const text = `base: &base { kind: user, dailyLimit: 5 }
accounts:
  - &a { id: a, kind: bot }
  - *a
  - <<: *base
    id: c
`;
  it('a place that is an alias becomes a copy, and its anchor stays as it is', () => {
    const after = editText(text, [set(['accounts', 1, 'kind'], 'user')]);
    expect(difference(text, after)).toEqual(['-  - *a', '+  - id: a', '+    kind: user']);
  });

  it('a merged key is set beside the merge, or to null when it goes', () => {
    expect(difference(text, editText(text, [set(['accounts', 2, 'dailyLimit'], 9)]))).toEqual([
      '+    dailyLimit: 9',
    ]);
    const gone = editText(text, [remove('accounts', 2, 'dailyLimit')]);
    expect(difference(text, gone)).toEqual(['+    dailyLimit: null']);
  });

  it('an anchor that others use is not taken away', () => {
    expect(() => editText(text, [remove('accounts', 0)])).toThrow(UneditableError);
  });
});

it('makes any change of any text, and nothing beside it', () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom('${A}', 'null', '~', ' # x', 'a: b', 'x\ny', '- a'),
  );
  const entry = fc.record(
    {
      id: scalar,
      kind: scalar,
      rooms: fc.array(fc.record({ account: scalar, channelId: scalar }, { noNullPrototype: true }), {
        maxLength: 3,
      }),
    },
    { requiredKeys: ['id'], noNullPrototype: true },
  );
  const place = fc.constantFrom<Change['path']>(
    ['accounts', 0, 'kind'],
    ['accounts', 1, 'token'],
    ['accounts', 1, 'newKey'],
    ['bots', 0, 'models', 1],
    ['bots', 0, 'models'],
    ['bots', 1, 'rooms', 0, 'account'],
    ['bots', 0, 'keepalive'],
    ['bots', 1, 'rooms'],
  );
  const list = fc.constantFrom<Change['path']>(
    ['accounts'],
    ['bots'],
    ['bots', 0, 'models'],
    ['bots', 1, 'rooms'],
    ['bots', 0, 'nothing'],
  );
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({
      type: fc.constant('set' as const),
      path: place,
      value: fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), entry),
    }),
    fc.record({ type: fc.constant('append' as const), path: list, value: fc.oneof(scalar, entry) }),
    fc.record({
      type: fc.constant('remove' as const),
      path: fc.oneof(
        place,
        fc.constantFrom<Change['path']>(['accounts', 0], ['bots', 1], ['bots', 1, 'rooms', 0]),
      ),
    }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
      const possible: Change[] = [];
      let data = parse(FILE) as unknown;
      for (const one of changes) {
        const [name, index, key] = one.path as [string, number | undefined, string | undefined];
        // biome-ignore lint/suspicious/noExplicitAny: any tree
        const holder = (data as any)[name];
        if (index !== undefined && (holder?.[index] === undefined || typeof holder[index] !== 'object'))
          continue;
        if (
          one.type === 'append' &&
          key !== undefined &&
          !['undefined', 'object'].includes(typeof holder?.[index as number]?.[key])
        )
          continue;
        if (
          one.type === 'append' &&
          key !== undefined &&
          holder?.[index as number]?.[key] !== undefined &&
          !Array.isArray(holder[index as number][key])
        )
          continue;
        if (one.path.length > 3 && !Array.isArray(holder?.[index as number]?.[key as string])) continue;
        if (one.path.length > 3 && holder[index as number][key as string].length <= (one.path[3] as number))
          continue;
        if (
          one.path.length > 4 &&
          typeof holder[index as number][key as string][one.path[3] as number] !== 'object'
        )
          continue;
        possible.push(one);
        data = changed(data, one);
      }
      const after = editText(FILE, possible);
      expect(parse(after)).toEqual(data);
      expect(
        after.startsWith('# The gateway of the office.\nserver:\n  port:   8092      # the usual one\n'),
      ).toBe(true);
    }),
    { numRuns: 150 },
  );
});
