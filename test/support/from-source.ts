/** For `node --import`: lets a program that imports the package by its name run on the sources, without a build. */
import { registerHooks } from 'node:module';

const DOORS = new Map([
  ['cordgate', '../../src/index.ts'],
  ['cordgate/sim', '../../src/sim/index.ts'],
]);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const source = DOORS.get(specifier);
    return nextResolve(source ? new URL(source, import.meta.url).href : specifier, context);
  },
});
