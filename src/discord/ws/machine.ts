/**
 * The life of a gateway connection as a pure step function. It opens no socket and reads no clock: it is told what
 * happened and answers what is to be done. Source: Discord docs, "Gateway" ("Connection Lifecycle").
 */
import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import type { AccountStatus } from '../account.ts';
import { meaningOf } from './close-codes.ts';
import { invalidSessionDelay, loginDelay, reconnectDelay, refusedDelay } from './delays.ts';

/** What is needed to take a session up again. */
export interface Session {
  readonly id: string;
  readonly resumeUrl: string | null;
}

/** Where the connection is. `opening` lasts until HELLO, `waiting` is the pause before the next try. */
export type Phase =
  | 'idle'
  | 'waiting'
  | 'opening'
  | 'identifying'
  | 'resuming'
  | 'ready'
  | 'disabled'
  | 'closed';

/** All that the machine remembers. */
export interface MachineState {
  readonly phase: Phase;
  readonly session: Session | null;
  readonly sequence: number | null;
  readonly heartbeatMs: number;
  /** False from a heartbeat until its acknowledgement. */
  readonly acknowledged: boolean;
  /** Connections lost since a session last lived for a while. */
  readonly failures: number;
  /** Logins sent since a session last lived for a while. */
  readonly logins: number;
  /** Logins refused in a row for a cause that only the operator can change. */
  readonly refusals: number;
  /** Tries to resume that led nowhere; after two of them the resume address is not trusted any more. */
  readonly resumeFailures: number;
  readonly readyAt: number;
  readonly identifiedAt: number;
}

/** A payload as the wire brings it. */
export interface Payload {
  readonly op: number;
  readonly s?: number | null;
  readonly t?: string | null;
  readonly d?: unknown;
}

/** The timers that the machine asks for; setting one replaces the one of the same name. */
export type TimerName = 'heartbeat' | 'handshake' | 'reconnect';

/** What can happen to a connection. */
export type MachineEvent =
  | { readonly type: 'start' }
  | { readonly type: 'payload'; readonly payload: Payload }
  | { readonly type: 'lost'; readonly closeCode: number; readonly detail: string }
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'timer'; readonly name: TimerName }
  | { readonly type: 'token-rejected'; readonly reason: string }
  | { readonly type: 'stop' };

/** What happened, when, and one random number of [0, 1) to draw delays from. */
export type MachineInput = MachineEvent & { readonly now: number; readonly random: number };

/** What is to be done, in this order. */
export type MachineEffect =
  | { readonly type: 'open'; readonly resumeUrl: string | null }
  | { readonly type: 'close'; readonly closeCode: number }
  | { readonly type: 'heartbeat'; readonly sequence: number | null }
  | { readonly type: 'identify' }
  | { readonly type: 'resume'; readonly sessionId: string; readonly sequence: number }
  | { readonly type: 'set-timer'; readonly name: TimerName; readonly delayMs: number }
  | { readonly type: 'cancel-timer'; readonly name: TimerName }
  | { readonly type: 'cancel-timers' }
  | { readonly type: 'status'; readonly status: AccountStatus }
  | { readonly type: 'logged-in'; readonly userId: string }
  | { readonly type: 'dispatch'; readonly event: string; readonly data: unknown };

/** State and effects after a step. */
export type Step = readonly [MachineState, readonly MachineEffect[]];

/** A session that lived this long counts as a success. */
const STABLE_MS = 60_000;
/** From opening the socket to HELLO. */
const HELLO_MS = 30_000;
/** From the login to READY; user accounts get tens of megabytes. */
const READY_MS = 120_000;
const USUAL_HEARTBEAT_MS = 41_250;
/** Any code but 1000 and 1001 keeps the session alive on Discord's side. */
const CLOSE_TO_RESUME = 4000;
const CLOSE_FOR_GOOD = 1000;
const TRUSTED_RESUME_TRIES = 2;
const LOGIN_EVERY_MS = 5_000;

