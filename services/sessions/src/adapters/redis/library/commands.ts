/** What operators, people and the service itself decide about single sessions (sessions §12.3, §12.6, §15.4, §15.11). */
export const COMMANDS = String.raw`
-- Decisions wait while the partition is rebuilt: they are events, and are repeated after it.
local function refused_command(partition, state, fence)
  local refused = outdated(partition, state, fence)
  if refused then return refused end
  if rebuild_token(partition) then return redis.error_reply('STATE_LOST the partition is being rebuilt') end
  return nil
end

-- lane, state, fence, session key, cause
function calls.close_now(keys, args)
  local refused = refused_command(keys[1], args[2], args[3])
  if refused then return refused end
  return freeze(lane_of(keys[1], args[1]), args[4], args[5]) or false
end

-- lane, state, fence, session key, client key
function calls.unmerge(keys, args)
  local refused = refused_command(keys[1], args[2], args[3])
  if refused then return refused end
  local lane = lane_of(keys[1], args[1])
  local group = read_group(lane, args[4])
  if not group then return { 'gone' } end
  if not group.parts[args[5]] or #group.aliases == 0 then return { 'not_joined' } end
  return { 'unmerged', take_out(lane, group, args[5], 'block') }
end

-- lane, identifier, until, rebuild token or nothing
function calls.mark_saturated(keys, args)
  local token = rebuild_token(keys[1])
  if token and token ~= args[4] then return redis.error_reply('STATE_LOST the partition is being rebuilt') end
  redis.call('ZADD', place.blocked(lane_of(keys[1], args[1])), 'GT', args[3], args[2])
  return 'OK'
end

local function drop_session(lane, sk)
  local sessions = read_open(lane, { sk })
  unlist(lane, sessions)
  release(lane, sessions)
  redis.call('ZREM', place.compaction(lane), sk)
  return sessions[1].hits
end

local function erase_open(lane, ck)
  local sk = redis.call('GET', place.alias(lane, ck)) or ck
  local group = read_group(lane, sk)
  if not group then return 0 end
  if #group.aliases > 0 then take_out(lane, group, ck, 'with_others') end
  local hits = drop_session(lane, ck)
  redis.call('UNLINK', place.hits(lane, ck), place.segments(lane, ck))
  forget_users(lane, ck)
  return hits
end

local function without(clients, ck)
  local rest = {}
  for at = 1, #clients, SESSION_KEY_LENGTH do
    local each = string.sub(clients, at, at + SESSION_KEY_LENGTH - 1)
    if each ~= ck then rest[#rest + 1] = each end
  end
  return table.concat(rest)
end

local function holds(clients, ck)
  local at = string.find(clients, ck, 1, true)
  return at and (at - 1) % SESSION_KEY_LENGTH == 0
end

local function erase_frozen_part(lane, close_id, clients, ck)
  local frozen = place.closing(lane, close_id)
  local part, numbers = unpack(redis.call('HMGET', frozen, 'raw:' .. ck, 'v'))
  local hits = part and unpack_part(part).hits or unpack_numbers(numbers).hits
  local rest = without(clients, ck)
  if rest == '' then
    delete_closing(lane, close_id)
  else
    redis.call('UNLINK', frozen .. ':' .. ck .. ':h', frozen .. ':' .. ck .. ':c')
    redis.call('HDEL', frozen, 'raw:' .. ck)
    redis.call('HSET', frozen, 'clients', rest)
  end
  return hits
end

-- What is decided already may be half published: it is left to its hand-over, and counted as pending.
local function erase_frozen(lane, ck)
  local hits, pending = 0, 0
  for _, close_id in ipairs(redis.call('ZRANGE', place.queue(lane), 0, -1)) do
    local clients, answer = unpack(redis.call('HMGET', place.closing(lane, close_id), 'clients', 'answer'))
    if clients and holds(clients, ck) then
      if answer then pending = pending + 1 else hits = hits + erase_frozen_part(lane, close_id, clients, ck) end
    end
  end
  return hits, pending
end

-- Others of the group may amend the session still: one of them keeps the header from now on, and the rest point there.
local function bequeath_header(lane, ck, session_id, header)
  local heir
  for _, other in ipairs(cjson.decode(header).ks or {}) do
    local key = place.headers(lane, other)
    if other ~= ck and redis.call('HEXISTS', key, session_id) == 1 then
      redis.call('HSET', key, session_id, heir and POINTER .. heir or header)
      heir = heir or other
    end
  end
end

local function erase_headers(lane, ck)
  local flat = redis.call('HGETALL', place.headers(lane, ck))
  for index = 1, #flat, 2 do
    local session_id, stored = flat[index], flat[index + 1]
    if session_id ~= VERSION and string.sub(stored, 1, 1) ~= POINTER then bequeath_header(lane, ck, session_id, stored) end
    redis.call('ZREM', place.forgetting(lane), ck .. session_id)
  end
  redis.call('DEL', place.headers(lane, ck))
end

-- lane, client key; answers hits of open sessions, hits of frozen ones, closes that are being handed over
function calls.erase(keys, args)
  local lane, ck = lane_of(keys[1], args[1]), args[2]
  if rebuild_token(keys[1]) then return redis.error_reply('STATE_LOST the partition is being rebuilt') end
  local open = erase_open(lane, ck)
  local frozen, pending = erase_frozen(lane, ck)
  erase_headers(lane, ck)
  redis.call('DEL', place.filter(lane, ck))
  redis.call('HDEL', place.caps(lane), ck)
  redis.call('ZREM', place.cap_times(lane), ck)
  return { open, frozen, pending }
end
`;
