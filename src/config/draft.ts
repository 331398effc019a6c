import { z } from 'zod';

/**
 * The parts of a configuration that refer to each other, read leniently: what has the wrong type is left out, because
 * the strict schema complains about it. So the cross checks run even when other keys are wrong, and all problems
 * come at once.
 */
const maybeText = z.string().trim().min(1).optional().catch(undefined);
const textList = z.array(z.string().trim().catch('')).catch([]);
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);

const account = z
  .object({ id: maybeText, enabled: z.boolean().catch(true), kind: maybeText })
  .catch({ id: undefined, enabled: true, kind: undefined });

const room = z
  .object({ account: maybeText, guildId: maybeText, channelId: maybeText })
  .catch({ account: undefined, guildId: undefined, channelId: undefined });

const bot = z
  .object({
    id: maybeText,
    driver: maybeText,
    listen: maybeText,
    send: textList,
    botUserId: z.unknown().optional(),
    botUserIds: z.unknown().optional(),
    rooms: listOf(room),
    bannedWords: maybeText,
  })
  .catch({
    id: undefined,
    driver: undefined,
    listen: undefined,
    send: [],
    rooms: [],
    bannedWords: undefined,
  });

const key = z
  .object({ key: maybeText, name: maybeText, bots: textList })
  .catch({ key: undefined, name: undefined, bots: [] });

const draftSchema = z.object({
  server: z
    .object({
      host: z.string().trim().catch('127.0.0.1'),
      port: z.number().catch(8092),
      tls: z.unknown().optional(),
    })
    .catch({ host: '127.0.0.1', port: 8092 }),
  auth: z
    .object({
      keys: listOf(key),
      anonymous: z.object({ bots: textList }).catch({ bots: [] }),
      open: z.boolean().catch(false),
    })
    .catch({ keys: [], anonymous: { bots: [] }, open: false }),
  accounts: listOf(account),
  bots: listOf(bot),
});

/** What the cross checks read. */
export type Draft = z.output<typeof draftSchema>;

/** Reads a draft from any tree; never fails. */
export function readDraft(root: unknown): Draft {
  return draftSchema.catch(draftSchema.parse({})).parse(root);
}
