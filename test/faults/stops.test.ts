import './support/inject-store.ts';
import { STOP_ROWS } from './rows/stops.ts';
import { runRows } from './support/run.ts';

runRows(STOP_ROWS);
