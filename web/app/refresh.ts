import { useEffect, useRef } from 'preact/hooks';
import { useLive } from './live.ts';

const REFRESH_MS = 20_000;
/** Changes come in bursts while something is drawn: one reading for all of them. */
const GATHER_MS = 1_500;

/** Reads again from time to time, and soon after an account or a task has changed. */
export function useRefresh(reload: () => void): void {
  const waiting = useRef(0);
  const soon = () => {
    if (waiting.current !== 0) return;
    waiting.current = window.setTimeout(() => {
      waiting.current = 0;
      reload();
    }, GATHER_MS);
  };
  useLive({ account: soon, task: soon, gap: reload });
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, REFRESH_MS);
    return () => {
      window.clearInterval(timer);
      window.clearTimeout(waiting.current);
    };
  }, [reload]);
}
