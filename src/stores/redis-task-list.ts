/** Pages of tasks: walked along the shortest index that fits, a batch for each command, the other filters checked there. */
import { hasEnded, type Task } from '../core/task.ts';
import type { TaskQuery } from '../core/tasks.ts';
import { type RedisLink, scriptOf } from './redis-link.ts';
import { pageBounds, searchWords, unpacked } from './task-form.ts';

/** As many ids are looked at by one command: it keeps the server for two milliseconds or so. */
const BATCH = 2_000;

/** The first command looks at fewer: most pages are full soon. */
const FIRST_BATCH = 200;

/** Ids have so many digits in the store, with zeros before them. */
const DIGITS = 19;

/** Lua: the name of the day of a moment; names are in the order of days. */
export const DAY_OF = `
local function dayOf(atMs)
  return string.format('%09d', math.max(0, math.min(999999999, math.floor(atMs / 86400000))))
end
`;

/**
 * ARGV: what is wanted as JSON (`Wanted` below), words. Gives the id to go on after ('' when the page is done or nothing is left),
 * then bodies. Ids grow with time, if not strictly:
 * tasks of a span lie between the smallest and the largest of its days. Walks the group of index sets with the fewest entries between the bounds; when still fewer tasks were submitted
 * in the time asked for, those are taken all at once and sorted.
 */
const LIST = scriptOf(`${DAY_OF}
local q, words = cjson.decode(ARGV[1]), ARGV[2]
local P = q.prefix
local function rangeOf(set, limit)
  if q.newest then return redis.call('ZRANGE', P .. set, '[' .. q.high, '[' .. q.low, 'BYLEX', 'REV', 'LIMIT', 0, limit) end
  return redis.call('ZRANGE', P .. set, '[' .. q.low, '[' .. q.high, 'BYLEX', 'LIMIT', 0, limit)
end
local function sizeOf(group)
  local size = 0
  for _, set in ipairs(group) do size = size + redis.call('ZLEXCOUNT', P .. set, '[' .. q.low, '[' .. q.high) end
  return size
end
local function isBefore(a, b)
  if q.newest then return a > b end
  return a < b
end
if q.isTimed then
  local first, last = q.high, q.low
  local from, to = q.fromMs and '[' .. dayOf(q.fromMs) or '-', q.toMs and '[' .. dayOf(math.ceil(q.toMs) - 1) or '+'
  for _, day in ipairs(redis.call('ZRANGE', P .. 'days', from, to, 'BYLEX')) do
    local oldest = redis.call('ZRANGE', P .. 'day:' .. day, 0, 0)[1]
    local newest = redis.call('ZRANGE', P .. 'day:' .. day, -1, -1)[1]
    if oldest < first then first = oldest end
    if newest > last then last = newest end
  end
  if first > q.low then q.low = first end
  if last < q.high then q.high = last end
end
local walk = {'all'}
local least = sizeOf(walk)
for _, group in ipairs(q.groups) do
  local size = sizeOf(group)
  if size < least then walk, least = group, size end
end
local candidates, horizon = {}, nil
if q.isTimed and redis.call('ZCOUNT', P .. 'submitted', q.from, q.to) <= math.min(least, q.batch) then
  walk = nil
  for _, id in ipairs(redis.call('ZRANGE', P .. 'submitted', q.from, q.to, 'BYSCORE')) do
    if id >= q.low and id <= q.high then candidates[#candidates + 1] = id end
  end
else
  local limit = math.ceil(q.batch / math.max(1, #walk))
  for _, set in ipairs(walk) do
    local ids = rangeOf(set, limit)
    for _, id in ipairs(ids) do candidates[#candidates + 1] = id end
    local last = ids[limit]
    if last and (not horizon or isBefore(last, horizon)) then horizon = last end
  end
end
table.sort(candidates, isBefore)
local function isIn(group, id)
  for _, set in ipairs(group) do
    if redis.call('ZSCORE', P .. set, id) then return true end
  end
  return false
end
local function isOfStatus(id)
  if not q.open or not redis.call('ZSCORE', P .. 'open', id) then return true end
  local status = string.match(redis.call('HGET', P .. 'heads', id), '^[^\\n]*\\n([^\\n]*)')
  return q.open[status] == true
end
local function isOfTime(id)
  if not q.isTimed then return true end
  local at = tonumber(redis.call('ZSCORE', P .. 'submitted', id))
  return (not q.fromMs or at >= q.fromMs) and (not q.toMs or at < q.toMs)
end
local function isWanted(id)
  for _, group in ipairs(q.groups) do
    if group ~= walk and not isIn(group, id) then return false end
  end
  return isOfTime(id) and isOfStatus(id)
end
-- Search texts are read for some at a time: each call costs more than what it reads.
local found, last, place = {}, '', 1
while place <= #candidates and #found < q.need do
  local some = {}
  while place <= #candidates and #some < 200 do
    local id = candidates[place]
    if horizon and isBefore(horizon, id) then candidates = {} break end
    place, last = place + 1, id
    if isWanted(id) then some[#some + 1] = id end
  end
  local texts = words ~= '' and #some > 0 and redis.call('HMGET', P .. 'words', unpack(some))
  for index, id in ipairs(some) do
    if #found < q.need and (not texts or texts[index] and string.find(texts[index], words, 1, true)) then
      found[#found + 1] = id
    end
  end
end
local page = {horizon and #found < q.need and last or ''}
if #found > 0 then
  for _, body in ipairs(redis.call('HMGET', P .. 'tasks', unpack(found))) do page[#page + 1] = body end
end
return page`);

