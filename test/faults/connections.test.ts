import './support/inject-store.ts';
import { CONNECTION_ROWS } from './rows/connections.ts';
import { runRows } from './support/run.ts';

runRows(CONNECTION_ROWS);