/** A machine that was never started. */
export const INITIAL_STATE: MachineState = {
  phase: 'idle',
  session: null,
  sequence: null,
  heartbeatMs: USUAL_HEARTBEAT_MS,
  acknowledged: true,
  failures: 0,
  logins: 0,
  refusals: 0,
  resumeFailures: 0,
  readyAt: 0,
  identifiedAt: Number.NEGATIVE_INFINITY,
};

const NOTHING: readonly MachineEffect[] = [];
const connected = (phase: Phase): boolean =>
  phase === 'identifying' || phase === 'resuming' || phase === 'ready';
const hasSocket = (phase: Phase): boolean => phase === 'opening' || connected(phase);
const isFinal = (phase: Phase): boolean => phase === 'disabled' || phase === 'closed';

/** One step: total, never throws, whatever the input. */
export function step(state: MachineState, input: MachineInput): Step {
  if (isFinal(state.phase)) return [state, NOTHING];
  switch (input.type) {
    case 'start':
      return state.phase === 'idle' ? open(state, input.now, 'connecting') : [state, NOTHING];
    case 'payload':
      return hasSocket(state.phase) ? onPayload(state, input.payload, input) : [state, NOTHING];
    case 'lost':
      return hasSocket(state.phase) ? onLost(state, input.closeCode, input.detail, input) : [state, NOTHING];
    case 'corrupt':
      if (!hasSocket(state.phase)) return [state, NOTHING];
      return dropAndResume(state, input, `The stream from Discord was damaged: ${input.detail}.`);
    case 'timer':
      return onTimer(state, input.name, input);
    case 'token-rejected':
      return end(state, 'disabled', { state: 'disabled', reason: input.reason, since: input.now });
    case 'stop':
      return end(state, 'closed', { state: 'closed', since: input.now });
  }
}

function open(state: MachineState, now: number, as?: 'connecting'): Step {
  const trusted = state.session !== null && state.resumeFailures < TRUSTED_RESUME_TRIES;
  const effects: MachineEffect[] = [
    { type: 'open', resumeUrl: trusted ? (state.session?.resumeUrl ?? null) : null },
    { type: 'set-timer', name: 'handshake', delayMs: HELLO_MS },
  ];
  if (as) effects.push({ type: 'status', status: { state: as, since: now } });
  return [{ ...state, phase: 'opening' }, effects];
}

function end(state: MachineState, phase: 'disabled' | 'closed', status: AccountStatus): Step {
  const effects: MachineEffect[] = [{ type: 'cancel-timers' }];
  if (hasSocket(state.phase)) effects.push({ type: 'close', closeCode: CLOSE_FOR_GOOD });
  effects.push({ type: 'status', status });
  return [{ ...state, phase, session: null, sequence: null }, effects];
}

function onPayload(state: MachineState, payload: Payload, input: MachineInput): Step {
  switch (payload.op) {
    case GatewayOpcodes.Dispatch:
      return onDispatch(state, payload, input.now);
    case GatewayOpcodes.Hello:
      return state.phase === 'opening' ? onHello(state, payload.d, input) : [state, NOTHING];
    case GatewayOpcodes.Heartbeat:
      // An extra beat: the next regular one does not wait for its acknowledgement.
      return connected(state.phase)
        ? [state, [{ type: 'heartbeat', sequence: state.sequence }]]
        : [state, NOTHING];
    case GatewayOpcodes.HeartbeatAck:
      return [state.acknowledged ? state : { ...state, acknowledged: true }, NOTHING];
    case GatewayOpcodes.Reconnect:
      return onReconnect(state, input);
    case GatewayOpcodes.InvalidSession:
      return onInvalidSession(state, payload.d === true, input);
    default:
      return [state, NOTHING];
  }
}

