import type { World, WorldEvent } from './world.ts';

/** What a listener makes of the world's events, kept from the call on until it is read or the signal aborts. */
export function streamOf<T>(
  world: World,
  signal: AbortSignal,
  read: (event: WorldEvent) => T | undefined,
): AsyncIterable<T> {
  const buffer: T[] = [];
  let wake = () => {};
  const stop = world.listen((event) => {
    const item = read(event);
    if (item === undefined) return;
    buffer.push(item);
    wake();
  });
  const end = () => {
    stop();
    wake();
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  const iterate = async function* () {
    try {
      while (!signal.aborted) {
        const item = buffer.shift();
        if (item !== undefined) yield item;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      stop();
      signal.removeEventListener('abort', end);
    }
  };
  return iterate();
}
