import type { Actor } from '../access.ts';
import type { SentFile } from '../message-actions.ts';
import type { WireObject } from '../model.ts';

/** What a route's function gets. */
export interface Call extends Actor {
  /** The ids of the path, in order. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  readonly body: WireObject;
  readonly files: readonly SentFile[];
  /** Language of the caller, from `X-Discord-Locale`, else `Accept-Language`. */
  readonly locale: string | undefined;
}

/** An answer: status and JSON body; no body is 204. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** A route: `path` has `:id` where an id stands; the first one is the major parameter of its rate limit. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** Who may call it; default everybody with a token. */
  readonly access?: 'open' | 'bot';
  readonly run: (call: Call) => Answer;
}

/** A route that was found for a request. */
export interface Match {
  readonly route: Route;
  readonly ids: readonly string[];
}

/** Finds the route of a method and path; `known` tells whether the path exists with another method. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { match?: Match; known: boolean } {
  const steps = path.split('/');
  let known = false;
  for (const route of routes) {
    const ids = matchSteps(route.path.split('/'), steps);
    if (!ids) continue;
    if (route.method === method) return { match: { route, ids }, known: true };
    known = true;
  }
  return { known };
}

function matchSteps(pattern: readonly string[], steps: readonly string[]): string[] | undefined {
  if (pattern.length !== steps.length) return undefined;
  const ids: string[] = [];
  for (const [position, expected] of pattern.entries()) {
    const step = decodeStep(steps[position] ?? '');
    if (expected === ':id' && step !== '@me') ids.push(step);
    else if (expected !== step) return undefined;
  }
  return ids;
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
