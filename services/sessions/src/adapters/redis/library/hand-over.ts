/** From the queue of closes to their end (sessions §12.3, §12.4): `claim`, `postpone`, `assign`, `finish`, and what they read. */
export const HAND_OVER = String.raw`
local function due_close_ids(lane, now_ms, limit)
  return redis.call('ZRANGEBYSCORE', place.queue(lane), '-inf', whole(now_ms), 'LIMIT', 0, limit)
end

-- Answers close id, attempts, close id, attempts …
function calls.claim(keys, args)
  local partition, lane = keys[1], lane_of(keys[1], args[1])
  if rebuild_token(partition) then return {} end
  local now_ms = server_now_ms()
  local claimed = {}
  for _, close_id in ipairs(due_close_ids(lane, now_ms, tonumber(args[2]))) do
    redis.call('ZADD', place.queue(lane), whole(now_ms + tonumber(args[3])), close_id)
    append(claimed, close_id, redis.call('HINCRBY', place.closing(lane, close_id), 'attempts', 1))
  end
  return claimed
end

-- lane, close id, milliseconds, 'fault' for a try that does not count
function calls.postpone(keys, args)
  local lane = lane_of(keys[1], args[1])
  redis.call('ZADD', place.queue(lane), 'XX', whole(server_now_ms() + tonumber(args[3])), args[2])
  local frozen = place.closing(lane, args[2])
  if args[4] == 'fault' and redis.call('HEXISTS', frozen, 'attempts') == 1 then redis.call('HINCRBY', frozen, 'attempts', -1) end
  return 'OK'
end

local POINTER = '@'
local POINTERS_FOLLOWED_MAX = 8

-- The header itself, also where another client of the group keeps it.
local function follow_header(lane, session_id, stored)
  for _ = 1, POINTERS_FOLLOWED_MAX do
    if not stored or string.sub(stored, 1, 1) ~= POINTER then return stored end
    stored = redis.call('HGET', place.headers(lane, string.sub(stored, 2)), session_id)
  end
  return nil
end

local VERSION = ''

local function version_of(lane, ck)
  return redis.call('HGET', place.headers(lane, ck), VERSION) or '0'
end

-- Answers per client key: its version, the number of its headers, then session id and header of each.
function calls.closed_headers(keys, args)
  local lane = lane_of(keys[1], args[1])
  local answer = {}
  for index = 2, #args do
    local flat, found = redis.call('HGETALL', place.headers(lane, args[index])), {}
    for field = 1, #flat, 2 do
      local header = flat[field] ~= VERSION and follow_header(lane, flat[field], flat[field + 1])
      if header then append(found, flat[field], header) end
    end
    append(answer, version_of(lane, args[index]), #found)
    for _, value in ipairs(found) do append(answer, value) end
  end
  return answer
end

-- Versions are never given twice, so that a key that was forgotten and came back is not taken for the old one.
local function write_headers(lane, writes, keep_until_ms)
  local version = redis.call('INCR', lane.partition .. 'versions')
  for _, write in ipairs(writes) do
    for index, ck in ipairs(write.clientKeys) do
      local key, member = place.headers(lane, ck), ck .. write.sessionId
      if write.header then
        redis.call('HSET', key, VERSION, version, write.sessionId, index == 1 and write.header or POINTER .. write.clientKeys[1])
        redis.call('ZADD', place.forgetting(lane), keep_until_ms, member)
      else
        redis.call('HDEL', key, write.sessionId)
        redis.call('ZREM', place.forgetting(lane), member)
        redis.call('HSET', key, VERSION, version)
        if redis.call('HLEN', key) == 1 then redis.call('DEL', key) end
      end
    end
  end
end

function calls.assign(keys, args)
  local call = cjson.decode(args[1])
  local lane = lane_of(keys[1], call.lane)
  local frozen = place.closing(lane, call.closeId)
  if rebuild_token(keys[1]) then return { 'gone' } end
  local property, answer = unpack(redis.call('HMGET', frozen, 'of', 'answer'))
  if not property then return { 'gone' } end
  if answer then return { 'repeated', answer } end
  for ck, version in pairs(call.versions) do
    if tonumber(version_of(lane, ck)) ~= version then return { 'changed' } end
  end
  write_headers(lane, call.writes, whole(call.keepUntilMs))
  redis.call('HSET', frozen, 'answer', args[2])
  return { 'assigned', args[2] }
end

local function delete_closing(lane, close_id)
  local frozen = place.closing(lane, close_id)
  local clients = redis.call('HGET', frozen, 'clients')
  redis.call('ZREM', place.queue(lane), close_id)
  if not clients then return 0 end
  redis.call('ZREM', place.closing_times(lane), close_id)
  for at = 1, #clients, SESSION_KEY_LENGTH do
    local part = frozen .. ':' .. string.sub(clients, at, at + SESSION_KEY_LENGTH - 1)
    redis.call('UNLINK', part .. ':h', part .. ':c')
  end
  redis.call('DEL', frozen)
  return 1
end

function calls.finish(keys, args)
  return delete_closing(lane_of(keys[1], args[1]), args[2])
end

function calls.notices(keys, args)
  local lane = lane_of(keys[1], args[1])
  local ids = redis.call('ZRANGE', place.notice_order(lane), 0, tonumber(args[2]) - 1)
  local answer = {}
  for _, id in ipairs(ids) do append(answer, id, redis.call('HGET', place.notices(lane), id)) end
  return answer
end

function calls.acknowledge_notices(keys, args)
  local lane = lane_of(keys[1], args[1])
  for index = 2, #args do
    redis.call('ZREM', place.notice_order(lane), args[index])
    redis.call('HDEL', place.notices(lane), args[index])
  end
  return 'OK'
end
`;
