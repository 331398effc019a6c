import { ignoredWarning } from '../warnings-header.ts';
import { isKnownMode } from './common.ts';
import { isKnownField, type SCHEMAS } from './schema.ts';

/** What clients and gateways send with everything, although it asks for nothing that they could mean. */
const JUNK: ReadonlySet<string> = new Set([
  ...['action', 'botType', 'realBotType', 'model', 'object', 'nonce', 'userId', 'clientIp'],
]);

const FILTERS: readonly string[] = ['instanceId', 'modes'];

/** Names the fields of a body that are not obeyed; undefined where all are. */
export function bodyWarning(endpoint: keyof typeof SCHEMAS, body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const fields = Object.entries(body)
    .filter(([name, value]) => !isKnownField(endpoint, name) && !JUNK.has(name) && asks(name, value))
    .map(([name]) => name);
  const filters = isKnownField(endpoint, 'accountFilter') ? filtersIn(body.accountFilter) : [];
  return ignoredWarning([...fields, ...filters]);
}

/** Conditions on accounts that are not looked at, or that cannot be understood. */
function filtersIn(filter: unknown): string[] {
  if (!asks('accountFilter', filter)) return [];
  if (!isObject(filter)) return ['accountFilter'];
  const { instanceId, modes } = filter;
  const others = Object.entries(filter)
    .filter(([name, value]) => !FILTERS.includes(name) && asks(name, value))
    .map(([name]) => name);
  const isName = typeof instanceId === 'string' || typeof instanceId === 'number';
  if (asks('instanceId', instanceId) && !isName) others.push('instanceId');
  if (asks('modes', modes) && !areModes(modes)) others.push('modes');
  return others.map((name) => `accountFilter.${name}`);
}

function areModes(modes: unknown): boolean {
  const listed: readonly unknown[] = Array.isArray(modes) ? modes : [modes];
  return listed.every((mode) => typeof mode === 'string' && isKnownMode(mode));
}

/** Clients fill forms with emptiness; a single clip is what there is anyway. */
function asks(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return false;
  if (name === 'batchSize' && value === 1) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
