/**
 * The beginning of a close (D6): hits and segments of every client of the group become frozen parts by renaming,
 * identifiers and aliases are released only where they still lead here (D10), and a close id awaits its hand-over.
 */
export const CLOSING = String.raw`
-- Named by the first hit (D15). A number is added only when the same first hit closed before and still awaits its hand-over.
local function close_id_of(lane, sk, first_id)
  local id = sk .. '.' .. redis.sha1hex(first_id)
  local free, number = id, 1
  while redis.call('EXISTS', place.closing(lane, free)) == 1 do
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

local function release(lane, sk, entries, aliases)
  for name in pairs(entries) do
    if string.sub(name, 1, 2) == 'i:' then delete_if_leads_to(place.identifier(lane, string.sub(name, 3)), sk) end
  end
  for _, ck in ipairs(aliases) do delete_if_leads_to(place.alias(lane, ck), sk) end
  redis.call('DEL', place.session(lane, sk), place.entries(lane, sk), place.group(lane, sk))
end

-- Bytes and sessions that are open, for the quotas; a property without any leaves nothing behind.
local function add_open_bytes(lane, open, bytes)
  if redis.call('HINCRBY', place.open_bytes(lane), open, whole(bytes)) <= 0 then redis.call('HDEL', place.open_bytes(lane), open) end
end

-- Closes by a cap are counted per client, to recognise bots (sessions §15.12).
local function count_cap(lane, sk, at_ms)
  redis.call('ZADD', place.cap_times(lane), at_ms, sk)
  return redis.call('HINCRBY', place.caps(lane), sk, 1)
end

local function freeze_parts(lane, frozen, clients)
  for _, ck in ipairs(clients) do
    rename_if_present(place.hits(lane, ck), frozen .. ':' .. ck .. ':h')
    rename_if_present(place.segments(lane, ck), frozen .. ':' .. ck .. ':c')
    forget_users(lane, ck)
  end
  for _, ck in ipairs(clients) do redis.call('ZREM', place.compaction(lane), ck) end
end

local function unlist(lane, session)
  redis.call('ZREM', place.bucket(lane, session.scope, session.exp), session.sk)
  redis.call('ZREM', place.open(lane, session.open), session.sk)
  add_open_bytes(lane, session.open, -session.bytes)
end

-- What goes with a frozen session of itself; identifiers are released.
local function frozen_fields(session, entries)
  local fields = { v = pack_numbers(session), f = session.first_id, of = session.of, joins = session.joins }
  for name, part in pairs(entries) do
    if string.sub(name, 1, 4) == 'raw:' then fields[name] = part end
  end
  return fields
end

-- Freezes the session and queues it. 'bucket' is the number whose processing closes it, or nil.
local function freeze(lane, sk, cause, bucket)
  local session = read_session(lane, sk)
  if not session then return nil end
  local entries = read_entries(lane, session)
  local close_id = close_id_of(lane, sk, session.first_id)
  local frozen = place.closing(lane, close_id)
  local aliases = redis.call('SMEMBERS', place.group(lane, sk))
  -- One by one: the interpreter spreads no more than some thousand values at once.
  local clients = { sk }
  for _, ck in ipairs(aliases) do clients[#clients + 1] = ck end
  freeze_parts(lane, frozen, clients)
  release(lane, sk, entries, aliases)
  unlist(lane, session)
  local fields = frozen_fields(session, entries)
  local caps = cause == 'hard_cap' and count_cap(lane, sk, session.last) or tonumber(redis.call('HGET', place.caps(lane), sk) or 0)
  fields.sk, fields.clients, fields.cause, fields.bucket, fields.caps = sk, table.concat(clients), cause, bucket and whole(bucket) or '', caps
  write_fields(frozen, fields)
  redis.call('ZADD', place.queue(lane), whole(server_now_ms()), close_id)
  redis.call('ZADD', place.closing_times(lane), session.first, close_id)
  return close_id
end
`;
