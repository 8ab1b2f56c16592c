/**
 * The beginning of a close (D6): hits and segments of every client of the group become frozen parts by renaming,
 * identifiers and aliases are released only where they still lead here (D10), and a close id awaits its hand-over.
 */
export const CLOSING = String.raw`
-- Named by the first hit (D15). A number is added only when the same first hit closed before and still awaits its hand-over.
local function close_id_of(lane, sk, first_id)
  local id = sk .. '.' .. redis.sha1hex(first_id)
  local free, number = id, 1
  while redis.call('EXISTS', closing_key(lane, free)) == 1 do
    number = number + 1
    free = id .. '.' .. number
  end
  return free
end

local function rename_if_present(from, to)
  if redis.call('EXISTS', from) == 1 then redis.call('RENAME', from, to) end
end

local function delete_if_leads_to(key, sk)
  if redis.call('GET', key) == sk then redis.call('DEL', key) end
end

local function release(lane, sk, aliases)
  for _, name in ipairs(redis.call('SMEMBERS', owned_key(lane, sk))) do delete_if_leads_to(identifier_key(lane, name), sk) end
  for _, ck in ipairs(aliases) do delete_if_leads_to(alias_key(lane, ck), sk) end
  redis.call('DEL', owned_key(lane, sk), group_key(lane, sk))
end

-- Bytes and sessions that are open, for the quotas; a property without any leaves nothing behind.
local function add_open_bytes(lane, open, bytes)
  if redis.call('HINCRBY', bytes_key(lane), open, whole(bytes)) <= 0 then redis.call('HDEL', bytes_key(lane), open) end
end

-- Closes by a cap are counted per client, to recognise bots (sessions §15.12).
local function count_cap(lane, scope, sk, at_ms)
  redis.call('ZADD', cap_times_key(lane, scope), at_ms, sk)
  return redis.call('HINCRBY', caps_key(lane), sk, 1)
end

-- Freezes the session and queues it. 'bucket' is the number whose processing closes it, or nil.
local function freeze(lane, sk, cause, bucket)
  local key = session_key(lane, sk)
  local v = redis.call('HMGET', key, 'firstId', 'last', 'exp', 'scope', 'open', 'bytes')
  if not v[1] then return nil end
  local close_id = close_id_of(lane, sk, v[1])
  local frozen = closing_key(lane, close_id)
  local aliases = redis.call('SMEMBERS', group_key(lane, sk))
  local clients = { sk, unpack(aliases) }
  for _, ck in ipairs(clients) do
    rename_if_present(hits_key(lane, ck), frozen .. ':' .. ck .. ':h')
    rename_if_present(segments_key(lane, ck), frozen .. ':' .. ck .. ':c')
  end
  release(lane, sk, aliases)
  redis.call('ZREM', compaction_key(lane), unpack(clients))
  redis.call('ZREM', bucket_key(lane, v[4], tonumber(v[3])), sk)
  redis.call('ZREM', open_key(lane, v[5]), sk)
  add_open_bytes(lane, v[5], -tonumber(v[6]))
  redis.call('RENAME', key, frozen)
  local caps = cause == 'hard_cap' and count_cap(lane, v[4], sk, v[2]) or tonumber(redis.call('HGET', caps_key(lane), sk) or 0)
  redis.call('HSET', frozen, 'sk', sk, 'clients', table.concat(clients), 'cause', cause, 'bucket', bucket and whole(bucket) or '',
    'caps', caps, 'attempts', 0)
  redis.call('ZADD', queue_key(lane), whole(server_now_ms()), close_id)
  redis.call('ZADD', closing_times_key(lane, v[4]), v[2], close_id)
  return close_id
end
`;
