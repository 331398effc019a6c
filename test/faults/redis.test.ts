import './support/inject-store.ts';
import { REDIS_ROWS } from './rows/stores.ts';
import { runRows } from './support/run.ts';

// A store that does not answer within a second of the machine's time is down: few at a time.
runRows(REDIS_ROWS, 3);
