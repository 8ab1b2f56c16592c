/**
 * The beginning of closes (D6): hits and segments of every client of a group become frozen parts by renaming, identifiers and aliases are
 * released only where they still lead there (D10), and a close id awaits its hand-over. Many sessions are taken together: what is the same
 * call for all of them is made once.
 */
export const CLOSING = String.raw`
local function count_existing(keys)
  local count = 0
  for from = 1, #keys, UNPACKED_MAX do
    count = count + redis.call('EXISTS', unpack(keys, from, math.min(from + UNPACKED_MAX - 1, #keys)))
  end
  return count
end

-- Mostly all of them are there, or none.
local function rename_present(from, to)
  local count = count_existing(from)
  if count == 0 then return end
  for index, key in ipairs(from) do
    if count == #from or redis.call('EXISTS', key) == 1 then redis.call('RENAME', key, to[index]) end
  end
end

local function delete_all(keys)
  for from = 1, #keys, UNPACKED_MAX do redis.call('DEL', unpack(keys, from, math.min(from + UNPACKED_MAX - 1, #keys))) end
end

-- Those of these sessions that are open, with their entries and clients, sk first.
local function read_open(lane, sks)
  local keys, sessions = {}, {}
  for index, sk in ipairs(sks) do keys[index] = place.session(lane, sk) end
  for index, text in ipairs(redis.call('MGET', unpack(keys))) do
    local session = text and unpack_session(sks[index], text)
    if session then
      session.owned, session.clients = read_entries(lane, session), { session.sk }
      -- One by one: the interpreter spreads no more than some thousand values at once.
      for _, ck in ipairs(session.joins and redis.call('SMEMBERS', place.group(lane, session.sk)) or {}) do append(session.clients, ck) end
      sessions[#sessions + 1] = session
    end
  end
  return sessions
end

-- Named by the first hit (D15). A number is added only when the same first hit closed before and still awaits its hand-over.
local function free_close_id(lane, id)
  local free, number = id, 1
  while redis.call('EXISTS', place.closing(lane, free)) == 1 do
    number = number + 1
    free = id .. '.' .. number
  end
  return free
end

local function give_close_ids(lane, sessions)
  local keys = {}
  for index, session in ipairs(sessions) do
    session.close_id = session.sk .. '.' .. redis.sha1hex(session.first_id)
    keys[index] = place.closing(lane, session.close_id)
  end
  if count_existing(keys) == 0 then return end
  for _, session in ipairs(sessions) do session.close_id = free_close_id(lane, session.close_id) end
end

local function freeze_parts(lane, sessions)
  local clients, users, hits, frozen_hits, segments, frozen_segments = {}, {}, {}, {}, {}, {}
  for _, session in ipairs(sessions) do
    local frozen = place.closing(lane, session.close_id) .. ':'
    for _, ck in ipairs(session.clients) do
      append(clients, ck)
      append(users, place.users_of(lane, ck))
      append(hits, place.hits(lane, ck))
      append(frozen_hits, frozen .. ck .. ':h')
      append(segments, place.segments(lane, ck))
      append(frozen_segments, frozen .. ck .. ':c')
    end
  end
  rename_present(hits, frozen_hits)
  rename_present(segments, frozen_segments)
  if count_existing(users) > 0 then
    for _, ck in ipairs(clients) do forget_users(lane, ck) end
  end
  call_in_portions('ZREM', place.compaction(lane), clients)
end

-- Of keys by what they should lead to, those that do.
local function still_leading(keys, targets)
  local leading = {}
  for from = 1, #keys, UNPACKED_MAX do
    for index, found in ipairs(redis.call('MGET', unpack(keys, from, math.min(from + UNPACKED_MAX - 1, #keys)))) do
      if found == targets[from + index - 1] then append(leading, keys[from + index - 1]) end
    end
  end
  return leading
end

local function release(lane, sessions)
  local keys, targets = {}, {}
  for _, session in ipairs(sessions) do
    for name in pairs(session.owned) do
      if string.sub(name, 1, 2) == 'i:' then
        append(keys, place.identifier(lane, string.sub(name, 3)))
        append(targets, session.sk)
      end
    end
    for index = 2, #session.clients do
      append(keys, place.alias(lane, session.clients[index]))
      append(targets, session.sk)
    end
  end
  local gone = still_leading(keys, targets)
  for _, session in ipairs(sessions) do
    append(gone, place.session(lane, session.sk))
    if session.entries_apart then append(gone, place.entries(lane, session.sk)) end
    if session.joins then append(gone, place.group(lane, session.sk)) end
  end
  delete_all(gone)
end

-- Bytes and sessions that are open, for the quotas; a property without any leaves nothing behind.
local function add_open_bytes(lane, open, bytes)
  if redis.call('HINCRBY', place.open_bytes(lane), open, whole(bytes)) <= 0 then redis.call('HDEL', place.open_bytes(lane), open) end
end

local function unlist(lane, sessions)
  local lists, bytes = {}, {}
  for _, session in ipairs(sessions) do
    append_at(lists, place.bucket(lane, session.scope, session.exp), session.sk)
    append_at(lists, place.open(lane, session.open), session.sk)
    bytes[session.open] = (bytes[session.open] or 0) + session.bytes
  end
  for key, sks in pairs(lists) do call_in_portions('ZREM', key, sks) end
  for open, sum in pairs(bytes) do add_open_bytes(lane, open, -sum) end
end

-- Closes by a cap are counted per client, to recognise bots (sessions §15.12).
local function count_caps(lane, sessions, cause)
  for _, session in ipairs(cause == 'hard_cap' and sessions or {}) do
    redis.call('ZADD', place.cap_times(lane), session.last, session.sk)
    redis.call('HINCRBY', place.caps(lane), session.sk, 1)
  end
  local sks = {}
  for index, session in ipairs(sessions) do sks[index] = session.sk end
  return redis.call('HMGET', place.caps(lane), unpack(sks))
end

-- What goes with a frozen session of itself; its identifiers are released.
local function write_frozen(lane, session, cause, bucket, caps)
  local key = place.closing(lane, session.close_id)
  redis.call('HSET', key, 'v', pack_numbers(session), 'f', session.first_id, 'of', session.of, 'sk', session.sk,
    'clients', table.concat(session.clients), 'cause', cause, 'bucket', bucket and whole(bucket) or '', 'caps', caps)
  if not session.joins then return end
  local fields = { joins = session.joins }
  for name, part in pairs(session.owned) do
    if string.sub(name, 1, 4) == 'raw:' then fields[name] = part end
  end
  write_fields(key, fields)
end

local function queue(lane, sessions)
  local now, due, times = whole(server_now_ms()), {}, {}
  for _, session in ipairs(sessions) do
    append(due, now, session.close_id)
    append(times, session.first, session.close_id)
  end
  call_in_portions('ZADD', place.queue(lane), due)
  call_in_portions('ZADD', place.closing_times(lane), times)
end

-- Freezes sessions and queues them, in this order; answers their close ids. 'bucket' is the number whose processing closes them, or nil.
local function freeze_all(lane, sks, cause, bucket)
  local sessions, close_ids = read_open(lane, sks), {}
  if #sessions == 0 then return close_ids end
  give_close_ids(lane, sessions)
  freeze_parts(lane, sessions)
  release(lane, sessions)
  unlist(lane, sessions)
  local caps = count_caps(lane, sessions, cause)
  for index, session in ipairs(sessions) do
    write_frozen(lane, session, cause, bucket, caps[index] or '0')
    close_ids[index] = session.close_id
  end
  queue(lane, sessions)
  return close_ids
end

local function freeze(lane, sk, cause) return freeze_all(lane, { sk }, cause, nil)[1] end
`;
