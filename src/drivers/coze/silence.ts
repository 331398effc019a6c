import type { Clock } from '../../core/clock.ts';

/** Notices when nothing happened for a while. */
export interface SilenceTimer {
  /** Begins to count, or, when it counts already, is a sign of life. */
  start(): void;
  /** A sign of life; nothing while it does not count yet. */
  sign(): void;
  stop(): void;
}

/**
 * Calls `onSilence` once after `idleMs` without a sign of life. A sign costs no timer: the one that runs looks, when
 * it fires, how long the silence really was.
 */
export function createSilenceTimer(clock: Clock, idleMs: number, onSilence: () => void): SilenceTimer {
  let lastSign = 0;
  let cancel: (() => void) | undefined;
  const look = () => {
    const leftMs = lastSign + idleMs - clock.now();
    if (leftMs > 0) {
      cancel = clock.after(leftMs, look);
      return;
    }
    onSilence();
  };
  return {
    start() {
      lastSign = clock.now();
      cancel ??= clock.after(idleMs, look);
    },
    sign() {
      lastSign = clock.now();
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
