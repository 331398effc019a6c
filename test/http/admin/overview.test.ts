import { expect, it } from 'vitest';
import { personsWanted } from '../../../src/http/admin/overview.ts';
import { VIEW } from './support.ts';

const ACCOUNT = { id: 'alice', kind: 'user', state: 'ready', since: 5, enabled: true } as const;

it('names what waits for a person, the longest first, each once', () => {
  const dead = { ...ACCOUNT, id: 'carol', state: 'disabled', since: 9, reason: '401', remedy: 'New token.' };
  const rooms = [
    VIEW,
    { ...VIEW, channelId: '7' },
    { ...VIEW, botId: 'pika', since: 1 },
    { ...VIEW, accountId: 'carol', condition: 'disabled', reason: 'token_invalid' },
    { ...VIEW, accountId: 'dave', reason: 'operator' },
    { ...VIEW, accountId: 'erin', condition: 'ready', reason: undefined },
    { ...VIEW, accountId: 'frank', condition: 'offline', reason: undefined },
  ] as const;
  expect(personsWanted([ACCOUNT, dead], rooms)).toEqual([
    { ...wanted('alice', 1), bot: 'pika' },
    { account: 'carol', reason: 'token_invalid', text: '401', remedy: 'New token.', since: 9 },
    { ...wanted('alice', VIEW.since), bot: 'midjourney' },
  ]);
});

it('asks nothing for accounts that the operator has switched off', () => {
  expect(personsWanted([{ ...ACCOUNT, enabled: false, remedy: 'New token.' }], [])).toEqual([]);
});

function wanted(account: string, since: number) {
  const { reason, text, link, remedy } = VIEW;
  return { account, reason, text, link, remedy, since };
}
