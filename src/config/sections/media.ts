import { z } from 'zod';
import { text, url } from '../fields.ts';

const s3Schema = z
  .strictObject({
    endpoint: url('http:', 'https:')
      .optional()
      .describe('address of an S3-compatible server; left out = Amazon’s own'),
    region: text().default('us-east-1').describe('region of the bucket'),
    bucket: text().describe('name of the bucket; it must exist'),
    prefix: z.string().default('').describe('begins the names of all objects, such as cordgate/'),
    accessKeyId: text().optional().describe('left out = what the environment of the process gives'),
    secretAccessKey: text().optional().describe('belongs to accessKeyId'),
    pathStyle: z
      .boolean()
      .default(true)
      .describe('true = the bucket in the path, as most servers but Amazon’s want it'),
  })
  .refine(({ accessKeyId: id, secretAccessKey: secret }) => (id === undefined) === (secret === undefined), {
    error: 'accessKeyId and secretAccessKey belong together: give both, or neither',
    path: ['accessKeyId'],
  });

/** Section `media`: copies of finished pictures and videos. */
export const mediaSchema = z
  .strictObject({
    keep: z
      .boolean()
      .default(false)
      .describe('true = finished pictures and videos are copied, and served under /files/'),
    path: text().default('./data/files').describe('folder of the copies, where no s3 is set'),
    maxGb: z
      .number()
      .positive()
      .default(10)
      .describe('room for copies in gigabytes; the oldest ones make place for new ones'),
    s3: s3Schema.optional().describe('keeps the copies in an S3-compatible bucket instead of a folder'),
  })
  .describe('copies of finished pictures and videos');
