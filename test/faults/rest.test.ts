import './support/inject-store.ts';
import { REST_ROWS } from './rows/rest.ts';
import { runRows } from './support/run.ts';

runRows(REST_ROWS);