interface Wanted {
  readonly prefix: string;
  readonly newest: boolean;
  readonly low: string;
  readonly high: string;
  /** Sets of ids: a task must be in one of each group. */
  readonly groups: readonly (readonly string[])[];
  /** Statuses that an open task may have, when statuses are asked for. */
  readonly open?: Readonly<Record<string, true>>;
  readonly isTimed: boolean;
  readonly from: string;
  readonly to: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly need: number;
  readonly batch: number;
}

/** The name of an index set for a value, whatever characters it holds. */
function indexOf(kind: string, value: string): string {
  return `${kind}:${JSON.stringify(value)}`;
}

/** A number of an id as it stands in the store: texts of this form are in the order of their numbers. */
export function memberOf(number: bigint): string {
  return String(number).padStart(DIGITS, '0');
}

/** A page of tasks. @throws GatewayError store_unavailable, internal */
export async function listByIndex(link: RedisLink, prefix: string, query: TaskQuery): Promise<Task[]> {
  const bounds = pageBounds(query);
  if (bounds === undefined) return [];
  let [low, high] = [bounds.above + 1n, bounds.below - 1n];
  const words = searchWords(query) ?? '';
  const found: Task[] = [];
  for (let batch = FIRST_BATCH; low <= high; batch = BATCH) {
    const need = query.limit - found.length;
    const span = { low: memberOf(low), high: memberOf(high), need, batch: Math.max(need, batch) };
    const wanted: Wanted = { ...filtersOf(query), ...span, prefix };
    const [last, ...bodies] = (await link.run(
      LIST,
      [`${prefix}all`],
      [JSON.stringify(wanted), words],
    )) as string[];
    found.push(...bodies.map(unpacked));
    if (last === undefined || last === '') break;
    if (wanted.newest) high = BigInt(last) - 1n;
    else low = BigInt(last) + 1n;
  }
  return found;
}

function filtersOf(query: TaskQuery): Omit<Wanted, 'prefix' | 'low' | 'high' | 'need' | 'batch'> {
  const { submittedFrom: from, submittedBefore: to, statuses } = query;
  const open = (statuses ?? []).filter((status) => !hasEnded({ status }));
  return {
    newest: query.order !== 'oldest',
    groups: groupsOf(query),
    ...(open.length === 0 ? {} : { open: Object.fromEntries(open.map((status) => [status, true as const])) }),
    isTimed: from !== undefined || to !== undefined,
    from: from === undefined ? '-inf' : String(from),
    to: to === undefined ? '+inf' : `(${to}`,
    ...(from === undefined ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
  };
}

function groupsOf({ callerId, botId, accountId, driver, verbs, statuses }: TaskQuery): string[][] {
  const groups: string[][] = [];
  for (const [kind, value] of Object.entries({ caller: callerId, bot: botId, account: accountId, driver })) {
    if (value !== undefined) groups.push([indexOf(kind, value)]);
  }
  if (verbs !== undefined) groups.push([...new Set(verbs)].map((verb) => indexOf('verb', verb)));
  if (statuses !== undefined) {
    const sets = statuses.map((status) => (hasEnded({ status }) ? `status:${status}` : 'open'));
    groups.push([...new Set(sets)]);
  }
  return groups;
}
