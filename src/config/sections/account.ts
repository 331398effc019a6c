import { z } from 'zod';
import { name, text } from '../fields.ts';

const tokenSchema = text()
  .refine((token) => !/^(Bot|Bearer)\s/i.test(token), {
    error:
      'must be the bare token: leave out the word in front of it ("Bot " or "Bearer "), cordgate adds what is needed',
  })
  .refine((token) => /^(Bot|Bearer)\s/i.test(token) || /^[\x21-\x7e]+$/.test(token), {
    error: 'must be one word without blanks: copy the token again',
  })
  .describe("the account's Discord token, without the word Bot in front of it");

/** One entry of `accounts`: who logs in to Discord. */
export const accountSchema = z.strictObject({
  id: name().describe('name of the account in this file'),
  kind: z
    .enum(['bot', 'user'])
    .describe(
      "bot = an application's bot; user = a person's account (automating one is against Discord's terms)",
    ),
  token: tokenSchema,
  userAgent: text()
    .regex(/^[\x20-\x7e]+$/, 'may hold plain ASCII letters only')
    .optional()
    .describe('User-Agent that the account sends; a fitting one when left out'),
  enabled: z.boolean().default(true).describe('false = the account does not log in'),
  dailyLimit: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('messages that the account may send on one day (UTC); unlimited when left out'),
});
