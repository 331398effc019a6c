/** What goes wrong during the soak, in turn. */
import type { FaultOrder, SimReady } from '../src/sim/index.ts';

/** What happens to calls and events, one after the other. */
const CALLS: readonly FaultOrder[] = [
  { type: 'duplicate-events', times: 30, every: 3 },
  { type: 'rest', action: 'status', status: 429, retryAfterMs: 400, times: 3 },
  { type: 'reorder-events', times: 20, every: 5, hold: 2, forMs: 500 },
  { type: 'rest', action: 'status', status: 500, times: 3 },
  { type: 'rest', action: 'lose-answer', times: 2, method: 'POST', path: '/messages' },
  { type: 'lose-events', times: 5, every: 11 },
  { type: 'rest', action: 'lose-answer', times: 1, method: 'POST', path: '/interactions' },
  { type: 'delay-events', times: 20, every: 4, delayMs: 300 },
  { type: 'rest', action: 'reset', times: 3 },
  { type: 'rest', action: 'status', status: 429, retryAfterMs: 300, global: true, times: 1 },
  { type: 'rest', action: 'hang', times: 1, method: 'GET' },
  { type: 'rest', action: 'act-and-hang', times: 1, method: 'POST', path: '/messages' },
  { type: 'rest', action: 'status', status: 502, times: 2, method: 'POST' },
];

/**
 * What happens to connections. Rarer, and to one account after the other: the gateway waits longer and longer before it
 * connects again where no connection holds for a minute, and a soak of waiting would show nothing.
 */
const SOCKETS: readonly FaultOrder[] = [
  { type: 'drop-sockets', account: 'bridge' },
  { type: 'drop-sockets', account: 'alice', resumable: false },
  { type: 'reconnect', account: 'bob' },
  { type: 'invalid-session', account: 'carol' },
  { type: 'refuse-connections', times: 1 },
  { type: 'drop-sockets', account: 'bridge', code: 4000 },
  { type: 'reconnect', account: 'alice' },
  { type: 'drop-sockets', account: 'bob', resumable: false },
  { type: 'drop-sockets', account: 'carol', code: 4009 },
  { type: 'invalid-session', account: 'bridge', resumable: true },
  { type: 'drop-sockets' },
];

const CALL_FAULT_MS = 2_000;
const SOCKET_FAULT_MS = 12_000;

/** Orders one fault after the other until it is stopped; then all that still wait are forgotten. */
export function disturb(sim: SimReady): () => Promise<number> {
  let count = 0;
  const inTurn = (faults: readonly FaultOrder[], everyMs: number) => {
    let next = 0;
    return setInterval(() => {
      const fault = faults[next % faults.length];
      next += 1;
      count += 1;
      if (fault) void order(sim, fault).catch(() => {});
    }, everyMs);
  };
  const timers = [inTurn(CALLS, CALL_FAULT_MS), inTurn(SOCKETS, SOCKET_FAULT_MS)];
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await order(sim, { type: 'clear' });
    return count;
  };
}

async function order(sim: SimReady, fault: FaultOrder): Promise<void> {
  const answer = await fetch(new URL('/__sim/fault', sim.api), {
    method: 'POST',
    body: JSON.stringify(fault),
  });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status}: ${await answer.text()}`);
}

/** What was sent to Discord twice: interactions, and messages of one nonce. */
export async function sentTwice(sim: SimReady): Promise<number> {
  const answer = await fetch(new URL('/__sim/state?channel=none', sim.api));
  const { counts } = (await answer.json()) as {
    counts: {
      interactionsCreated: number;
      interactionsPerNonce: Record<string, number>;
      messagesPerNonce: Record<string, number>;
    };
  };
  const interactions = counts.interactionsCreated - Object.keys(counts.interactionsPerNonce).length;
  const messages = Object.values(counts.messagesPerNonce).filter((times) => times > 1).length;
  return interactions + messages;
}
