import { z } from 'zod';
import { text, url } from '../fields.ts';

/** Section `store`: where conversations, tasks and counters are kept. */
export const storeSchema = z
  .strictObject({
    driver: z
      .enum(['sqlite', 'memory', 'redis'])
      .default('sqlite')
      .describe('sqlite = a file; memory = nothing outlives a restart; redis = a Redis 7 server'),
    path: text().default('./data/cordgate.db').describe('file of the sqlite store; its folder is created'),
    url: url('redis:', 'rediss:')
      .default('redis://127.0.0.1:6379')
      .describe('address of the redis store; may hold user, password and number of the database'),
    retentionDays: z
      .number()
      .int()
      .min(1)
      .default(30)
      .describe('days after which finished tasks are forgotten'),
  })
  .describe('where conversations, tasks and counters are kept');
