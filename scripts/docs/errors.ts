import { ERROR_KINDS, type ErrorKind } from '../../src/core/errors.ts';

const INTRODUCTION = `<!-- Written by "npm run docs" from src/core/errors.ts; do not edit. -->
# Errors

Every failure has one of the codes below. Each dialect shows it in its own shape: OpenAI's
\`{"error": {"message", "type", "param", "code"}}\` carries the code in \`code\`, but for those that OpenAI has a code of its own for: \`invalid_api_key\`
(missing_key, invalid_key), \`rate_limit_exceeded\` (queue_full, channels_full, account_limited, rate_limited), \`insufficient_quota\`
(bot_exhausted), \`unknown_url\`, \`method_not_supported\` and \`internal_error\`. The other dialects carry the status and the message.
The log carries the code with the request id. *Again* tells whether the same request may succeed later without a change;
with status 429 or 503 the header \`Retry-After\` says when, as far as that is known.

\`media_forbidden\`, \`media_unreachable\` and \`media_invalid\` are of what the gateway fetches itself: pictures to blend, pictures for Coze and for Pika,
masks, and addresses for callbacks. A link in a prompt for Midjourney, or one to describe, is handed on as text; Midjourney fetches it, and
says itself what is wrong with it.
`;

/** `docs/errors.md`. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorKind>(ERROR_KINDS).map(
    ([code, { status, retryable, meaning, remedy }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy} |\n`,
  );
  return `${INTRODUCTION}\n| code | status | again | what it means | what to do |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`;
}
