/** Refusals in the exact shapes of Discord's documents ("Error Messages", "JSON Error Codes"). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../src/sim/index.ts';
import { restOf, tokenOf } from './support/rest.ts';

let sim: Sim;
beforeAll(async () => {
  sim = await startSim({
    port: 0,
    limits: 'none',
    coze: { silent: true },
    accounts: [
      { id: 'outsider', kind: 'bot', member: false },
      { id: 'muted', kind: 'bot', permissions: [] },
    ],
  });
});
afterAll(() => sim.close());

const UNKNOWN = '1111111111111111111';
const formError = (errors: object) => ({ message: 'Invalid Form Body', code: 50035, errors });
const field = (name: string, code: string, message: string) =>
  formError({ [name]: { _errors: [{ code, message }] } });

/** `:general`, `:guild` and `:category` in a path stand for ids. */
function fill(path: string): string {
  return path
    .replace(':general', sim.ready.channels.general ?? '')
    .replace(':category', sim.ready.channels.category ?? '')
    .replace(':guild', sim.ready.guildId)
    .replace(':alice', sim.ready.accounts.find(({ id }) => id === 'alice')?.userId ?? '')
    .replace(':outsider', sim.ready.accounts.find(({ id }) => id === 'outsider')?.userId ?? '');
}

const post = '/channels/:general/messages';
const CASES: [
  what: string,
  who: string,
  method: string,
  path: string,
  body: unknown,
  status: number,
  answer: object,
][] = [
  ['no token', 'nobody', 'GET', '/users/@me', undefined, 401, { message: '401: Unauthorized', code: 0 }],
  ['an unknown path', 'bridge', 'GET', '/nothing', undefined, 404, { message: '404: Not Found', code: 0 }],
  [
    'a wrong method',
    'bridge',
    'PUT',
    '/users/@me',
    undefined,
    405,
    { message: '405: Method Not Allowed', code: 0 },
  ],
  [
    'a person asking for a bot’s gateway',
    'alice',
    'GET',
    '/gateway/bot',
    undefined,
    403,
    { message: 'Only bots can use this endpoint', code: 20002 },
  ],
  [
    'a person asking for an application',
    'alice',
    'GET',
    '/applications/@me',
    undefined,
    403,
    { message: 'Only bots can use this endpoint', code: 20002 },
  ],
  [
    'an unknown channel',
    'bridge',
    'GET',
    `/channels/${UNKNOWN}`,
    undefined,
    404,
    { message: 'Unknown Channel', code: 10003 },
  ],
  [
    'an unknown guild',
    'bridge',
    'GET',
    `/guilds/${UNKNOWN}`,
    undefined,
    404,
    { message: 'Unknown Guild', code: 10004 },
  ],
  [
    'an unknown message',
    'bridge',
    'GET',
    `${post}/${UNKNOWN}`,
    undefined,
    404,
    { message: 'Unknown Message', code: 10008 },
  ],
  [
    'an unknown user',
    'bridge',
    'GET',
    `/users/${UNKNOWN}`,
    undefined,
    404,
    { message: 'Unknown User', code: 10013 },
  ],
  [
    'a member nobody knows',
    'bridge',
    'GET',
    `/guilds/:guild/members/${UNKNOWN}`,
    undefined,
    404,
    { message: 'Unknown User', code: 10013 },
  ],
  [
    'a member of elsewhere',
    'bridge',
    'GET',
    '/guilds/:guild/members/:outsider',
    undefined,
    404,
    { message: 'Unknown Member', code: 10007 },
  ],
  [
    'an id that is none',
    'bridge',
    'GET',
    '/channels/abc',
    undefined,
    400,
    field('channel_id', 'NUMBER_TYPE_COERCE', 'Value "abc" is not snowflake.'),
  ],
  [
    'a guild it is not in',
    'outsider',
    'GET',
    '/guilds/:guild/channels',
    undefined,
    403,
    { message: 'Missing Access', code: 50001 },
  ],
  [
    'a channel it cannot see',
    'outsider',
    'POST',
    post,
    { content: 'x' },
    403,
    { message: 'Missing Access', code: 50001 },
  ],
  [
    'a person without MANAGE_CHANNELS',
    'alice',
    'POST',
    '/guilds/:guild/channels',
    { name: 'x' },
    403,
    { message: 'Missing Permissions', code: 50013 },
  ],
  [
    'a bot without MANAGE_CHANNELS',
    'muted',
    'DELETE',
    '/channels/:general',
    undefined,
    403,
    { message: 'Missing Permissions', code: 50013 },
  ],
  [
    'an empty message',
    'bridge',
    'POST',
    post,
    { content: ' \n ' },
    400,
    { message: 'Cannot send an empty message', code: 50006 },
  ],
  [
    'no field at all',
    'bridge',
    'POST',
    post,
    {},
    400,
    { message: 'Cannot send an empty message', code: 50006 },
  ],
  [
    'words for a category',
    'bridge',
    'POST',
    '/channels/:category/messages',
    { content: 'x' },
    400,
    { message: 'Cannot send messages in a non-text channel', code: 50008 },
  ],
  [
    'broken JSON',
    'bridge',
    'POST',
    post,
    '{"content":',
    400,
    { message: 'The request body contains invalid JSON.', code: 50109 },
  ],
  [
    '2,001 characters',
    'bridge',
    'POST',
    post,
    { content: 'x'.repeat(2001) },
    400,
    field('content', 'BASE_TYPE_MAX_LENGTH', 'Must be 2000 or fewer in length.'),
  ],
  [
    '2,001 characters of a person',
    'alice',
    'POST',
    post,
    { content: 'x'.repeat(2001) },
    400,
    field('content', 'BASE_TYPE_MAX_LENGTH', 'Must be 2000 or fewer in length.'),
  ],
  [
    'a nonce of 26',
    'bridge',
    'POST',
    post,
    { content: 'x', nonce: 'n'.repeat(26) },
    400,
    field('nonce', 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.'),
  ],
  [
    'a content that is an object',
    'bridge',
    'POST',
    post,
    { content: {} },
    400,
    field('content', 'STRING_TYPE_CONVERT', 'Could not interpret input as string.'),
  ],
  [
    'a flag that is no boolean',
    'bridge',
    'POST',
    post,
    { content: 'x', tts: 'yes' },
    400,
    field('tts', 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.'),
  ],
  [
    'a reply to nothing',
    'bridge',
    'POST',
    post,
    { content: 'x', message_reference: { message_id: UNKNOWN } },
    400,
    field('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message'),
  ],
  [
    'mentions that exclude each other',
    'bridge',
    'POST',
    post,
    { content: 'x', allowed_mentions: { parse: ['users'], users: [UNKNOWN] } },
    400,
    field(
      'allowed_mentions',
      'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
      'parse:["users"] and users: [ids...] are mutually exclusive.',
    ),
  ],
  [
    'an upload that never was',
    'alice',
    'POST',
    post,
    { content: 'x', attachments: [{ id: '0', filename: 'a.txt', uploaded_filename: 'no/a.txt' }] },
    400,
    { message: 'Uploaded file not found', code: 50146 },
  ],
  [
    'a file of 11 MiB',
    'alice',
    'POST',
    '/channels/:general/attachments',
    { files: [{ filename: 'a', file_size: 11 * 1024 * 1024, id: '1' }] },
    413,
    { message: 'Request entity too large', code: 40005 },
  ],
  [
    'a channel without a name',
    'bridge',
    'POST',
    '/guilds/:guild/channels',
    {},
    400,
    field('name', 'BASE_TYPE_REQUIRED', 'This field is required'),
  ],
  [
    'a channel name of 101',
    'bridge',
    'POST',
    '/guilds/:guild/channels',
    { name: 'x'.repeat(101) },
    400,
    field('name', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.'),
  ],
  [
    'a parent that is none',
    'bridge',
    'POST',
    '/guilds/:guild/channels',
    { name: 'x', parent_id: UNKNOWN },
    400,
    field('parent_id', 'CHANNEL_PARENT_INVALID', 'Category does not exist'),
  ],
  [
    'a limit of 101',
    'bridge',
    'GET',
    `${post}?limit=101`,
    undefined,
    400,
    field('limit', 'NUMBER_TYPE_MAX', 'int value should be less than or equal to 100.'),
  ],
];

describe('the REST API refuses', () => {
  it.each(CASES)('%s', async (_what, who, method, path, body, status, answer) => {
    const result = await restOf(sim, who)(method, fill(path), body);
    expect(result.status).toBe(status);
    expect(result.body).toEqual(answer);
  });

  it('a bot’s token without its prefix, and a person’s with one', async () => {
    const nobody = restOf(sim, 'nobody');
    const asPerson = await nobody('GET', '/users/@me', undefined, { authorization: tokenOf(sim, 'bridge') });
    const asBot = await nobody('GET', '/users/@me', undefined, {
      authorization: `Bot ${tokenOf(sim, 'alice')}`,
    });
    expect([asPerson.status, asBot.status]).toEqual([401, 401]);
  });

  it('an edit or deletion of somebody else’s message', async () => {
    const sent = await restOf(sim, 'bridge')('POST', fill(post), { content: 'mine' });
    const path = `${fill(post)}/${sent.body.id}`;
    const edit = await restOf(sim, 'alice')('PATCH', path, { content: 'yours' });
    expect([edit.status, edit.body.code]).toEqual([403, 50005]);
    const removal = await restOf(sim, 'alice')('DELETE', path);
    expect([removal.status, removal.body.code]).toEqual([403, 50013]);
    expect((await restOf(sim, 'bridge')('DELETE', path)).status).toBe(204);
  });

  it('another content type than JSON, in the shape of `_misc`', async () => {
    const result = await restOf(sim, 'bridge')('POST', fill(post), 'hi', { 'content-type': 'text/plain' });
    expect(result).toMatchObject({
      status: 400,
      body: { code: 50035, errors: { _misc: [expect.any(String)] } },
    });
  });

  it('the 51st channel of a category and the 501st of a guild', async () => {
    const other = await startSim({ port: 0, limits: 'none' });
    const bridge = restOf(other, 'bridge');
    const { guildId, channels } = other.ready;
    for (let number = 0; number < 50; number += 1) {
      await bridge('POST', `/guilds/${guildId}/channels`, {
        name: `c${number}`,
        parent_id: channels.category,
      });
    }
    const full = await bridge('POST', `/guilds/${guildId}/channels`, {
      name: 'x',
      parent_id: channels.category,
    });
    expect(full.body).toEqual(
      field(
        'parent_id',
        'CHANNEL_PARENT_MAX_CHANNELS',
        'Maximum number of channels in category reached (50)',
      ),
    );
    for (let number = 55; number < 500; number += 1) {
      await bridge('POST', `/guilds/${guildId}/channels`, { name: `d${number}` });
    }
    const last = await bridge('POST', `/guilds/${guildId}/channels`, { name: 'x' });
    expect(last.body).toEqual({ message: 'Maximum number of server channels reached (500)', code: 30013 });
    await other.close();
  });
});
