import type { TaskDriver } from '../../core/task-driver.ts';
import { Desk } from '../desk/desk.ts';
import { pikaKnowledge } from './knowledge.ts';
import type { PikaOptions } from './options.ts';
import { planTask } from './plan.ts';

/** Makes videos with Pika's bot on Discord: of words, of a picture, and again by the buttons below a video. */
export const pikaDriver: TaskDriver<PikaOptions> = {
  name: 'pika',
  verbs: ['create', 'animate', 'act'],
  plan: planTask,
  open: (room) => new Desk(room, pikaKnowledge(room.options)),
};
