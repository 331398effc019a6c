/** Where the documents leave freedom, or real servers take it. */
import type { Json, Knobs } from './foreign-midjourney.ts';

const omit = (message: Json, ...fields: string[]) =>
  Object.fromEntries(Object.entries(message).filter(([field]) => !fields.includes(field)));

/** What a server may do otherwise, and the version of the API it is spoken to. */
export const LIBERTIES: [string, Knobs, number?][] = [
  ['does everything as usual', {}],
  ['knows version 9 alone and compresses', { versions: [9], compress: true }, 9],
  ['knows version 10 alone and compresses nothing', { versions: [10], noise: true }, 10],
  [
    'updates with four fields alone',
    {
      shape: (m, event) =>
        event === 'UPDATE'
          ? { id: m.id, channel_id: m.channel_id, content: m.content, attachments: m.attachments }
          : m,
    },
  ],
  ['tells the interaction in the old way', { interactionField: 'interaction' }],
  ['tells the interaction in the new way', { interactionField: 'metadata' }],
  [
    'tells no interaction and mutes its events',
    { interactionField: 'none', mute: ['INTERACTION_CREATE', 'INTERACTION_SUCCESS'] },
  ],
  ['names no parent', { finalReference: 'none' }],
  ['names the parent only as a whole message', { finalReference: 'referenced_message' }],
  ['repeats the nonce on the picture, with .png', { finalNonce: true, finalExtension: 'png' }],
  ['never repeats the nonce', { finalNonce: false }],
  ['writes nonces as numbers', { nonceAsNumber: true, finalNonce: true }],
  ['answers long after its events', { answerAfterMs: 200 }],
  ['answers long before its events', { eventsAfterMs: 200 }],
  ['answers 200 with nothing', { accepted: 200 }],
  [
    'leaves out flags, empty lists and that bots are bots',
    {
      shape: (m) => ({
        ...omit(
          m,
          'flags',
          'embeds',
          'mentions',
          ...(m.components?.length ? [] : ['components']),
          ...(m.attachments?.length ? [] : ['attachments']),
        ),
        author: { id: m.author.id },
      }),
    },
  ],
  [
    'writes null for what is empty',
    {
      shape: (m) =>
        Object.fromEntries(
          Object.entries({
            message_reference: null,
            referenced_message: null,
            interaction: null,
            interaction_metadata: null,
            nonce: null,
            ...m,
          }).map(([k, v]: [string, unknown]) => [k, Array.isArray(v) && v.length === 0 ? null : v]),
        ),
    },
  ],
  ['thinks first, with empty words', { thinking: true }],
  ['shows progress to its asker alone', { ephemeralProgress: true }],
  ['shows nothing before the picture', { noStart: true }],
  ['makes the progress message the picture', { finalAsUpdate: true }],
  ['lets progress go backwards', { percents: [46, 15, 78, 62] }],
  [
    'writes the percentage beside the speed',
    {
      text: {
        progress: (head, user, percent) => `${head}<@!${user}> (fast ${percent}%)`,
        final: (head, user) => `${head}<@!${user}> (relaxed)`,
      },
    },
  ],
  [
    'writes as in 2026',
    {
      text: {
        progress: (head, user, percent, job) =>
          `${head}<@${user}> [(Open on website for full quality)](<https://midjourney.com/jobs/${job}>) (${percent}%) (fast)`,
        final: (head, user, job) =>
          `${head}<@${user}> [(Open on website for full quality)](<https://midjourney.com/jobs/${job}>) (turbo, stealth)\n-# Create, explore, and organize on midjourney.com`,
      },
    },
  ],
  ['links to Discord’s own hosts', { discordLinks: true }],
  ['limits interactions', { limit: 1, limitMs: 120 }],
  ['lists no applications', { index: ({ application_commands }) => ({ application_commands }) }],
  ['has a bot of another id than its application', { botUserId: '990000000000000001' }],
  [
    'writes null for what is empty and shows nothing before the picture',
    {
      noStart: true,
      shape: (m) => ({
        nonce: null,
        message_reference: null,
        interaction_metadata: null,
        interaction: null,
        ...m,
      }),
    },
  ],
  ['counts its ids from 17 digits on', { firstId: 10_000_000_000_000_000n }],
  ['says everything twice', { twice: true }],
  ['lets neighbouring events change places', { swap: true }],
  ['removes the progress after the picture', { removeLast: true }],
  [
    'lets nobody read the channel',
    {
      refuse: ({ path, method }) =>
        method === 'GET' && path.endsWith('/messages')
          ? { status: 403, body: { message: 'Missing Access', code: 50001 } }
          : undefined,
    },
  ],
  ['tells nonces in no message', { shape: (m) => omit(m, 'nonce') }],
  [
    'tells nonces in no message and interactions only by their success',
    { shape: (m) => omit(m, 'nonce'), mute: ['INTERACTION_CREATE'] },
  ],
  [
    'tells nonces in no message and nothing of the parent',
    { shape: (m) => omit(m, 'nonce', 'message_reference', 'referenced_message') },
  ],
  [
    'types attachments as files, after names of ever the same',
    {
      shape: (m) => ({
        ...m,
        attachments: (m.attachments as Json[]).map((each) => ({
          ...omit(each, 'content_type', 'width', 'height'),
        })),
      }),
    },
  ],
  ['adds previews of links afterwards', { unfurl: true }],
  [
    'rewrites the prompt thoroughly',
    { echo: (prompt) => `${prompt.toUpperCase()} --ar 3:2 --sref <https://s.mj.run/zz> --v 7.0 --raw` },
  ],
];
