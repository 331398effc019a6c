/** Calls to the gateway: one door, with the key in a header and errors as one type. */

import type { ErrorBody } from './types.ts';

/** One problem of a configuration that was refused. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  /** What to do about it, where that is not to change the value. */
  readonly remedy?: string | undefined;
}

/** A call that failed: refused by the gateway, or never answered (`status` 0, code `unreachable`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | undefined;
  readonly problems: readonly Problem[];

  constructor(status: number, code: string, message: string, more: { param?: string; problems?: Problem[] }) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.param = more.param;
    this.problems = more.problems ?? [];
  }
}

/** What a call may carry. */
export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Methods of the gateway's paths. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

let key: string | undefined;
let onRefused: () => void = () => {};

/** Sets the key that every call carries from now on, and what to do when the gateway knows it no longer. */
export function useKey(next: string | undefined, refused: () => void): void {
  key = next;
  onRefused = refused;
}

/** The address of a path of the gateway, as the browser has to write it; works behind a prefix of a proxy. */
export function addressOf(path: string, query: CallOptions['query'] = {}): string {
  const url = new URL(`../${path.replace(/^\//, '')}`, location.href.split('#')[0]);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return url.href;
}

function keyHeaders(): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/**
 * Calls a path and gives its JSON (undefined for an empty answer).
 * @param path without origin: `cordgate/v1/tasks`
 * @throws ApiError; and the signal's reason when it aborts
 */
export async function call<Answer>(method: Method, path: string, options: CallOptions = {}): Promise<Answer> {
  const response = await open(method, path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/**
 * Calls a path and gives the answer itself, for streams and files.
 * @throws ApiError when the status is no success; the signal's reason when it aborts
 */
export async function open(method: Method, path: string, options: CallOptions = {}): Promise<Response> {
  const { query, body, signal, headers } = options;
  const init: RequestInit = {
    method,
    headers: {
      ...keyHeaders(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ?? null,
  };
  const sentKey = key;
  const response = await fetch(addressOf(path, query), init).catch((thrown: unknown) => {
    if (signal?.aborted) throw thrown;
    throw new ApiError(0, 'unreachable', '', {});
  });
  if (response.ok) return response;
  // A call of a session that has ended says nothing about the one after it.
  if (response.status === 401 && sentKey === key) onRefused();
  throw await errorOf(response);
}

/** The error in OpenAI's shape; proxies in between answer whatever they like. */
async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const { error } = parsed(text);
  const code = error?.code ?? error?.type ?? `http_${response.status}`;
  return new ApiError(response.status, code, error?.message ?? response.statusText, {
    ...(error?.param ? { param: error.param } : {}),
    ...(error?.problems ? { problems: error.problems } : {}),
  });
}

function parsed(text: string): Partial<ErrorBody> {
  try {
    return Object(JSON.parse(text)) as Partial<ErrorBody>;
  } catch {
    return {};
  }
}
