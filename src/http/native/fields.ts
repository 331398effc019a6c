/** Fields that several requests of the native dialect share. */
import { z } from 'zod';
import type { ActionKind, TaskStatus, TaskVerb } from '../../core/task.ts';
import { isConversationName } from '../conversation-name.ts';
import { textFault } from '../prompt-text.ts';

/** All statuses of tasks. */
export const STATUSES = [
  ...(['form', 'queued', 'submitted', 'accepted', 'waiting', 'running'] as const),
  ...(['succeeded', 'failed', 'timed-out', 'cancelled'] as const),
] as const satisfies readonly TaskStatus[];

/** All that a task can ask for. */
export const VERBS = [
  ...(['imagine', 'blend', 'describe', 'shorten', 'show', 'info', 'settings', 'mode', 'remix'] as const),
  ...(['create', 'animate', 'act'] as const),
] as const satisfies readonly TaskVerb[];

/** All kinds of buttons. */
export const ACTION_KINDS = [
  ...(['upscale', 'upscale-subtle', 'upscale-creative', 'upscale-2x', 'upscale-4x'] as const),
  ...(['vary', 'vary-subtle', 'vary-strong', 'vary-region', 'reroll'] as const),
  ...(['zoom-2x', 'zoom-1.5x', 'zoom-custom'] as const),
  ...(['pan-left', 'pan-right', 'pan-up', 'pan-down', 'make-square'] as const),
  ...(['animate-high', 'animate-low', 'extend-high', 'extend-low', 'video-upscale'] as const),
  ...(['imagine-text', 'retry', 'remix', 'bookmark', 'cancel', 'other'] as const),
] as const satisfies readonly ActionKind[];

/** Longest prompt in characters; Discord takes 6,000. */
const LONGEST_PROMPT = 6_000;

/** Words that a bot is told. */
export const promptSchema = z
  .string()
  .max(LONGEST_PROMPT)
  .refine((text) => textFault(text) === undefined, 'must be valid Unicode text without NUL characters');

/** The id of a task. */
export const taskIdSchema = z.string().regex(/^\d{1,25}$/, 'must be the id of a task');

/** The name of a conversation. */
export const conversationNameSchema = z
  .string()
  .trim()
  .refine(isConversationName, 'must be 1 to 100 characters without control characters');
