import { ERROR_KINDS, type ErrorKind } from '../../src/core/errors.ts';

const INTRODUCTION = `<!-- Written by "npm run docs" from src/core/errors.ts; do not edit. -->
# Errors

Every failure has one of the codes below. Each dialect shows it in its own shape: OpenAI's
\`{"error": {"message", "type", "param", "code"}}\` carries the code in \`code\`; the other dialects carry the status and the message.
The log carries the code with the request id. *Again* tells whether the same request may succeed later without a change;
with status 429 or 503 the header \`Retry-After\` says when, as far as that is known.
`;

/** `docs/errors.md`. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorKind>(ERROR_KINDS).map(
    ([code, { status, retryable, meaning, remedy }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy} |\n`,
  );
  return `${INTRODUCTION}\n| code | status | again | what it means | what to do |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`;
}