function onHello(state: MachineState, data: unknown, input: MachineInput): Step {
  const heartbeatMs = heartbeatOf(data);
  const timers: MachineEffect[] = [
    { type: 'set-timer', name: 'heartbeat', delayMs: Math.floor(heartbeatMs * input.random) },
    { type: 'set-timer', name: 'handshake', delayMs: READY_MS },
  ];
  const greeted = { ...state, heartbeatMs, acknowledged: true };
  if (state.session && state.sequence !== null) {
    const resume: MachineEffect = { type: 'resume', sessionId: state.session.id, sequence: state.sequence };
    return [{ ...greeted, phase: 'resuming' }, [...timers, resume]];
  }
  const anew = {
    ...greeted,
    session: null,
    sequence: null,
    logins: state.logins + 1,
    identifiedAt: input.now,
  };
  return [{ ...anew, phase: 'identifying' }, [...timers, { type: 'identify' }]];
}

function heartbeatOf(data: unknown): number {
  const given = fieldOf(data, 'heartbeat_interval');
  return typeof given === 'number' && given >= 1 && given < 2 ** 31 ? given : USUAL_HEARTBEAT_MS;
}

function onDispatch(state: MachineState, payload: Payload, now: number): Step {
  if (!connected(state.phase)) return [state, NOTHING];
  const next = typeof payload.s === 'number' ? { ...state, sequence: payload.s } : state;
  if (payload.t === 'READY') {
    return state.phase === 'identifying' ? onReady(next, payload.d, now) : [next, NOTHING];
  }
  if (payload.t === 'RESUMED') return state.phase === 'resuming' ? becomeReady(next, now) : [next, NOTHING];
  // Events that were missed come between RESUME and RESUMED.
  if (state.phase === 'identifying' || typeof payload.t !== 'string' || payload.d === undefined) {
    return [next, NOTHING];
  }
  return [next, [{ type: 'dispatch', event: payload.t, data: payload.d }]];
}

function onReady(state: MachineState, data: unknown, now: number): Step {
  const id = fieldOf(data, 'session_id');
  const resumeUrl = fieldOf(data, 'resume_gateway_url');
  const userId = fieldOf(fieldOf(data, 'user'), 'id');
  const session: Session | null =
    typeof id === 'string' ? { id, resumeUrl: typeof resumeUrl === 'string' ? resumeUrl : null } : null;
  const [ready, effects] = becomeReady({ ...state, session }, now);
  return [ready, [{ type: 'logged-in', userId: typeof userId === 'string' ? userId : '' }, ...effects]];
}

function becomeReady(state: MachineState, now: number): Step {
  const ready: MachineState = { ...state, phase: 'ready', readyAt: now, refusals: 0, resumeFailures: 0 };
  return [
    ready,
    [
      { type: 'cancel-timer', name: 'handshake' },
      { type: 'status', status: { state: 'ready', since: now } },
    ],
  ];
}

function onTimer(state: MachineState, name: TimerName, input: MachineInput): Step {
  if (name === 'reconnect') return state.phase === 'waiting' ? open(state, input.now) : [state, NOTHING];
  if (name === 'handshake') {
    return hasSocket(state.phase) && state.phase !== 'ready'
      ? dropAndResume(state, input, 'The gateway took too long to answer.')
      : [state, NOTHING];
  }
  if (!connected(state.phase)) return [state, NOTHING];
  if (!state.acknowledged) {
    return dropAndResume(state, input, 'The gateway did not acknowledge the last heartbeat.');
  }
  return [
    { ...state, acknowledged: false },
    [
      { type: 'heartbeat', sequence: state.sequence },
      { type: 'set-timer', name: 'heartbeat', delayMs: state.heartbeatMs },
    ],
  ];
}

/** Discord wants to move the session: at once when this is the first time for a while. */
function onReconnect(state: MachineState, input: MachineInput): Step {
  const settled = settle(state, input.now);
  const delayMs = settled.failures === 0 ? 0 : reconnectDelay(settled.failures, input.random);
  return retry(settled, input, {
    reason: 'Discord asked to reconnect.',
    closeCode: CLOSE_TO_RESUME,
    delayMs,
  });
}

