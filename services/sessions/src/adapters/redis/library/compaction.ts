/** Compaction of one client's raw hits (sessions §12.7, D16). */
export const COMPACTION = String.raw`
local function session_of_client(lane, ck)
  return redis.call('GET', place.alias(lane, ck)) or ck
end

-- lane, bytes, limit
function calls.compactable(keys, args)
  return redis.call('ZREVRANGEBYSCORE', place.compaction(lane_of(keys[1], args[1])), '+inf', args[2], 'LIMIT', 0, args[3])
end

-- lane, client key; answers generation, then field and bytes of each raw hit
function calls.raw_hits(keys, args)
  local lane = lane_of(keys[1], args[1])
  local session = read_session(lane, session_of_client(lane, args[2]))
  if not session then return {} end
  local answer = redis.call('HGETALL', place.hits(lane, args[2]))
  table.insert(answer, 1, session.gen)
  return answer
end

local function holds_all(key, fields)
  for _, field in ipairs(fields) do
    if redis.call('HEXISTS', key, field) == 0 then return false end
  end
  return true
end

-- Raw bytes shrink with the number of raw hits: sizes of single hits are not kept.
local function lower_raw(lane, session, ck, left)
  local function lowered(raw)
    raw.raw_bytes = raw.raw_count == 0 and 0 or math.floor(raw.raw_bytes * left / raw.raw_count)
    raw.raw_count = left
    return raw
  end
  local part = read_entry(lane, session, 'raw:' .. ck)
  if part then write_entries(lane, session, { ['raw:' .. ck] = pack_part(lowered(unpack_part(part))) }) end
  if ck == session.sk then lowered(session) end
  store_session(lane, session)
end

-- lane, client key, generation, segment, fields of the hits in it. A repeat finds the hits gone and changes nothing.
function calls.swap_compact(keys, args)
  local lane, ck = lane_of(keys[1], args[1]), args[2]
  local session = read_session(lane, session_of_client(lane, ck))
  if not session or session.gen ~= args[3] then return 0 end
  local fields = { unpack(args, 5) }
  if #fields == 0 or not holds_all(place.hits(lane, ck), fields) then return 0 end
  redis.call('RPUSH', place.segments(lane, ck), args[4])
  call_in_portions('HDEL', place.hits(lane, ck), fields)
  lower_raw(lane, session, ck, redis.call('HLEN', place.hits(lane, ck)))
  redis.call('ZREM', place.compaction(lane), ck)
  return 1
end
`;
