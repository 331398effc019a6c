/**
 * What `POST /v1/images/generations` takes (openai-openapi: CreateImageRequest). Null stands for absent, unknown
 * fields are let through; a known field of a wrong type is an error even where its value would be ignored.
 */
import { z } from 'zod';
import { isBlankText, textFault } from '../../prompt-text.ts';

/** Longest prompt, in characters (openai-openapi: CreateImageRequest, `prompt`). */
const LONGEST_PROMPT = 32_000;

const word = z.string().nullish();
const integer = z.int().nullish();
const oneOf = <Value extends string>(...values: Value[]) =>
  z.enum(values, `must be one of ${values.join(', ')}`).nullish();

/** The body of the request. */
export const imageSchema = z.object({
  prompt: z
    .string()
    .max(LONGEST_PROMPT, `must not be longer than ${LONGEST_PROMPT} characters`)
    .refine((text) => !isBlankText(text), 'must not be empty')
    .refine((text) => textFault(text) === undefined, 'must not hold NUL or half of a surrogate pair'),
  model: z.string().min(1, 'must not be empty').nullish(),
  n: z.int().min(1, 'must be at least 1').max(10, 'must be at most 10').nullish(),
  size: z
    .string()
    .regex(/^(?:auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/i, 'must be auto or WIDTHxHEIGHT, such as 1024x1024')
    .nullish(),
  quality: oneOf('standard', 'hd', 'low', 'medium', 'high', 'auto'),
  style: oneOf('vivid', 'natural'),
  response_format: oneOf('url', 'b64_json'),
  stream: z.boolean().nullish(),
  output_format: word,
  output_compression: integer,
  partial_images: integer,
  background: word,
  moderation: word,
  user: word,
});

/** The body after the check of its types. */
export type ImageBody = z.infer<typeof imageSchema>;
