/** Reads of what is open and closing (sessions §12.8). Each answer is one moment's. */
export const READS = String.raw`
local CLOSING_LOOKED_AT_MAX = 10000
local BUCKETS_LOOKED_AT_MAX = 10000

local function open_record(lane, sk)
  local session = read_session(lane, sk)
  if not session then return nil end
  local fields = { 'v', pack_numbers(session), 'f', session.first_id, 'of', session.of, 'joins', session.joins }
  return { sk, table.concat({ sk, unpack(redis.call('SMEMBERS', place.group(lane, sk))) }), fields }
end

-- lane, 'session' | 'client' | 'identifier', value
function calls.open_session_of(keys, args)
  local lane = lane_of(keys[1], args[1])
  local sk = args[3]
  if args[2] == 'client' then sk = session_of_client(lane, sk) end
  if args[2] == 'identifier' then sk = redis.call('GET', place.identifier(lane, sk)) end
  return sk and open_record(lane, sk) or false
end

-- lane, property, highest time of the last hit, limit: latest first
function calls.open_sessions(keys, args)
  local lane, answer = lane_of(keys[1], args[1]), {}
  for _, sk in ipairs(redis.call('ZREVRANGEBYSCORE', place.open(lane, args[2]), args[3], '-inf', 'LIMIT', 0, args[4])) do
    answer[#answer + 1] = open_record(lane, sk)
  end
  return answer
end

local function closing_record(lane, close_id)
  local flat = redis.call('HGETALL', place.closing(lane, close_id))
  if #flat == 0 then return nil end
  local sk, clients = unpack(redis.call('HMGET', place.closing(lane, close_id), 'sk', 'clients'))
  return { sk, clients, flat, close_id }
end

-- lane, property, limit: latest first
function calls.closing_sessions(keys, args)
  local lane, answer = lane_of(keys[1], args[1]), {}
  for _, close_id in ipairs(redis.call('ZREVRANGE', place.closing_times(lane), 0, CLOSING_LOOKED_AT_MAX - 1)) do
    if #answer >= tonumber(args[3]) then break end
    local property = redis.call('HGET', place.closing(lane, close_id), 'of')
    if property and name_of(property) == args[2] then answer[#answer + 1] = closing_record(lane, close_id) end
  end
  return answer
end

local function oldest_open(lane, scope)
  local oldest = math.huge
  for _, number in ipairs(redis.call('ZRANGE', place.buckets(lane, scope), 0, BUCKETS_LOOKED_AT_MAX - 1)) do
    local first = redis.call('ZRANGE', place.bucket(lane, scope, tonumber(number)), 0, 0, 'WITHSCORES')[2]
    if first then oldest = math.min(oldest, tonumber(first)) end
  end
  return oldest ~= math.huge and whole(oldest) or false
end

-- lane, scope
function calls.wheel_status(keys, args)
  local lane, scope = lane_of(keys[1], args[1]), args[2]
  return {
    redis.call('GET', place.next(lane, scope)), oldest_open(lane, scope), redis.call('ZCARD', place.buckets(lane, scope)),
    unpack(redis.call('HGETALL', place.watermarks(lane, scope))),
  }
end

-- lane; answers length, and for how long the first one is due
function calls.queue_status(keys, args)
  local key = place.queue(lane_of(keys[1], args[1]))
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  local overdue = first[2] and math.max(0, server_now_ms() - tonumber(first[2])) or 0
  return { redis.call('ZCARD', key), whole(overdue), first[1] or false }
end
`;
