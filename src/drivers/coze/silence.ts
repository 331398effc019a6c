import type { Clock } from '../../core/clock.ts';

/** Notices when nothing happened for a while. */
export interface SilenceTimer {
  /** Begins to count, or, when it counts already, is a sign of life. */
  start(): void;
  /** A sign of life; nothing while it does not count yet. */
  sign(): void;
  /** Nothing can be heard: it does not count until `resume`, and then from the beginning. */
  pause(): void;
  resume(): void;
  stop(): void;
}

/**
 * Calls `onSilence` after `idleMs` without a sign of life, and again only when `start` is called anew. A sign costs no
 * timer: the one that runs looks, when it fires, how long the silence really was.
 */
export function createSilenceTimer(clock: Clock, idleMs: number, onSilence: () => void): SilenceTimer {
  let lastSign = 0;
  let isCounting = false;
  let isPaused = false;
  let cancel: (() => void) | undefined;
  const look = () => {
    cancel = undefined;
    const leftMs = lastSign + idleMs - clock.now();
    if (leftMs > 0) {
      cancel = clock.after(leftMs, look);
      return;
    }
    onSilence();
  };
  const halt = () => {
    cancel?.();
    cancel = undefined;
  };
  const timer: SilenceTimer = {
    start() {
      isCounting = true;
      lastSign = clock.now();
      if (!isPaused) cancel ??= clock.after(idleMs, look);
    },
    sign() {
      lastSign = clock.now();
    },
    pause() {
      isPaused = true;
      halt();
    },
    resume() {
      isPaused = false;
      if (isCounting) timer.start();
    },
    stop() {
      isCounting = false;
      halt();
    },
  };
  return timer;
}
