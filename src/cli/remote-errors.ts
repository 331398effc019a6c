/** What can go wrong with a gateway that is asked over HTTP, in words for people, each with what to do. */
import { CommandFailure } from './io.ts';

/** Nobody answered. The failure carries its cause, which tells it from a refusal. */
export function noGateway(url: string, error: unknown): CommandFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  if (code === 'ECONNREFUSED') {
    return failure(
      `no gateway answers at ${url}`,
      'Start it with "cordgate serve" or "cordgate demo", or name another one with --url.',
      cause,
    );
  }
  const why = typeof code === 'string' ? code : cause instanceof Error ? cause.message : String(cause);
  return failure(`the gateway at ${url} cannot be reached (${why})`, 'Check --url and the network.', cause);
}

/** The key is missing or wrong. */
export function wrongKey(hasKey: boolean): CommandFailure {
  return hasKey
    ? failure(
        'the gateway does not know this key',
        'Give one of its auth.keys with --key or in CORDGATE_KEY.',
      )
    : failure(
        'the gateway asks for a key',
        'Give it with --key or in the variable CORDGATE_KEY; "cordgate demo" prints its own.',
      );
}

/** Something else answered: a proxy in front of a gateway that is away (5xx), which counts as no answer, or a stranger. */
export function notAGateway(url: string, status: number): CommandFailure {
  if (status >= 500) return noGateway(url, new Error(`HTTP ${status}`));
  return failure(
    `what answers at ${url} is no cordgate gateway (HTTP ${status})`,
    'Name the gateway with --url, without any path behind the port.',
  );
}

/** The codes of the Midjourney-Proxy dialect that refuse. */
const REFUSALS: Readonly<Record<number, readonly [what: string, remedy: string]>> = {
  3: ['the gateway has nobody who could do this', 'Ask "cordgate check" how its accounts are.'],
  4: ['the gateway refuses the request', 'Change what is asked for.'],
  9: ['the gateway failed', 'Try again; its log tells more.'],
  23: ['the line is full', 'Try again in a while, or raise "queue" of the room in cordgate.yaml.'],
  24: ['the prompt holds a word that is not allowed', 'Change the prompt.'],
};

/** The gateway answered, and refused. */
export function refused(answer: Readonly<Record<string, unknown>>): CommandFailure {
  const { code, description, properties } = answer;
  if (code === undefined)
    return failure('the gateway does not know the task any more', 'Submit it once more.');
  const detail: unknown =
    typeof properties === 'object' && properties !== null ? Reflect.get(properties, 'detail') : undefined;
  const words = typeof detail === 'string' ? detail : typeof description === 'string' ? description : '';
  const [what, remedy] = REFUSALS[Number(code)] ?? [
    `the gateway answered code ${String(code)}`,
    'Try again.',
  ];
  return failure(words === '' ? what : `${what}: ${words}`, remedy);
}

/** The task ended without a picture. */
export function taskFailed(task: { readonly status: string; readonly failReason: string | null }) {
  const reason = task.failReason ?? 'the gateway gave no reason';
  return task.status === 'CANCEL'
    ? failure(`the task was cancelled: ${reason}`, 'Submit it once more if that was not meant.')
    : failure(`the task failed: ${reason}`, 'Change the prompt if it says so, else try again.');
}

function failure(what: string, remedy: string, cause?: unknown): CommandFailure {
  return new CommandFailure(`${what}\n  -> ${remedy}`, 1, cause);
}
