import { describe, expect, it } from 'vitest';
import type { InteractionChange } from '../../src/core/interaction.ts';
import {
  createInteractionWatches,
  MOST_KEPT_INTERACTION_CHANGES,
} from '../../src/discord/watch/interaction-watches.ts';
import { loggedIn, startServer, TOKEN } from './support/world.ts';

const alice = { id: 'alice', kind: 'user', token: TOKEN } as const;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What one event is read as; undefined when it is none. */
async function read(event: string, data: unknown): Promise<InteractionChange | undefined> {
  const watches = createInteractionWatches();
  const changes = watches.watch(new AbortController().signal);
  watches.dispatch(event, data);
  watches.close();
  return (await all(changes))[0];
}

const input = { type: 4, custom_id: 'MJ::RemixModal::new_prompt', style: 2, label: 'New prompt' };
const opened = {
  id: '5',
  nonce: '77',
  channel_id: '900',
  application: { id: '936929561302675456', name: 'Midjourney Bot' },
  custom_id: 'MJ::RemixModal::h::1::1',
  title: 'Remix Prompt',
};
const openedChange = {
  id: '5',
  nonce: '77',
  channelId: '900',
  applicationId: '936929561302675456',
  customId: 'MJ::RemixModal::h::1::1',
  title: 'Remix Prompt',
};

describe('an event of an interaction', () => {
  it.each([
    [
      'INTERACTION_CREATE',
      { id: '5', nonce: '77' },
      { type: 'interaction-created', interactionId: '5', nonce: '77' },
    ],
    [
      'INTERACTION_SUCCESS',
      { id: '5', nonce: 77 },
      { type: 'interaction-succeeded', interactionId: '5', nonce: '77' },
    ],
    [
      'INTERACTION_FAILURE',
      { id: '5', nonce: '77', reason_code: 2 },
      { type: 'interaction-failed', interactionId: '5', nonce: '77', reasonCode: 2 },
    ],
    ['INTERACTION_FAILURE', { id: '5' }, { type: 'interaction-failed', interactionId: '5', nonce: '' }],
    [
      'INTERACTION_MODAL_CREATE',
      {
        ...opened,
        components: [
          { type: 1, id: 1, components: [{ ...input, value: 'a cat', required: true, max_length: 4000 }] },
          { type: 18, label: 'Why', component: { ...input, value: null, component: null } },
          null,
          { custom_id: 'no type' },
        ],
      },
      {
        type: 'modal-opened',
        modal: {
          ...openedChange,
          components: [
            {
              type: 1,
              components: [
                {
                  type: 4,
                  custom_id: input.custom_id,
                  label: 'New prompt',
                  value: 'a cat',
                  required: true,
                  max_length: 4000,
                },
              ],
            },
            {
              type: 18,
              label: 'Why',
              component: { type: 4, custom_id: input.custom_id, label: 'New prompt' },
            },
          ],
        },
      },
    ],
    [
      'INTERACTION_IFRAME_MODAL_CREATE',
      { ...opened, iframe_path: 'inpaint/index.html', modal_size: 2 },
      { type: 'frame-opened', frame: { ...openedChange, path: 'inpaint/index.html' } },
    ],
    [
      'INTERACTION_IFRAME_MODAL_CREATE',
      { id: '5', application_id: '936' },
      {
        type: 'frame-opened',
        frame: {
          id: '5',
          nonce: undefined,
          channelId: '',
          applicationId: '936',
          customId: '',
          title: '',
          path: '',
        },
      },
    ],
  ])('%s is read', async (event, data, change) => {
    expect(await read(event, data)).toEqual(change);
  });

  it.each([
    ['INTERACTION_CREATE', null],
    ['INTERACTION_SUCCESS', { nonce: '77' }],
    ['INTERACTION_MODAL_CREATE', 'text'],
    ['INTERACTION_OF_THE_FUTURE', { id: '5' }],
    ['MESSAGE_CREATE', { id: '5', channel_id: '900' }],
  ])('%s without what it must hold, or foreign, is left out', async (event, data) => {
    expect(await read(event, data)).toBeUndefined();
  });
});

describe('a watch of interactions', () => {
  it('keeps what came since the call, for each watch on its own, and ends with its signal', async () => {
    const server = await startServer();
    const { client, peer } = await loggedIn(server, { account: alice });
    const stop = new AbortController();
    const [first, second] = [client.interactions(stop.signal), client.interactions(stop.signal)];
    peer.dispatch('INTERACTION_CREATE', { id: '5', nonce: '77' });
    peer.dispatch('INTERACTION_SUCCESS', { id: '5', nonce: '77' });
    const reader = first[Symbol.asyncIterator]();
    expect(await reader.next()).toMatchObject({ value: { type: 'interaction-created', nonce: '77' } });
    expect(await reader.next()).toMatchObject({ value: { type: 'interaction-succeeded', nonce: '77' } });
    const late = client.interactions(stop.signal);
    const other = second[Symbol.asyncIterator]();
    expect(await other.next()).toMatchObject({ value: { type: 'interaction-created' } });
    stop.abort();
    expect(await all(late)).toEqual([]);
    expect(await reader.next()).toMatchObject({ done: true });
    expect(await other.next()).toMatchObject({ done: true });
    expect(await all(client.interactions(stop.signal))).toEqual([]);
  });

  it('hears what happened while the connection was resumed', async () => {
    const server = await startServer();
    const { client, peer } = await loggedIn(server, { account: alice });
    const changes = client.interactions(new AbortController().signal)[Symbol.asyncIterator]();
    peer.socket.close(4000);
    const next = await server.peer(1);
    next.hello();
    await next.until((payload) => payload.op === 6);
    next.dispatch('INTERACTION_SUCCESS', { id: '5', nonce: '77' });
    next.dispatch('RESUMED', {});
    expect(await changes.next()).toMatchObject({ value: { type: 'interaction-succeeded', nonce: '77' } });
  });

  it('fails when the token dies, also one that begins later, and ends when the client is closed', async () => {
    const server = await startServer();
    const { client, peer } = await loggedIn(server, { account: alice });
    const signal = new AbortController().signal;
    const running = all(client.interactions(signal));
    peer.socket.close(4004);
    await expect(running).rejects.toMatchObject({ code: 'account_disabled' });
    await expect(all(client.interactions(signal))).rejects.toMatchObject({ code: 'account_disabled' });
    const open = await loggedIn(server, { account: alice });
    const ending = all(open.client.interactions(signal));
    await open.client.close();
    expect(await ending).toEqual([]);
    expect(await all(open.client.interactions(signal))).toEqual([]);
  });

  it('that nobody reads keeps a bounded number of changes, the newest', async () => {
    const watches = createInteractionWatches();
    const changes = watches.watch(new AbortController().signal);
    for (let id = 1; id <= MOST_KEPT_INTERACTION_CHANGES + 10; id += 1) {
      watches.dispatch('INTERACTION_CREATE', { id: String(id), nonce: '1' });
    }
    watches.close();
    const kept = await all(changes);
    expect(kept).toHaveLength(MOST_KEPT_INTERACTION_CHANGES);
    expect(kept.at(-1)).toMatchObject({ interactionId: String(MOST_KEPT_INTERACTION_CHANGES + 10) });
  });
});
