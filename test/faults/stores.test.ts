import './support/inject-store.ts';
import { STORE_ROWS } from './rows/stores.ts';
import { runRows } from './support/run.ts';

runRows(STORE_ROWS);
