/** What a drawing bot takes beyond, and instead of, what a chat bot that draws takes. */
import { z } from 'zod';
import { textFault } from '../../prompt-text.ts';
import { imageSchema } from './schema.ts';

/** A bot draws four pictures at once. */
const MOST_PICTURES = 4;

const between = (least: number, most: number) =>
  z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`);

/** The body of `POST /v1/images/generations` for a drawing bot. */
export const wishSchema = imageSchema.extend({
  n: z
    .int()
    .min(1, 'must be at least 1')
    .max(MOST_PICTURES, `must be at most ${MOST_PICTURES}, as many as this bot draws at once`)
    .nullish(),
  output_format: z.enum(['png', 'jpeg', 'webp'], 'must be one of png, jpeg, webp').nullish(),
  output_compression: between(0, 100).nullish(),
  partial_images: between(0, 3).nullish(),
  input_fidelity: z.string().nullish(),
  task_id: z
    .string()
    .regex(/^\d{1,20}(?::[1-4])?$/, 'must be the id of a task, with :2 for its second picture')
    .nullish(),
});

/** The body after the check of its types. */
export type WishBody = z.infer<typeof wishSchema>;

/** The same without words. */
export const wordlessSchema = wishSchema.extend({
  prompt: z
    .string()
    .refine((text) => textFault(text) === undefined, 'must not hold NUL or half of a surrogate pair')
    .nullish(),
});
