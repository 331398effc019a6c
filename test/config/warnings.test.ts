import { expect, it } from 'vitest';
import { redact } from '../../src/config/redact.ts';
import { configOf, SAMPLE, warningsOf } from './sample.ts';

it.each([
  ['store: { driver: memory }', /^store\.driver: conversations and tasks are forgotten/],
  ['auth: { keys: [{ key: short }] }\nserver: { host: 0.0.0.0 }', /^auth\.keys\[0\]\.key: .*can be guessed/],
  ['auth: { open: true }\nserver: { host: 0.0.0.0 }', /^auth\.open: everyone/],
])('%s is a warning, not an error', (text, expected) => {
  const warnings = warningsOf(SAMPLE + text);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(expected);
});

it('an ordinary file causes no warning', () => {
  expect(warningsOf(SAMPLE)).toEqual([]);
  expect(warningsOf(`${SAMPLE}webhooks: { secret: abc, operator: "https://a.example" }`)).toEqual([]);
});

it('an account without a bot and a file without bots are pointed out', () => {
  expect(warningsOf('accounts: [{ id: a, kind: user, token: t }]')).toEqual([
    expect.stringMatching(/^bots: no bot is configured/),
    expect.stringMatching(/^accounts\[0\]: no bot uses this account/),
  ]);
});

it('a redacted configuration shows no token, key, secret or password', () => {
  const text = `${SAMPLE.replace('bridge-token', 'HIDE-1')}
auth: { keys: [{ key: HIDE-2, name: shown }] }
discord: { proxy: "socks5://me:HIDE-3@127.0.0.1:1080" }
webhooks: { secret: HIDE-4, operator: "https://hooks.example/x?token=HIDE-5" }
`;
  const written = JSON.stringify(redact(configOf(text)));
  expect(written).not.toContain('HIDE');
  for (const part of ['shown', '127.0.0.1:1080', 'hooks.example', 'gpt-4o']) expect(written).toContain(part);
});
