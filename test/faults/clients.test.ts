import './support/inject-store.ts';
import { CLIENT_ROWS } from './rows/clients.ts';
import { runRows } from './support/run.ts';

runRows(CLIENT_ROWS);
