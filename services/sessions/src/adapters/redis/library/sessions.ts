/**
 * The sessions that a call touches. Each is read once and written once; moves between buckets and lists are gathered and made together by
 * `flush`: a call of a script costs about as much as ten hits' arithmetic. Fields of `s:<sk>`: `v` numbers as below, `f` first hit,
 * `of` scope and property, `joins`, `i:<type>:<hash>` identifiers owned, with the clients that showed them (empty: sk alone); for a session of several clients
 * `raw:<ck>` of each.
 */
export const SESSIONS = String.raw`
local COMPACT_FROM_BYTES = 16384
local COMPACT_FROM_HITS = 256
local MANY_HITS_SCORE = 1099511627776
local FILTER_BYTES_MAX = 160 * 1024
-- Up to here the filter is written anew with its TTL, which costs one call instead of two.
local FILTER_REWRITTEN_BYTES_MAX = 1024
local ID_HASH_BYTES = 8

-- first, last, expiry, sequence in the request of the first; hits, bytes; raw bytes and raw hits of the client sk itself;
-- duplicates, late hits, opened late; generation: the hash of the hit that opened it.
local NUMBERS = '>i6i6i6i4I4I6I6I4I4I4Bc8'

local function pack_numbers(s)
  return struct.pack(NUMBERS, s.first, s.last, s.exp, s.first_seq, s.hits, s.bytes, s.raw_bytes, s.raw_count, s.duplicates, s.late_hits,
    s.late and 1 or 0, s.gen)
end

local function unpack_numbers(text)
  local s, late = { parts = {} }, 0
  s.first, s.last, s.exp, s.first_seq, s.hits, s.bytes, s.raw_bytes, s.raw_count, s.duplicates, s.late_hits, late, s.gen =
    struct.unpack(NUMBERS, text)
  s.late = late == 1
  return s
end

-- What one client brought to a session of several: as above, then the id of its first hit. So it can be taken out again.
local PART = '>i6i6i6i4I4I6I6I4'
local PART_BYTES = 42

local function pack_part(p)
  return struct.pack(PART, p.first, p.last, p.exp, p.first_seq, p.hits, p.bytes, p.raw_bytes, p.raw_count) .. p.first_id
end

local function unpack_part(text)
  local p = { first_id = string.sub(text, PART_BYTES + 1) }
  p.first, p.last, p.exp, p.first_seq, p.hits, p.bytes, p.raw_bytes, p.raw_count = struct.unpack(PART, text)
  return p
end

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

local function scope_of(property) return string.sub(property, 1, string.find(property, ' ', 1, true) - 1) end
local function name_of(property) return string.sub(property, string.find(property, ' ', 1, true) + 1) end

-- Mostly of one value or two: those take no loop over arguments.
local function append(list, first, second, ...)
  local size = #list
  list[size + 1] = first
  if second == nil then return end
  list[size + 2] = second
  for index = 1, select('#', ...) do list[size + 2 + index] = (select(index, ...)) end
end

local function append_at(lists, key, ...)
  lists[key] = lists[key] or {}
  append(lists[key], ...)
end

local function begin_batch(lane, retention_ms)
  return {
    lane = lane, retention_ms = whole(retention_ms), next = {}, merges = 0, opened = 0, notices = {},
    clients = {}, sessions = {}, owners = {}, claims = {}, shown = {}, added_bytes = {},
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

-- Reads clients and owners of all hits at once.
local function prefetch(batch, client_keys, names)
  local lane, aliases, filters, owners = batch.lane, {}, {}, {}
  if #client_keys == 0 then return end
  for index, ck in ipairs(client_keys) do aliases[index], filters[index] = place.alias(lane, ck), place.filter(lane, ck) end
  local alias_values, filter_values = redis.call('MGET', unpack(aliases)), redis.call('MGET', unpack(filters))
  for index, ck in ipairs(client_keys) do new_client(batch, ck, alias_values[index], filter_values[index]) end
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
    local stored = not session.is_new and redis.call('HGET', place.session(batch.lane, session.sk), 'raw:' .. ck)
    part = stored and unpack_part(stored) or empty_part()
    session.parts[ck] = part
  end
  return part
end

-- The open session of this key, or nil.
local function load_session(batch, sk)
  local session = batch.sessions[sk]
  if session ~= nil then return session or nil end
  local stored = redis.call('HMGET', place.session(batch.lane, sk), 'v', 'f', 'of', 'joins')
  if not stored[1] then
    batch.sessions[sk] = false
    return nil
  end
  session = unpack_numbers(stored[1])
  session.sk, session.first_id, session.of, session.joins = sk, stored[2], stored[3], stored[4] or nil
  session.scope, session.open, session.filed = scope_of(stored[3]), name_of(stored[3]), session.exp
  batch.sessions[sk] = session
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
    open = hit.property.open, parts = {}, is_new = true, moved_first = true,
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

local function append_parts(batch, session, fields)
  for ck, part in pairs(session.parts) do
    append(fields, 'raw:' .. ck, pack_part(part))
    if ck ~= session.sk then note_compaction(batch, ck, part) end
  end
end

local function write_session(batch, session)
  local fields = { 'v', pack_numbers(session) }
  if session.moved_first then append(fields, 'f', session.first_id) end
  if session.is_new then append(fields, 'of', session.of) end
  if session.joins then
    append(fields, 'joins', session.joins)
    append_parts(batch, session, fields)
  end
  for name, shown_by in pairs(batch.shown[session.sk] or {}) do append(fields, 'i:' .. name, shown_by) end
  redis.call('HSET', place.session(batch.lane, session.sk), unpack(fields))
  note_compaction(batch, session.sk, session)
end

local function file_session(batch, session, moves)
  local lane, moved = batch.lane, session.filed ~= session.exp
  append_at(moves.listed, place.open(lane, session.open), session.last, session.sk)
  if session.filed and moved then append_at(moves.left, place.bucket(lane, session.scope, session.filed), session.sk) end
  if moved or session.moved_first then
    append_at(moves.entered, place.bucket(lane, session.scope, session.exp), session.first, session.sk)
  end
  if moved then
    moves.indexed[session.scope] = moves.indexed[session.scope] or {}
    moves.indexed[session.scope][session.exp] = true
  end
end

local function make_moves(lane, moves)
  for key, members in pairs(moves.left) do redis.call('ZREM', key, unpack(members)) end
  for key, members in pairs(moves.entered) do redis.call('ZADD', key, unpack(members)) end
  for key, members in pairs(moves.listed) do redis.call('ZADD', key, unpack(members)) end
  for scope, numbers in pairs(moves.indexed) do
    local members = {}
    for number in pairs(numbers) do append(members, whole(number), whole(number)) end
    redis.call('ZADD', place.buckets(lane, scope), unpack(members))
  end
end

local function write_claims(batch)
  local values = {}
  for name, sk in pairs(batch.claims) do append(values, place.identifier(batch.lane, name), sk) end
  if #values > 0 then redis.call('MSET', unpack(values)) end
end

-- Writes what the batch gathered and forgets it, so that what follows reads the server.
local function flush(batch)
  flush_clients(batch)
  local moves = { left = {}, entered = {}, listed = {}, indexed = {} }
  for _, session in pairs(batch.sessions) do
    if session and session.dirty then
      write_session(batch, session)
      file_session(batch, session, moves)
    end
  end
  make_moves(batch.lane, moves)
  write_claims(batch)
  for open, bytes in pairs(batch.added_bytes) do redis.call('HINCRBY', place.open_bytes(batch.lane), open, whole(bytes)) end
  batch.clients, batch.sessions, batch.owners, batch.claims, batch.shown, batch.added_bytes = {}, {}, {}, {}, {}, {}
end
`;
