/**
 * What the paths of videos take (openai-openapi: CreateVideoJsonBody, CreateVideoMultipartBody, CreateVideoRemixBody). Null
 * stands for absent; a known field of a wrong type is an error even where its value would be ignored.
 */
import { z } from 'zod';
import { isBlankText, textFault } from '../../prompt-text.ts';

/** Longest prompt, in characters; bots may take less. */
const LONGEST_PROMPT = 32_000;

const prompt = z
  .string()
  .max(LONGEST_PROMPT, `must not be longer than ${LONGEST_PROMPT} characters`)
  .refine((text) => !isBlankText(text), 'must not be empty')
  .refine((text) => textFault(text) === undefined, 'must not hold NUL or half of a surrogate pair');

/** The body of `POST /v1/videos`, its picture apart. Sizes and lengths beyond OpenAI's own are let through. */
export const videoSchema = z.object({
  prompt,
  model: z.string().min(1, 'must not be empty').nullish(),
  size: z
    .string()
    .regex(/^(?:auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/i, 'must be WIDTHxHEIGHT, such as 1280x720')
    .nullish(),
  // A number in many programs' own requests, a text in the specification.
  seconds: z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z
      .string()
      .regex(/^\d{1,3}(?:\.\d{1,3})?$/, 'must be a number of seconds, such as "4"')
      .nullish(),
  ),
  quality: z.string().nullish(),
});

/** The body of `POST /v1/videos/{id}/remix`. */
export const remixSchema = z.object({ prompt });

/** The body of `POST /v1/videos` after the check of its types. */
export type VideoBody = z.infer<typeof videoSchema>;
