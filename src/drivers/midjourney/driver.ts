import type { TaskDriver } from '../../core/task-driver.ts';
import { Desk } from '../desk/desk.ts';
import { midjourneyKnowledge } from './knowledge.ts';
import type { MidjourneyOptions } from './options.ts';
import { planTask } from './plan.ts';

/** Draws with Midjourney, and with niji・journey as its variant. */
export const midjourneyDriver: TaskDriver<MidjourneyOptions> = {
  name: 'midjourney',
  verbs: [
    'imagine',
    'blend',
    'describe',
    'shorten',
    'show',
    'info',
    'settings',
    'mode',
    'remix',
    'animate',
    'act',
  ],
  plan: planTask,
  open: (room) => new Desk(room, midjourneyKnowledge(room.options)),
};