function onInvalidSession(state: MachineState, resumable: boolean, input: MachineInput): Step {
  const settled = settle(state, input.now);
  const kept = resumable ? settled : { ...settled, session: null, sequence: null };
  const usual = kept.session
    ? reconnectDelay(kept.failures, input.random)
    : loginDelay(kept.failures, kept.logins, input.random);
  const delayMs = kept.failures > 2 ? Math.max(usual, 1_000) : invalidSessionDelay(input.random);
  const closeCode = resumable ? CLOSE_TO_RESUME : CLOSE_FOR_GOOD;
  return retry(kept, input, { reason: 'Discord does not know the session any more.', closeCode, delayMs });
}

function dropAndResume(state: MachineState, input: MachineInput, reason: string): Step {
  const settled = failedResume(settle(state, input.now));
  return retry(settled, input, { reason, closeCode: CLOSE_TO_RESUME, delayMs: usualDelay(settled, input) });
}

function onLost(state: MachineState, closeCode: number, detail: string, input: MachineInput): Step {
  const { next, reason } = meaningOf(closeCode, detail);
  const anew = { ...settle(state, input.now), session: null, sequence: null };
  if (next === 'dead') {
    const [dead, effects] = end({ ...anew, phase: 'waiting' }, 'disabled', {
      state: 'disabled',
      reason,
      closeCode,
      since: input.now,
    });
    return [dead, effects];
  }
  if (next === 'refused') {
    const delayMs = refusedDelay(state.refusals, input.random);
    return retry({ ...anew, refusals: state.refusals + 1 }, input, { reason, lostWith: closeCode, delayMs });
  }
  const kept = next === 'resume' ? failedResume(settle(state, input.now)) : anew;
  return retry(kept, input, { reason, lostWith: closeCode, delayMs: usualDelay(kept, input) });
}

interface Retry {
  readonly reason: string;
  readonly delayMs: number;
  /** Set when the socket is still ours to close. */
  readonly closeCode?: number;
  /** Set when Discord closed it. */
  readonly lostWith?: number;
}

function retry(state: MachineState, input: MachineInput, plan: Retry): Step {
  const effects: MachineEffect[] = [{ type: 'cancel-timers' }];
  if (plan.closeCode !== undefined) effects.push({ type: 'close', closeCode: plan.closeCode });
  const closeCode = plan.lostWith === undefined ? {} : { closeCode: plan.lostWith };
  effects.push(
    {
      type: 'status',
      status: { state: 'reconnecting', reason: plan.reason, ...closeCode, since: input.now },
    },
    { type: 'set-timer', name: 'reconnect', delayMs: Math.max(plan.delayMs, loginPause(state, input.now)) },
  );
  return [{ ...state, phase: 'waiting', failures: state.failures + 1 }, effects];
}

/** Discord takes one login in five seconds from a bot (Discord docs, "Session Start Limit", `max_concurrency`). */
function loginPause(state: MachineState, now: number): number {
  return state.session ? 0 : Math.max(0, state.identifiedAt + LOGIN_EVERY_MS - now);
}

/** Forgets earlier failures when the session that ends now had lived for a while. */
function settle(state: MachineState, now: number): MachineState {
  const stable = state.phase === 'ready' && now - state.readyAt >= STABLE_MS;
  return stable ? { ...state, failures: 0, logins: 0 } : state;
}

function failedResume(state: MachineState): MachineState {
  const tried = state.session !== null && (state.phase === 'opening' || state.phase === 'resuming');
  return tried ? { ...state, resumeFailures: state.resumeFailures + 1 } : state;
}

function usualDelay(state: MachineState, input: MachineInput): number {
  if (state.session && state.sequence !== null) return reconnectDelay(state.failures, input.random);
  return loginDelay(state.failures, state.logins, input.random);
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
