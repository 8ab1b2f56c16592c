/** `begin_close`: one turn of a wheel (sessions §7.4, §12.3). */
export const BEGIN_CLOSE = String.raw`
local FORGET_MAX = 200
local LOOK_AGAIN_MS = 60 * 1000
local CAPS_REMEMBERED_MS = 24 * 3600 * 1000

-- The smallest watermark, or nil while a source has not reported.
local function smallest_watermark(lane, call)
  local smallest = math.huge
  for _, text in ipairs(redis.call('HMGET', place.watermarks(lane, call.scope), unpack(call.sources))) do
    if not text then return nil end
    smallest = math.min(smallest, tonumber(text))
  end
  return smallest
end

-- Created by the first tick after a ping when no hit came before (D4).
local function require_pointer(lane, call, current)
  local key = place.next(lane, call.scope)
  local stored = redis.call('GET', key)
  if stored then return tonumber(stored) end
  if current == math.huge then return nil end
  redis.call('SET', key, whole(current))
  return current
end

-- Where the pointer goes from an empty bucket: to the next that exists, not beyond the last that may be processed.
local function step_over(lane, scope, number, last)
  local index = place.buckets(lane, scope)
  redis.call('ZREM', index, whole(number))
  local found = redis.call('ZRANGEBYSCORE', index, '(' .. whole(number), '+inf', 'LIMIT', 0, 1)[1]
  local target = math.min(found and tonumber(found) or math.huge, last + 1)
  return target == math.huge and number + 1 or target, found
end

local function turn(lane, call, number, last, cause)
  local close_ids, steps, found = {}, 0, true
  -- After the last bucket of an import the pointer rests.
  if last == math.huge then found = redis.call('EXISTS', place.buckets(lane, call.scope)) == 1 end
  while number <= last and found and #close_ids < call.limit and steps < call.limit do
    steps = steps + 1
    local key = place.bucket(lane, call.scope, number)
    local sks = redis.call('ZRANGE', key, 0, call.limit - #close_ids - 1)
    if #sks > 0 then
      for _, close_id in ipairs(freeze_all(lane, sks, cause, number)) do append(close_ids, close_id) end
      redis.call('ZREM', key, unpack(sks))
    end
    if redis.call('EXISTS', key) == 0 then
      number, found = step_over(lane, call.scope, number, last)
      if last ~= math.huge then found = true end
    end
  end
  return number, close_ids
end

-- Event time up to which a wheel has come; infinite when it is over, or is none.
local function reached_ms(lane, scope, tick_seconds)
  if redis.call('EXISTS', place.watermarks(lane, scope)) == 0 then return math.huge end
  local is_over = redis.call('EXISTS', place.buckets(lane, scope)) == 0
  for _, text in ipairs(redis.call('HVALS', place.watermarks(lane, scope))) do is_over = is_over and tonumber(text) == math.huge end
  if is_over then return math.huge end
  return tonumber(redis.call('GET', place.next(lane, scope)) or '-inf') * tick_seconds * 1000
end

-- What is answered with a later time is looked at again then.
local function remove_older(key, until_ms, remove)
  local limit = until_ms == math.huge and '+inf' or '(' .. whole(until_ms)
  local members = redis.call('ZRANGEBYSCORE', key, '-inf', limit, 'LIMIT', 0, FORGET_MAX)
  for _, member in ipairs(members) do
    local later_ms = remove(member)
    if later_ms then redis.call('ZADD', key, whole(later_ms), member) else redis.call('ZREM', key, member) end
  end
  return #members
end

-- Closed sessions, counted caps and blocked identifiers are forgotten by event time, never ahead of a close that awaits its hand-over,
-- nor of a bucket that either wheel has yet to reach: both may amend.
local function forget(lane, tick_seconds)
  local waiting = redis.call('ZRANGE', place.closing_times(lane), 0, 0, 'WITHSCORES')[2]
  local until_ms = math.min(reached_ms(lane, 'client', tick_seconds), reached_ms(lane, 'property', tick_seconds),
    waiting and tonumber(waiting) or math.huge)
  if until_ms == -math.huge then return 0 end
  local headers = remove_older(place.forgetting(lane), until_ms, function(member)
    local ck = string.sub(member, 1, SESSION_KEY_LENGTH)
    local key = place.headers(lane, ck)
    -- An open session may hold hits that came late, while the header could still be amended.
    if redis.call('EXISTS', place.session(lane, redis.call('GET', place.alias(lane, ck)) or ck)) == 1 then return until_ms + LOOK_AGAIN_MS end
    redis.call('HDEL', key, string.sub(member, SESSION_KEY_LENGTH + 1))
    if redis.call('HLEN', key) <= 1 then redis.call('DEL', key) end
  end)
  local caps = remove_older(place.cap_times(lane), until_ms - CAPS_REMEMBERED_MS, function(ck) redis.call('HDEL', place.caps(lane), ck) end)
  local blocked = remove_older(place.blocked(lane), until_ms, function() end)
  return math.max(headers, caps, blocked)
end

-- A wheel that is over leaves nothing behind, nor does a lane without wheels; 'live' never is.
local function retire(lane, scope, watermark)
  if lane.name == 'live' or watermark ~= math.huge then return end
  if redis.call('EXISTS', place.buckets(lane, scope), place.queue(lane), place.forgetting(lane)) > 0 then return end
  redis.call('DEL', place.next(lane, scope), place.watermarks(lane, scope))
  local rest = redis.call('EXISTS', place.watermarks(lane, 'client'), place.watermarks(lane, 'property'), place.notice_order(lane))
  if rest == 0 then redis.call('SREM', lane.partition .. 'lanes', lane.name) end
end

function calls.begin_close(keys, args)
  local partition = keys[1]
  local call = cjson.decode(args[1])
  local refused = outdated(partition, call.state, call.fence)
  if refused then return refused end
  if rebuild_token(partition) then return { 0, false, false } end
  local lane = lane_of(partition, call.lane)
  local watermark = smallest_watermark(lane, call)
  if not watermark then return { 0, redis.call('GET', place.next(lane, call.scope)), false } end
  local current = math.floor(math.floor(watermark / 1000) / call.tick_seconds)
  local before = require_pointer(lane, call, current)
  local pointer_now, close_ids = before, {}
  if before then
    local cause = watermark == math.huge and 'import_completed' or 'inactivity'
    pointer_now, close_ids = turn(lane, call, before, current - call.lag_ticks - 1, cause)
    if pointer_now ~= before then redis.call('SET', place.next(lane, call.scope), whole(pointer_now)) end
  end
  local forgotten = forget(lane, call.tick_seconds)
  retire(lane, call.scope, watermark)
  local progressed = (#close_ids > 0 or pointer_now ~= before or forgotten >= FORGET_MAX) and 1 or 0
  return { progressed, pointer_now and whole(pointer_now) or false, watermark == math.huge and 'inf' or whole(watermark), unpack(close_ids) }
end
`;
