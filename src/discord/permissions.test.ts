import { describe, expect, it } from 'vitest';
import { type PermissionQuestion, permissionsOf } from './permissions.ts';

const question: PermissionQuestion = {
  guildId: '1',
  ownerId: '9',
  userId: '7',
  memberRoleIds: ['2'],
  roles: [
    { id: '1', permissions: '1' },
    { id: '2', permissions: '2' },
    { id: '3', permissions: '4' },
  ],
  overwrites: [],
};
const overwrite = (id: string, allow: string, deny: string) => ({ id, allow, deny });

describe('permissions', () => {
  it.each([
    ['add up over the roles that are held, and everyone', question, 3n],
    ['are denied for everyone', { ...question, overwrites: [overwrite('1', '0', '3')] }, 0n],
    [
      'are given back by a role, and taken again from the member',
      {
        ...question,
        overwrites: [overwrite('7', '0', '16'), overwrite('2', '17', '0'), overwrite('1', '0', '1')],
      },
      3n,
    ],
    ['are not changed by roles of others', { ...question, overwrites: [overwrite('3', '64', '3')] }, 3n],
    ['are read leniently', { ...question, roles: [{ id: '1', permissions: 'odd' }] }, 0n],
  ])('%s', (_, asked, expected) => {
    expect(permissionsOf(asked)).toBe(expected);
  });

  it('are complete for owners and administrators, whatever is denied', () => {
    const overwrites = [overwrite('1', '0', '255')];
    const administrator = { ...question, overwrites, roles: [{ id: '2', permissions: '8' }] };
    for (const asked of [{ ...question, overwrites, userId: '9' }, administrator]) {
      expect(permissionsOf(asked) & 255n).toBe(255n);
    }
  });
});
