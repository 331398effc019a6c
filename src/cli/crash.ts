import { inspect } from 'node:util';
import type { CommandIo } from './io.ts';
import { createHide } from './secrets.ts';

/**
 * Says what is written when the process ends by an error that nobody caught: Node's own report shows the error with
 * all its fields, among which secrets may be. What is stored already goes on at the next start.
 */
export function hideCrashes(secrets: readonly string[], io: Pick<CommandIo, 'onCrash'>): void {
  const hide = createHide(secrets);
  io.onCrash?.((error) => {
    const shown = error instanceof Error ? (error.stack ?? error.message) : inspect(error, { depth: 0 });
    return hide(`cordgate has crashed: ${shown}`);
  });
}
