// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import { describe, expect, it } from 'vitest';
import { configOf, cozeOf, problemsOf, SAMPLE } from './sample.ts';

const key = (text: string, env: Record<string, string> = {}) =>
  configOf(`auth: { keys: [{ key: "${text}", name: n }] }`, env).auth.keys[0]?.key;

describe('placeholders', () => {
  it.each([
    ['${A}', { A: 'one' }, 'one'],
    ['x-${A}-${B}', { A: 'one', B: 'two' }, 'x-one-two'],
    ['${A:-two}', {}, 'two'],
    ['${A:-two}', { A: '' }, 'two'],
    ['${A:-two}', { A: 'one' }, 'one'],
    ['$${A}', { A: 'one' }, '${A}'],
    ['$A', { A: 'one' }, '$A'],
    ['${A}', { A: '${B}', B: 'no' }, '${B}'],
  ])('turn %s with %o into %s', (text, env, expected) => {
    expect(key(text, env as Record<string, string>)).toBe(expected);
  });

  it('without a value and a default are a problem that names the variable, once per key', () => {
    const problems = problemsOf('auth:\n  keys:\n    - { key: "${NOT_SET}", name: n }\n');
    expect(problems).toEqual([
      {
        path: 'auth.keys[0].key',
        message: expect.stringContaining('NOT_SET is not set'),
        remedy: 'Set NOT_SET in the environment, or in a file .env in the folder where cordgate is started.',
        line: 3,
        column: 9,
      },
    ]);
  });

  it('that are malformed are a problem', () => {
    expect(problemsOf('server: { host: "${A B}" }')).toMatchObject([{ path: 'server.host' }]);
  });

  it('are read as the type of the key, and keep ids whole', () => {
    const text = `${SAMPLE.replace(/"100000000000000001"/, '${GUILD}')}\nserver:\n  port: \${PORT}\n`;
    const config = configOf(text, { GUILD: '1234567890123456789', PORT: '81' });
    expect(config.server.port).toBe(81);
    expect(cozeOf(config).guildId).toBe('1234567890123456789');
  });

  it('that come out empty leave an optional key unset and a required one empty', () => {
    const text = 'server: { port: "${PORT:-}", publicUrl: "${URL:-}" }\ndiscord: { proxy: "${PROXY:-}" }\n';
    expect(configOf(text)).toMatchObject({ server: { port: 8092 }, discord: { proxy: null } });
    expect(problemsOf('accounts: [{ id: a, kind: bot, token: "${TOKEN:-}" }]')).toMatchObject([
      { path: 'accounts[0].token', message: 'must not be empty' },
    ]);
  });
});
