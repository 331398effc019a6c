import type { Row } from '../support/table.ts';
import { CLIENT_ROWS } from './clients.ts';
import { CONNECTION_ROWS } from './connections.ts';
import { EVENT_ROWS } from './events.ts';
import { REFUSAL_ROWS } from './refusals.ts';
import { REST_ROWS } from './rest.ts';
import { STOP_ROWS } from './stops.ts';
import { REDIS_ROWS, STORE_ROWS } from './stores.ts';

/** The whole matrix, by the test file that runs the rows. */
export const MATRIX: Readonly<Record<string, readonly Row[]>> = {
  'connections.test.ts': CONNECTION_ROWS,
  'rest.test.ts': REST_ROWS,
  'events.test.ts': EVENT_ROWS,
  'refusals.test.ts': REFUSAL_ROWS,
  'stores.test.ts': STORE_ROWS,
  'redis.test.ts': REDIS_ROWS,
  'clients.test.ts': CLIENT_ROWS,
  'stops.test.ts': STOP_ROWS,
};
