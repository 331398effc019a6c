import type { FullBehaviour } from './behaviour.ts';

/** How a stranger's job goes: like the own one, without its accidents; every second one is earlier, the others later. */
export function strangerBehaviour(own: FullBehaviour, number: number): FullBehaviour {
  const isEarlier = number % 2 === 0;
  const spread = 0.1 * (number + 1);
  return {
    ...own,
    foreign: 0,
    notice: undefined,
    captcha: undefined,
    silent: false,
    noFinal: undefined,
    stopAt: undefined,
    ephemeralProgress: false,
    nonceOnFinal: false,
    startAfterMs: isEarlier ? own.startAfterMs / 2 : own.startAfterMs * (1 + spread),
    stepEveryMs: own.stepEveryMs * (isEarlier ? 1 - Math.min(0.5, spread) : 1 + spread),
  };
}
