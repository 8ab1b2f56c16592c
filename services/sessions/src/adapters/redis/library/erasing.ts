/** What an erasure takes out of sessions that go on without it (sessions §15.11). */
export const ERASING = String.raw`
local function set_of(args, from, count)
  local set = {}
  for index = from, from + count - 1 do set[args[index]] = true end
  return set
end

local function fields_of(key, erased)
  local flat, fields = redis.call('HGETALL', key), {}
  for index = 1, #flat, 2 do
    if erased[flat[index + 1]] then fields[#fields + 1] = flat[index] end
  end
  return fields
end

local function holds_segments(key, args, from)
  for index = from, #args, 2 do
    if not redis.call('LPOS', key, args[index]) then return false end
  end
  return true
end

-- By turns a segment as it was read and what stays of it, '' for nothing.
local function replace_segments(key, args, from)
  for index = from, #args, 2 do
    if args[index + 1] == '' then
      redis.call('LREM', key, 1, args[index])
    else
      redis.call('LSET', key, redis.call('LPOS', key, args[index]), args[index + 1])
    end
  end
end

-- Caps and quotas count what stays; first and last of the session stay as they were until it closes.
local function lower_counts(lane, session, ck, hits, bytes)
  local function lowered(counted)
    counted.hits, counted.bytes = math.max(0, counted.hits - hits), math.max(0, counted.bytes - bytes)
    return counted
  end
  local part = read_entry(lane, session, 'raw:' .. ck)
  if part then write_entries(lane, session, { ['raw:' .. ck] = pack_part(lowered(unpack_part(part))) }) end
  lowered(session)
  redis.call('HINCRBY', place.open_bytes(lane), session.open, whole(0 - bytes))
end

-- lane, client key, close id or nothing while open, user whose hits these all are, or nothing; hits and bytes that go; number of raw hits, these as
-- they were read, segments. 0: its hand-over is under way, or not all is there as it was read: nothing was changed.
function calls.erase_hits(keys, args)
  if rebuild_token(keys[1]) then return redis.error_reply('STATE_LOST the partition is being rebuilt') end
  local lane, ck, close_id, count = lane_of(keys[1], args[1]), args[2], args[3], tonumber(args[7])
  local hits, segments = place.hits(lane, ck), place.segments(lane, ck)
  if close_id ~= '' then
    local frozen = place.closing(lane, close_id)
    if redis.call('HEXISTS', frozen, 'answer') == 1 then return 0 end
    hits, segments = frozen .. ':' .. ck .. ':h', frozen .. ':' .. ck .. ':c'
  end
  local fields = fields_of(hits, set_of(args, 8, count))
  if #fields < count or not holds_segments(segments, args, 8 + count) then return 0 end
  call_in_portions('HDEL', hits, fields)
  replace_segments(segments, args, 8 + count)
  if close_id ~= '' then return 1 end
  if args[4] ~= '' then forget_user(lane, ck, args[4]) end
  local session = read_session(lane, session_of_client(lane, ck))
  if session then
    lower_counts(lane, session, ck, tonumber(args[5]), tonumber(args[6]))
    lower_raw(lane, session, ck, redis.call('HLEN', hits))
  end
  return 1
end

-- lane, session id, header as it was read, header instead, or nothing to forget it, client keys. 0: it is another by now.
function calls.replace_header(keys, args)
  if rebuild_token(keys[1]) then return redis.error_reply('STATE_LOST the partition is being rebuilt') end
  local lane, session_id = lane_of(keys[1], args[1]), args[2]
  local holders = {}
  for index = 5, #args do
    local key = place.headers(lane, args[index])
    local stored = redis.call('HGET', key, session_id)
    local is_header = stored and string.sub(stored, 1, 1) ~= POINTER
    if is_header and stored ~= args[3] then return 0 end
    if stored then append(holders, { key = key, ck = args[index], is_header = is_header }) end
  end
  local version = redis.call('INCR', lane.partition .. 'versions')
  for _, holder in ipairs(holders) do
    redis.call('HSET', holder.key, VERSION, version)
    if args[4] == '' then
      redis.call('HDEL', holder.key, session_id)
      redis.call('ZREM', place.forgetting(lane), holder.ck .. session_id)
      if redis.call('HLEN', holder.key) == 1 then redis.call('DEL', holder.key) end
    elseif holder.is_header then
      redis.call('HSET', holder.key, session_id, args[4])
    end
  end
  return 1
end
`;
