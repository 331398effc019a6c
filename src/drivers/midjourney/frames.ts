/** The pages that Midjourney opens in the client: the one for painting a region, and those that only a person may answer. */
import { GatewayError } from '../../core/errors.ts';
import type { OpenedFrame } from '../../core/interaction.ts';
import type { TaskRequest } from '../../core/task.ts';
import type { TaskJob } from '../../core/task-driver.ts';
import type { FrameAnswer } from '../desk/knowledge.ts';
import { parentPrompt } from '../desk/open-job.ts';

/** Where the page for painting a region takes its answer. Source: the page itself. */
const REGION_PATH = '/inpaint/api/submit-job';

/** The answer to the page for painting a region. @throws GatewayError invalid_request without a mask */
export function answerFrame(frame: Pick<OpenedFrame, 'customId'>, job: TaskJob): FrameAnswer {
  const { form, prompt } = job.request;
  if (form?.mask === undefined) {
    throw new GatewayError('invalid_request', 'The region to paint anew is missing.', { param: 'mask' });
  }
  return { path: REGION_PATH, body: maskBody(frame, form, prompt || parentPrompt(job.parent)) };
}

/** What the page for painting a region is answered with. Source: what that page itself sends. */
export interface MaskBody {
  readonly username: '0';
  readonly userId: '0';
  readonly customId: string;
  /** PNG as base64 without a `data:` prefix; white is painted anew. */
  readonly mask: string;
  readonly prompt: string;
  readonly full_prompt: null;
}

// MJ::iframe::4e68485a
const FRAME_ID = /^MJ::iframe::/;
const DATA_PREFIX = /^data:[^,]*,/;

/**
 * The answer for the page that opened for a region: the mask, and the form's prompt, or `promptText` where it has none.
 */
export function maskBody(
  frame: Pick<OpenedFrame, 'customId'>,
  form: NonNullable<TaskRequest['form']>,
  promptText: string,
): MaskBody {
  return {
    username: '0',
    userId: '0',
    customId: frame.customId.replace(FRAME_ID, ''),
    mask: (form.mask ?? '').replace(DATA_PREFIX, '').replace(/\s+/g, ''),
    prompt: form.prompt ?? promptText,
    full_prompt: null,
  };
}

/** True for a page that only a person may answer: "Action required to continue", or a captcha by its path. */
export function frameIsCaptcha(frame: Pick<OpenedFrame, 'title' | 'path'>): boolean {
  return /^\s*action (?:required|needed)\b/i.test(frame.title) || /captcha/i.test(frame.path);
}
