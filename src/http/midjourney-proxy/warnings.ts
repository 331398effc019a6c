/** Response header that names what the gateway could not do. */
const WARNINGS_HEADER = 'x-cordgate-warnings';

/** Fields of Midjourney-Proxy that ask for something that a Discord bot, or this gateway, does not do. */
const UNSUPPORTED: readonly string[] = [
  'tools',
  'strong',
  'language',
  'endImage',
  'loop',
  'videoType',
  'batchSize',
  'sourceUrl',
  'targetUrl',
];

/** Conditions on accounts that are not looked at. */
const UNSUPPORTED_FILTERS: readonly string[] = ['remix', 'nijiRemix', 'remixAutoConsidered', 'remark'];

/** The header that names the fields of a body that are not obeyed; none where all are. */
export function warningHeaders(body: unknown): Record<string, string> {
  if (!isObject(body)) return {};
  const { accountFilter } = body;
  const filters = isObject(accountFilter)
    ? UNSUPPORTED_FILTERS.filter((name) => asksForSomething(accountFilter[name]))
    : [];
  const names = [
    ...UNSUPPORTED.filter((name) => asksForSomething(body[name])),
    ...filters.map((name) => `accountFilter.${name}`),
  ];
  if (names.length === 0) return {};
  return { [WARNINGS_HEADER]: `unsupported parameters ignored: ${names.join(', ')}` };
}

/** Clients fill forms with emptiness; a single clip is what there is anyway. */
function asksForSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== '' && value !== false && value !== 1;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
