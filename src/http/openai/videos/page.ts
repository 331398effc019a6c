import { GatewayError } from '../../../core/errors.ts';
import { type FilmPage, taskIdOf } from './films.ts';

const USUAL_LIMIT = 20;
const MOST = 100;

/** Reads the query of a list (openai-openapi: `GET /videos`). @throws GatewayError invalid_request */
export function readPage(query: unknown): FilmPage {
  const { after, limit, order } = query as Readonly<Record<string, unknown>>;
  return { after: afterOf(after), limit: limitOf(limit), order: orderOf(order) };
}

function afterOf(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  const id = typeof value === 'string' ? taskIdOf(value) : undefined;
  if (id !== undefined) return id;
  throw invalid('after', 'expected the id of a video');
}

function limitOf(value: unknown): number {
  if (value === undefined || value === '') return USUAL_LIMIT;
  const limit = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
  if (limit <= MOST) return limit;
  throw invalid('limit', `expected a number from 0 to ${MOST}`);
}

function orderOf(value: unknown): FilmPage['order'] {
  if (value === undefined || value === '') return 'desc';
  if (value === 'asc' || value === 'desc') return value;
  throw invalid('order', 'expected asc or desc');
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `Invalid value for '${param}': ${problem}.`, {
    param,
    hint: '',
  });
}
