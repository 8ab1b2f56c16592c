/**
 * The sessions that a call touches. Each is read once and written once; moves between buckets and lists are gathered and made together by
 * `flush`: a call of a script costs about as much as ten hits' arithmetic.
 */
export const SESSIONS = String.raw`
local COMPACT_FROM_BYTES = 16384
local COMPACT_FROM_HITS = 256
local MANY_HITS_SCORE = 1099511627776
local FILTER_BYTES_MAX = 160 * 1024
-- Up to here the filter is written anew with its TTL, which costs one call instead of two.
local FILTER_REWRITTEN_BYTES_MAX = 1024

local function empty_part()
  return { first = 0, last = 0, exp = 0, first_seq = 0, hits = 0, bytes = 0, raw_bytes = 0, raw_count = 0, first_id = '' }
end

-- The part of the only client of a session is the session.
local function part_of(s)
  return {
    first = s.first, last = s.last, exp = s.exp, first_seq = s.first_seq, hits = s.hits, bytes = s.bytes, raw_bytes = s.raw_bytes,
    raw_count = s.raw_count, first_id = s.first_id,
  }
end

-- One value or two.
local function append(list, first, second)
  local size = #list
  list[size + 1] = first
  if second ~= nil then list[size + 2] = second end
end

local function append_at(lists, key, first, second)
  lists[key] = lists[key] or {}
  append(lists[key], first, second)
end

local function begin_batch(lane, retention_ms)
  return {
    lane = lane, retention_ms = whole(retention_ms), next = {}, merges = 0, opened = 0, notices = {},
    clients = {}, texts = {}, sessions = {}, owners = {}, claims = {}, shown = {}, added_bytes = {},
  }
end

-- The pointer of a wheel; hits that expire before it are filed under it (D3).
local function pointer(batch, scope)
  local number = batch.next[scope]
  if not number then
    number = tonumber(redis.call('GET', place.next(batch.lane, scope)) or '-inf')
    batch.next[scope] = number
  end
  return number
end

local function new_client(batch, ck, alias, filter)
  batch.clients[ck] = { ck = ck, sk = alias or ck, filter = filter or '', fresh = {}, hashes = {}, fields = {} }
end

local function load_client(batch, ck)
  if not batch.clients[ck] then
    new_client(batch, ck, redis.call('GET', place.alias(batch.lane, ck)), redis.call('GET', place.filter(batch.lane, ck)))
  end
  return batch.clients[ck]
end

-- The session key that owns an identifier, or false.
local function owner_of(batch, name)
  local owner = batch.owners[name]
  if owner == nil then
    owner = redis.call('GET', place.identifier(batch.lane, name))
    batch.owners[name] = owner
  end
  return owner
end

-- Reads clients, what is open under their own keys, and owners of all hits at once.
local function prefetch(batch, client_keys, names)
  local lane, aliases, filters, sessions, owners = batch.lane, {}, {}, {}, {}
  if #client_keys == 0 then return end
  for index, ck in ipairs(client_keys) do
    aliases[index], filters[index], sessions[index] = place.alias(lane, ck), place.filter(lane, ck), place.session(lane, ck)
  end
  local alias_values, filter_values = redis.call('MGET', unpack(aliases)), redis.call('MGET', unpack(filters))
  local texts = redis.call('MGET', unpack(sessions))
  for index, ck in ipairs(client_keys) do
    new_client(batch, ck, alias_values[index], filter_values[index])
    batch.texts[ck] = texts[index]
  end
  if #names == 0 then return end
  for index, name in ipairs(names) do owners[index] = place.identifier(lane, name) end
  for index, owner in ipairs(redis.call('MGET', unpack(owners))) do batch.owners[names[index]] = owner end
end

-- Whether the filter holds the hash, at a place where a hash begins.
local function seen(client, hash)
  if client.fresh[hash] then return true end
  local from = 1
  while true do
    local at = string.find(client.filter, hash, from, true)
    if not at then return false end
    if (at - 1) % ID_HASH_BYTES == 0 then return true end
    from = at + 1
  end
end

local function load_part(batch, session, ck)
  local part = session.parts[ck]
  if not part then
    local stored = read_entry(batch.lane, session, 'raw:' .. ck)
    part = stored and unpack_part(stored) or empty_part()
    session.parts[ck] = part
  end
  return part
end

-- The open session of this key, or nil.
local function load_session(batch, sk)
  local session = batch.sessions[sk]
  if session ~= nil then return session or nil end
  local text = batch.texts[sk]
  if text == nil then text = redis.call('GET', place.session(batch.lane, sk)) end
  session = text and unpack_session(sk, text)
  batch.sessions[sk] = session
  if not session then return nil end
  batch.opened = batch.opened + 1
  return session
end

-- The order of hits (D14). Lua's own comparison of texts follows the server's locale.
local function begins_before(at, seq, id, session)
  if at ~= session.first then return at < session.first end
  if seq ~= session.first_seq then return seq < session.first_seq end
  return bytewise_less(id_text(id), id_text(session.first_id))
end

local function open_session(batch, sk, hit, late)
  local session = {
    sk = sk, first = hit.at, first_seq = hit.seq, first_id = hit.field, last = hit.at, exp = hit.expiry, hits = 0, bytes = 0,
    raw_bytes = 0, raw_count = 0, gen = hit.hash, late = late, duplicates = 0, late_hits = 0, of = hit.property.of, scope = hit.property.scope,
    open = hit.property.open, entries = '', parts = {}, is_new = true, moved_first = true,
  }
  batch.sessions[sk] = session
  return session
end

-- Adds a hit to a session, or to the part of its client.
local function count_hit(counted, hit, exp_min)
  if counted.hits == 0 or begins_before(hit.at, hit.seq, hit.field, counted) then
    counted.first, counted.first_seq, counted.first_id, counted.moved_first = hit.at, hit.seq, hit.field, true
  end
  counted.last = counted.hits == 0 and hit.at or math.max(counted.last, hit.at)
  counted.exp = math.max(counted.exp, hit.expiry, exp_min)
  counted.hits, counted.bytes = counted.hits + 1, counted.bytes + hit.bytes
end

local function write_filter(batch, client)
  local key, added = place.filter(batch.lane, client.ck), table.concat(client.hashes)
  local length = #client.filter + #added
  if length <= FILTER_REWRITTEN_BYTES_MAX then
    redis.call('SET', key, client.filter .. added, 'PX', batch.retention_ms)
    return
  end
  if length > FILTER_BYTES_MAX then
    local keep = math.floor(length / ID_HASH_BYTES / 2) * ID_HASH_BYTES
    redis.call('SET', key, string.sub(client.filter .. added, -keep))
  else
    redis.call('APPEND', key, added)
  end
  redis.call('PEXPIRE', key, batch.retention_ms)
end

local function flush_clients(batch)
  for ck, client in pairs(batch.clients) do
    if client.users then write_users(batch.lane, ck, client.users) end
    if #client.fields > 0 then redis.call('HSET', place.hits(batch.lane, ck), unpack(client.fields)) end
    if #client.hashes > 0 then write_filter(batch, client) end
  end
end

-- Parts worth compacting, by raw bytes; those of many small hits before all others.
local function note_compaction(batch, ck, raw)
  if raw.raw_bytes < COMPACT_FROM_BYTES and raw.raw_count < COMPACT_FROM_HITS then return end
  local score = raw.raw_bytes + (raw.raw_count >= COMPACT_FROM_HITS and MANY_HITS_SCORE or 0)
  redis.call('ZADD', place.compaction(batch.lane), score, ck)
end

-- Answers the text of the session as it is to be stored.
local function pack_dirty(batch, session)
  local changed = batch.shown[session.sk]
  if session.joins then
    changed = changed or {}
    for ck, part in pairs(session.parts) do
      changed['raw:' .. ck] = pack_part(part)
      if ck ~= session.sk then note_compaction(batch, ck, part) end
    end
  end
  if changed then write_entries(batch.lane, session, changed) end
  note_compaction(batch, session.sk, session)
  return pack_session(session)
end

local function moves_of(moves, scope)
  moves[scope] = moves[scope] or { left = {}, entered = {} }
  return moves[scope]
end

local function file_session(session, listed, moves)
  append_at(listed, session.open, session.last, session.sk)
  local moved = session.filed ~= session.exp
  if not moved and not session.moved_first then return end
  local wheel = moves_of(moves, session.scope)
  if session.filed and moved then append_at(wheel.left, session.filed, session.sk) end
  append_at(wheel.entered, session.exp, session.first, session.sk)
end

local function make_moves(lane, listed, moves)
  for open, members in pairs(listed) do redis.call('ZADD', place.open(lane, open), unpack(members)) end
  for scope, wheel in pairs(moves) do
    local numbers = {}
    for number, sks in pairs(wheel.left) do redis.call('ZREM', place.bucket(lane, scope, number), unpack(sks)) end
    for number, members in pairs(wheel.entered) do
      redis.call('ZADD', place.bucket(lane, scope, number), unpack(members))
      append(numbers, whole(number), whole(number))
    end
    redis.call('ZADD', place.buckets(lane, scope), unpack(numbers))
  end
end

local function write_texts(values)
  for from = 1, #values, UNPACKED_MAX do redis.call('MSET', unpack(values, from, math.min(from + UNPACKED_MAX - 1, #values))) end
end

-- Writes what the batch gathered and forgets it, so that what follows reads the server.
local function flush(batch)
  flush_clients(batch)
  local lane, values, listed, moves = batch.lane, {}, {}, {}
  for sk, session in pairs(batch.sessions) do
    if session and session.dirty then
      append(values, place.session(lane, sk), pack_dirty(batch, session))
      file_session(session, listed, moves)
    end
  end
  for name, sk in pairs(batch.claims) do append(values, place.identifier(lane, name), sk) end
  write_texts(values)
  make_moves(lane, listed, moves)
  for open, bytes in pairs(batch.added_bytes) do redis.call('HINCRBY', place.open_bytes(lane), open, whole(bytes)) end
  batch.clients, batch.texts, batch.sessions, batch.owners, batch.claims, batch.shown, batch.added_bytes = {}, {}, {}, {}, {}, {}, {}
end
`;
