import './support/inject-store.ts';
import { REFUSAL_ROWS } from './rows/refusals.ts';
import { runRows } from './support/run.ts';

runRows(REFUSAL_ROWS);
