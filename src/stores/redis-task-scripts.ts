/**
 * The scripts of tasks. A task is one JSON in the hash `tasks`, its search text one in `words`, and in `heads` what it is
 * indexed by: revision, status, ended, untold, time of submission, then caller, bot, account, driver and verb as JSON, one to
 * a line. An index is a sorted set of ids, all with the score 0, so that they stand in the order of their 19 digits: `all`,
 * `open`, `untold`, `status:…` of ended ones, `caller:…`, `bot:…`, `account:…`, `driver:…`, `verb:…`, and `day:…` (counted from 1970) with the
 * list of its days, `days`. By time: `submitted` (all) and `age` (ended ones).
 */
import { DAY_OF } from './redis-task-list.ts';
import { guarded } from './redis-writer.ts';

const INDEX = `${DAY_OF}
local function fieldsOf(head)
  local fields = {}
  for field in string.gmatch(head, '[^\\n]+') do fields[#fields + 1] = field end
  return fields
end
local function placesOf(f)
  local places = {'all', 'caller:' .. f[6], 'bot:' .. f[7], 'account:' .. f[8], 'driver:' .. f[9], 'verb:' .. f[10]}
  places[7] = f[3] == '1' and 'status:' .. f[2] or 'open'
  if f[4] == '1' then places[8] = 'untold' end
  return places
end
local function index(id, old, new)
  local stays = {}
  for _, place in ipairs(old and placesOf(old) or {}) do stays[place] = false end
  for _, place in ipairs(new and placesOf(new) or {}) do
    if stays[place] == nil then redis.call('ZADD', P .. place, 0, id) end
    stays[place] = true
  end
  for place, isKept in pairs(stays) do
    if not isKept then redis.call('ZREM', P .. place, id) end
  end
  if not old then
    local day = dayOf(new[5])
    redis.call('ZADD', P .. 'submitted', new[5], id)
    redis.call('ZADD', P .. 'day:' .. day, 0, id)
    redis.call('ZADD', P .. 'days', 0, day)
  elseif not new then
    local day = dayOf(old[5])
    redis.call('ZREM', P .. 'submitted', id)
    redis.call('ZREM', P .. 'day:' .. day, id)
    if redis.call('EXISTS', P .. 'day:' .. day) == 0 then redis.call('ZREM', P .. 'days', day) end
  end
  if new and new[3] == '1' then
    redis.call('ZADD', P .. 'age', new[5], id)
  elseif old and old[3] == '1' then
    redis.call('ZREM', P .. 'age', id)
  end
end
local function keep(id, head, body, words)
  redis.call('HSET', P .. 'heads', id, head)
  redis.call('HSET', P .. 'tasks', id, body)
  if redis.call('HGET', P .. 'words', id) ~= words then redis.call('HSET', P .. 'words', id, words) end
end
local function drop(id)
  local head = redis.call('HGET', P .. 'heads', id)
  if not head then return 0 end
  index(id, fieldsOf(head), nil)
  for _, hash in ipairs({'heads', 'tasks', 'words'}) do redis.call('HDEL', P .. hash, id) end
  redis.call('DEL', P .. 'files:' .. id)
  return 1
end
`;

/** ARGV: id, head, body, words, then for each file its description and its bytes. 0 when the id is taken. */
export const ADD_TASK = guarded(`${INDEX}
local id = ARGV[4]
if redis.call('HEXISTS', P .. 'heads', id) == 1 then return 0 end
index(id, nil, fieldsOf(ARGV[5]))
keep(id, ARGV[5], ARGV[6], ARGV[7])
for place = 8, #ARGV do redis.call('RPUSH', P .. 'files:' .. id, ARGV[place]) end
return 1`);

/** ARGV: id, head, body, words. 0 when there is none, or its revision is not older. */
export const SAVE_TASK = guarded(`${INDEX}
local id = ARGV[4]
local head = redis.call('HGET', P .. 'heads', id)
if not head then return 0 end
local old, new = fieldsOf(head), fieldsOf(ARGV[5])
if tonumber(old[1]) >= tonumber(new[1]) then return 0 end
index(id, old, new)
keep(id, ARGV[5], ARGV[6], ARGV[7])
if new[3] == '1' then redis.call('DEL', P .. 'files:' .. id) end
return 1`);

/** ARGV: id. 0 when there is none. */
export const DROP_TASK = guarded(`${INDEX} return drop(ARGV[4])`);

/** ARGV: time of submission as a bound, limit. Gives how many. */
export const FORGET_TASKS = guarded(`${INDEX}
local ids = redis.call('ZRANGE', P .. 'age', '-inf', ARGV[4], 'BYSCORE', 'LIMIT', 0, ARGV[5])
for _, id in ipairs(ids) do drop(id) end
return #ids`);
