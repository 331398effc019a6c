import { GatewayError } from '../../core/errors.ts';

/**
 * A parameter of a query string or of a body that may be given once; undefined when it is missing or empty.
 * @throws GatewayError invalid_request
 */
export function singleOf(values: unknown, name: string): string | undefined {
  const value = new Map(Object.entries(Object(values))).get(name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new GatewayError('invalid_request', `The parameter "${name}" must be one text.`, {
    param: name,
    hint: '',
  });
}
