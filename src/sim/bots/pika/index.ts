/** The simulated Pika bot. */
import type { SimApplication } from '../../applications.ts';
import { Pika, type PikaSetup } from './application.ts';

export { PIKA_NAMES, type PikaBehaviour, type PikaOrder, type PikaRule } from './behaviour.ts';
export { CrowdedWorld, type Hush } from './crowd.ts';
export { type FilmMark, isFilmOf, readFilm } from './film.ts';
export { PikaPlaybook } from './playbook.ts';

/** A bot that lives in the world. */
export function createPika(setup: PikaSetup): SimApplication {
  return new Pika(setup);
}
