/** Turns Discord's refusals, and its silence, into the product's one error type. */
import type { DiscordRefusal } from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Redact } from '../redact.ts';
import type { HttpAnswer, NoAnswer } from './request.ts';

/** JSON codes of Discord that this file has to tell apart (Discord docs, "JSON Error Codes"). */
const INVALID_TOKEN = 50014;
const VERIFY_ACCOUNT = 40002;
const TOO_LARGE = 40005;
const LONGEST_TEXT = 300;
/** Leaf of a form error: the version of a command is not the newest. */
const INVALID_VERSION = 'INTERACTION_APPLICATION_COMMAND_INVALID_VERSION';

/** What a refusal's body says, as far as it is read. */
export interface RefusalBody {
  readonly code: number;
  readonly text: string;
  /** Set when Discord asks for a captcha. */
  readonly captcha: boolean;
  /** Set when a command's version is not the newest. */
  readonly outdated: boolean;
  /** Seconds, on 429. */
  readonly retryAfter: number | undefined;
  readonly global: boolean;
}

/** Reads the body of a refusal; anything that is no JSON object (a proxy's page) reads as empty. */
export function readRefusal(body: Buffer): RefusalBody {
  const parsed = parseObject(body);
  const { code, message, retry_after: retryAfter, global, errors } = parsed;
  const captcha = parsed.captcha_key ?? parsed.captcha_sitekey;
  const details = firstDetail(errors, '');
  const text = [typeof message === 'string' ? message : '', details]
    .filter((part) => part !== '')
    .join(' - ');
  return {
    code: typeof code === 'number' && Number.isSafeInteger(code) ? code : 0,
    text: text.slice(0, LONGEST_TEXT),
    captcha: captcha !== undefined && captcha !== null,
    outdated: holdsCode(errors, INVALID_VERSION),
    retryAfter: typeof retryAfter === 'number' && Number.isFinite(retryAfter) ? retryAfter : undefined,
    global: global === true,
  };
}

function parseObject(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Discord's own trees are six deep at most; one that never ends would fill the stack. */
const DEEPEST_ERROR = 20;

/** Form errors are a tree of field names; the first leaf tells most: `name: Must be 1-100 in length.` */
function firstDetail(node: unknown, path: string, depth = 0): string {
  if (typeof node !== 'object' || node === null || depth > DEEPEST_ERROR) return '';
  for (const [key, value] of Object.entries(node)) {
    if (key === '_errors' && Array.isArray(value)) {
      const [first] = value as unknown[];
      const isLeaf = typeof first === 'object' && first !== null && 'message' in first;
      if (isLeaf && typeof first.message === 'string') {
        return `${path}: ${first.message}`;
      }
    }
    const found = firstDetail(value, path === '' ? key : `${path}.${key}`, depth + 1);
    if (found !== '') return found;
  }
  return '';
}

/** True when a leaf anywhere in the tree of form errors has this code. */
function holdsCode(node: unknown, code: string, depth = 0): boolean {
  if (typeof node !== 'object' || node === null || depth > DEEPEST_ERROR) return false;
  if ('code' in node && node.code === code) return true;
  return Object.values(node).some((value) => holdsCode(value, code, depth + 1));
}

/** True when an answer proves that the token is dead. */
export function provesDeadToken(status: number, body: RefusalBody): boolean {
  return status === 401 || body.code === INVALID_TOKEN;
}

/**
 * The error for an answer that is no success.
 * @param call what was asked, for the message: `POST /channels/{id}/messages`
 * @param accountId name of the account in the configuration
 */
export function refusalError(
  call: string,
  answer: HttpAnswer,
  redact: Redact,
  accountId: string,
): GatewayError {
  const body = readRefusal(answer.body);
  const said = redact([body.code || '', body.text].filter((part) => part !== '').join(' '));
  const cause: DiscordRefusal = { status: answer.status, discordCode: body.code };
  const detail = `HTTP ${answer.status}${said === '' ? '' : `, ${said}`}`;
  if (provesDeadToken(answer.status, body)) {
    return new GatewayError(
      'account_disabled',
      `Discord does not accept the token of account "${accountId}" (${detail}).`,
      {
        cause,
      },
    );
  }
  if (body.captcha || body.code === VERIFY_ACCOUNT) return personError(call, accountId, detail, body, cause);
  if (body.outdated) {
    return new GatewayError('command_outdated', `Discord has a newer version of the command (${detail}).`, {
      cause,
    });
  }
  if (answer.status === 413 || body.code === TOO_LARGE) {
    return new GatewayError('media_invalid', `Discord takes no files that large (${detail}).`, { cause });
  }
  if (answer.status >= 500) {
    return new GatewayError('discord_unreachable', `Discord failed at ${call} (${detail}).`, { cause });
  }
  return new GatewayError('discord_refused', `Discord refused ${call} (${detail}).`, { cause });
}

/** Nothing of a captcha's body is repeated: it holds tokens with which the captcha could be answered elsewhere. */
function personError(
  call: string,
  accountId: string,
  detail: string,
  body: RefusalBody,
  cause: DiscordRefusal,
): GatewayError {
  const what = body.captcha ? 'a captcha' : `a verification of the account (${detail})`;
  return new GatewayError(
    'human_required',
    `Discord asks account "${accountId}" for ${what} before ${call}: an operator has to log in to Discord with it.`,
    { cause },
  );
}

/**
 * The error for a refusal by the storage of uploads. It knows no token of ours, so a 401 of its says nothing about the
 * account, only about the place that was to be filled.
 */
export function storageError(call: string, status: number): GatewayError {
  const cause: DiscordRefusal = { status, discordCode: 0 };
  const failed = status >= 500 || status === 429;
  if (failed) {
    return new GatewayError('discord_unreachable', `Discord's storage failed at ${call} (HTTP ${status}).`, {
      cause,
    });
  }
  const code = status === 413 ? 'media_invalid' : 'discord_refused';
  return new GatewayError(code, `Discord's storage refused ${call} (HTTP ${status}).`, { cause });
}

/** The error for a request that got no answer. */
export function silenceError(call: string, failure: NoAnswer, redact: Redact): GatewayError {
  const code = failure.kind === 'timeout' ? 'discord_timeout' : 'discord_unreachable';
  return new GatewayError(code, `Discord gave no answer to ${call}: ${redact(failure.message)}.`, {
    cause: new Error(redact(failure.message)),
  });
}

/** The error for an answer of success whose body is not what Discord documents. */
export function nonsenseError(call: string): GatewayError {
  return new GatewayError('discord_unreachable', `The answer to ${call} is not Discord's.`, {
    hint: 'Check discord.api and discord.proxy: something else answers in their place.',
  });
}

/** The error for a call that Discord kept putting off. */
export function limitedError(call: string, retryAfterMs: number): GatewayError {
  return new GatewayError('rate_limited', `Discord allows no ${call} for now.`, { retryAfterMs });
}
