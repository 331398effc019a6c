/** What no bot can be told, for every dialect. */
import { GatewayError } from '../core/errors.ts';

/** Letters of Unicode that show nothing, though they count as letters or symbols. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\u115F\u1160\u2800\u3164\uFFA0]/u;

/** True when nothing can be seen of a text: white space, control and zero-width characters only. */
export function isBlankText(text: string): boolean {
  return !VISIBLE.test(text);
}

/** Why a text cannot be sent to Discord, as the end of a sentence; undefined when it can. */
export function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character';
  return text.isWellFormed() ? undefined : 'holds half of a surrogate pair';
}

/** @throws GatewayError invalid_request when the text holds NUL or half of a surrogate pair */
export function checkPromptText(text: string, param = 'prompt'): void {
  const fault = textFault(text);
  if (fault === undefined) return;
  throw new GatewayError('invalid_request', `The ${param} ${fault}, which Discord does not take.`, {
    param,
    hint: 'Send it as valid Unicode text.',
  });
}
