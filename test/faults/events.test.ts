import './support/inject-store.ts';
import { EVENT_ROWS } from './rows/events.ts';
import { runRows } from './support/run.ts';

runRows(EVENT_ROWS);
