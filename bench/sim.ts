/** A simulated Discord in a process of its own. */
import { type SimOptions, startSim } from '../src/sim/index.ts';
import { childOptions, serveParent } from './measured.ts';

const sim = await startSim({ port: 0, limits: 'none', ...childOptions<SimOptions>() });
serveParent(sim.ready, () => sim.close());
