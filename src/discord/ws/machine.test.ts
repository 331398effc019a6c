import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  INITIAL_STATE,
  type MachineEffect,
  type MachineEvent,
  type MachineState,
  type Payload,
  step,
  type TimerName,
} from './machine.ts';

const closeCode = fc.constantFrom(
  1000,
  1001,
  1006,
  4000,
  4001,
  4003,
  4004,
  4007,
  4008,
  4009,
  4010,
  4011,
  4012,
  4013,
  4014,
  4999,
);
const ready = {
  t: 'READY',
  d: { session_id: 'abc', resume_gateway_url: 'wss://r.discord.gg', user: { id: '7' } },
};
const payload = fc.oneof(
  fc.constant({ op: 10, d: { heartbeat_interval: 41_250 } }),
  fc.constant({ op: 0, s: 1, ...ready }),
  fc.constant({ op: 0, s: 9, t: 'RESUMED', d: {} }),
  fc.record({
    op: fc.constant(0),
    s: fc.nat(),
    t: fc.constant('MESSAGE_CREATE'),
    d: fc.constant({ id: '1' }),
  }),
  fc.constant({ op: 1 }),
  fc.constant({ op: 7 }),
  fc.record({ op: fc.constant(9), d: fc.boolean() }),
  fc.constant({ op: 11 }),
  fc.record({ op: fc.integer({ min: -1, max: 40 }), s: fc.anything(), t: fc.anything(), d: fc.anything() }),
);
const timerName = fc.constantFrom<TimerName>('heartbeat', 'handshake', 'reconnect');
const event: fc.Arbitrary<MachineEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('payload'), payload: payload as fc.Arbitrary<Payload> }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('lost'), closeCode, detail: fc.string() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('timer'), name: timerName }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('corrupt'), detail: fc.string() }) },
  { weight: 1, arbitrary: fc.constant({ type: 'start' }) },
);
const last = fc.constantFrom<MachineEvent>(
  { type: 'stop' },
  { type: 'token-rejected', reason: 'dead' },
  { type: 'payload', payload: { op: 11 } },
);
const timed = fc.array(
  fc.record({
    event,
    gapMs: fc.nat({ max: 120_000 }),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  {
    maxLength: 80,
  },
);

interface Run {
  readonly state: MachineState;
  readonly effects: readonly MachineEffect[];
  readonly before: MachineState;
  readonly event: MachineEvent;
}

/** Feeds events like the shell does; timers that were never set do not fire. */
function play(events: readonly { event: MachineEvent; gapMs: number; random: number }[]): Run[] {
  let state = INITIAL_STATE;
  let now = 1_000_000;
  const timers = new Set<TimerName>();
  const runs: Run[] = [];
  for (const { event: next, gapMs, random } of [
    { event: { type: 'start' } as const, gapMs: 0, random: 0 },
    ...events,
  ]) {
    if (next.type === 'timer' && !timers.delete(next.name)) continue;
    now += gapMs;
    const before = state;
    const [after, effects] = step(state, { ...next, now, random });
    for (const effect of effects) {
      if (effect.type === 'set-timer') timers.add(effect.name);
      if (effect.type === 'cancel-timer') timers.delete(effect.name);
      if (effect.type === 'cancel-timers') timers.clear();
    }
    state = after;
    runs.push({ state, effects, before, event: next });
  }
  return runs;
}

const all = (runs: readonly Run[]) => runs.flatMap((run) => run.effects);

describe('the gateway machine, whatever happens', () => {
  it('never throws and never asks for a delay that is no time', () => {
    fc.assert(
      fc.property(timed, last, (events, end) => {
        for (const effect of all(play([...events, { event: end, gapMs: 0, random: 0 }]))) {
          if (effect.type === 'set-timer') {
            expect(effect.delayMs).toBeGreaterThanOrEqual(0);
            expect(effect.delayMs).toBeLessThan(2 ** 31);
          }
        }
      }),
    );
  });

  it('logs in or resumes at most once on a connection, and only after HELLO', () => {
    fc.assert(
      fc.property(timed, (events) => {
        let logins = 1;
        let greeted = false;
        for (const run of play(events)) {
          if (run.event.type === 'payload' && run.event.payload.op === 10) greeted = true;
          for (const effect of run.effects) {
            if (effect.type === 'open') {
              logins = 0;
              greeted = false;
            }
            if (effect.type !== 'identify' && effect.type !== 'resume') continue;
            logins += 1;
            expect(greeted).toBe(true);
            expect(logins).toBe(1);
          }
        }
      }),
    );
  });

  it('never opens a second connection beside a first', () => {
    fc.assert(
      fc.property(timed, (events) => {
        let open = false;
        for (const run of play(events)) {
          if (run.event.type === 'lost' || run.event.type === 'corrupt') open = false;
          for (const effect of run.effects) {
            if (effect.type === 'close') open = false;
            if (effect.type !== 'open') continue;
            expect(open).toBe(false);
            open = true;
          }
        }
      }),
    );
  });

  it('beats only while a connection is greeted, and cancels the beat with the connection', () => {
    fc.assert(
      fc.property(timed, (events) => {
        let beating = 0;
        for (const run of play(events)) {
          if (run.event.type === 'timer' && run.event.name === 'heartbeat') beating -= 1;
          for (const effect of run.effects) {
            if (effect.type === 'cancel-timers') beating = 0;
            if (effect.type === 'set-timer' && effect.name === 'heartbeat') beating += 1;
            expect(beating).toBeLessThanOrEqual(1);
            if (effect.type === 'open') expect(beating).toBe(0);
          }
        }
      }),
    );
  });

  it('does nothing any more after 4004, a stop or a dead token', () => {
    fc.assert(
      fc.property(timed, last, timed, (before, end, after) => {
        const runs = play([...before, { event: end, gapMs: 0, random: 0 }, ...after]);
        const final = runs.findIndex(({ state }) => state.phase === 'disabled' || state.phase === 'closed');
        if (final >= 0) expect(all(runs.slice(final + 1))).toEqual([]);
      }),
    );
  });

  it('always has a way on: a socket, a timer to reconnect, or its end', () => {
    fc.assert(
      fc.property(timed, (events) => {
        for (const { state, effects } of play(events)) {
          if (state.phase !== 'waiting') continue;
          const planned = effects.filter(
            (effect) => effect.type === 'set-timer' && effect.name === 'reconnect',
          );
          const lost = effects.some((effect) => effect.type === 'cancel-timers');
          expect(planned).toHaveLength(lost ? 1 : 0);
        }
      }),
    );
  });

  it('disables the account at close code 4004 and at nothing else that Discord sends', () => {
    fc.assert(
      fc.property(timed, (events) => {
        for (const { state, before, event: cause } of play(events)) {
          if (state.phase === 'disabled' && before.phase !== 'disabled') {
            expect(cause).toMatchObject({ type: 'lost', closeCode: 4004 });
          }
        }
      }),
    );
  });
});

const at = (event: MachineEvent, random = 0): { event: MachineEvent; gapMs: number; random: number } => ({
  event,
  gapMs: 0,
  random,
});
const received = (given: object) => at({ type: 'payload', payload: given as Payload });
const hello = received({ op: 10, d: { heartbeat_interval: 10_000 } });
const login = [hello, received({ op: 0, s: 1, ...ready })];
const lost = (code: number, random = 0) => at({ type: 'lost', closeCode: code, detail: '' }, random);
const reconnect = at({ type: 'timer', name: 'reconnect' });
const delays = (runs: readonly Run[]) =>
  all(runs).flatMap((effect) =>
    effect.type === 'set-timer' && effect.name === 'reconnect' ? [effect.delayMs] : [],
  );

describe('the gateway machine', () => {
  it.each([1000, 1001, 1006, 4000, 4001, 4003, 4008, 4999])('resumes after close code %i', (code) => {
    const runs = play([...login, lost(code), reconnect, hello]);
    expect(all(runs).at(-1)).toEqual({ type: 'resume', sessionId: 'abc', sequence: 1 });
    expect(all(runs)).toContainEqual({ type: 'open', resumeUrl: 'wss://r.discord.gg' });
  });

  it.each([4007, 4009, 4010, 4011, 4012, 4013, 4014])('logs in anew after close code %i', (code) => {
    expect(all(play([...login, lost(code), reconnect, hello])).at(-1)).toEqual({ type: 'identify' });
  });

  it('waits longer and longer, up to a minute, while Discord cannot be reached', () => {
    const tries = Array.from({ length: 10 }, () => [lost(1006, 0.999), reconnect]).flat();
    expect(delays(play(tries))).toEqual([1000, 1999, 3998, 7996, 15992, 31984, 59970, 59970, 59970, 59970]);
  });

  it('waits at least two minutes between logins that never last, so that Discord does not reset the token', () => {
    const tries = Array.from({ length: 10 }, () => [...login, lost(4009), reconnect]).flat();
    expect(Math.min(...delays(play(tries)).slice(6))).toBeGreaterThanOrEqual(120_000);
  });

  it('waits longer and longer, up to half an hour, while an intent is not switched on', () => {
    const tries = Array.from({ length: 8 }, () => [hello, lost(4014, 0.999), reconnect]).flat();
    const waits = delays(play(tries));
    expect(waits[0]).toBeGreaterThan(29_000);
    expect(waits.at(-1)).toBeGreaterThan(25 * 60_000);
  });

  it('starts with short delays again after a session that lasted', () => {
    const long = { ...received({ op: 11 }), gapMs: 120_000 };
    const runs = play([lost(1006), reconnect, lost(1006), reconnect, ...login, long, lost(1006)]);
    expect(delays(runs)).toEqual([500, 1000, 500]);
  });

  it('waits one to five seconds after an invalid session, then logs in on a new connection', () => {
    for (const [random, delayMs] of [
      [0, 1000],
      [0.5, 3000],
      [0.999, 4996],
    ] as const) {
      const invalid = { ...received({ op: 9, d: false }), random, gapMs: 5_000 };
      const runs = play([...login, invalid, reconnect, hello]);
      expect(delays(runs)).toEqual([delayMs]);
      expect(all(runs).at(-1)).toEqual({ type: 'identify' });
    }
  });

  it('leaves five seconds between two logins', () => {
    const runs = play([...login, { ...received({ op: 9, d: false }), gapMs: 100 }]);
    expect(delays(runs)).toEqual([4900]);
  });

  it('resumes after an invalid session that Discord calls resumable, and after a request to reconnect', () => {
    for (const given of [
      { op: 9, d: true },
      { op: 7, d: null },
    ]) {
      const effects = all(play([...login, received(given), reconnect, hello]));
      expect(effects).toContainEqual({ type: 'close', closeCode: 4000 });
      expect(effects.at(-1)).toMatchObject({ type: 'resume', sessionId: 'abc' });
    }
  });

  it('beats first after a random share of the interval, then every interval, and resumes without an answer', () => {
    const beat = at({ type: 'timer', name: 'heartbeat' });
    const answered = play([{ ...hello, random: 0.25 }, beat, received({ op: 11 }), beat]);
    expect(all(answered)).toContainEqual({ type: 'set-timer', name: 'heartbeat', delayMs: 2500 });
    expect(all(answered).filter(({ type }) => type === 'heartbeat')).toHaveLength(2);
    const silent = play([...login, beat, beat]);
    expect(silent.at(-1)?.effects).toContainEqual({ type: 'close', closeCode: 4000 });
    expect(silent.at(-1)?.state.phase).toBe('waiting');
  });

  it('answers a heartbeat that Discord asks for at once, without taking its answer for a regular one', () => {
    const runs = play([...login, received({ op: 1 })]);
    expect(runs.at(-1)?.effects).toEqual([{ type: 'heartbeat', sequence: 1 }]);
    expect(runs.at(-1)?.state.acknowledged).toBe(true);
  });

  it('leaves a resume address that does not answer after two tries, but still resumes', () => {
    const runs = play([...login, lost(1006), reconnect, lost(1006), reconnect, lost(1006), reconnect, hello]);
    const opened = all(runs).flatMap((effect) => (effect.type === 'open' ? [effect.resumeUrl] : []));
    expect(opened).toEqual([null, 'wss://r.discord.gg', 'wss://r.discord.gg', null]);
    expect(all(runs).at(-1)).toMatchObject({ type: 'resume' });
  });
});
