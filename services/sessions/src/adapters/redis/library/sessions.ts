/**
 * The sessions that a call touches. Each is read once and written once; moves between buckets and lists are gathered and made together by
 * `flush`: a call of a script costs about as much as ten hits' arithmetic. Fields of `s:<sk>`: `v` numbers as below, `f` first hit,
 * `of` scope and property, `joins`, `i:<type>:<hash>` identifiers owned, `raw:<ck>` bytes and number of raw hits of the other clients.
 */
export const SESSIONS = String.raw`
local COMPACT_FROM_BYTES = 16384
local COMPACT_FROM_HITS = 256
local FILTER_BYTES_MAX = 160 * 1024
-- Up to here the filter is written anew with its TTL, which costs one call instead of two.
local FILTER_REWRITTEN_BYTES_MAX = 1024
local ID_HASH_BYTES = 8

-- first, last, expiry, sequence in the request of the first; hits, bytes; raw bytes and raw hits of the client sk itself;
-- duplicates, late hits, opened late; generation: the hash of the hit that opened it.
local NUMBERS = '>i6i6i6i4I4I6I6I4I4I4Bc8'
local PART = '>I6I4'

local function pack_numbers(s)
  local own = s.parts[s.sk]
  return struct.pack(NUMBERS, s.first, s.last, s.exp, s.first_seq, s.hits, s.bytes, own.bytes, own.count, s.duplicates, s.late_hits,
    s.late and 1 or 0, s.gen)
end

local function unpack_numbers(text)
  local s, own, late = { parts = {} }, {}, 0
  s.first, s.last, s.exp, s.first_seq, s.hits, s.bytes, own.bytes, own.count, s.duplicates, s.late_hits, late, s.gen =
    struct.unpack(NUMBERS, text)
  s.late = late == 1
  return s, own
end

local function read_part(text)
  if not text then return { bytes = 0, count = 0 } end
  local bytes, count = struct.unpack(PART, text)
  return { bytes = bytes, count = count }
end

local function scope_of(property) return string.sub(property, 1, string.find(property, ' ', 1, true) - 1) end
local function name_of(property) return string.sub(property, string.find(property, ' ', 1, true) + 1) end

local function append(list, ...)
  for index = 1, select('#', ...) do list[#list + 1] = (select(index, ...)) end
end

local function append_at(lists, key, ...)
  lists[key] = lists[key] or {}
  append(lists[key], ...)
end

local function begin_batch(lane, retention_ms)
  return {
    lane = lane, retention_ms = retention_ms, next = {}, merges = 0, notices = {},
    clients = {}, sessions = {}, owners = {}, claims = {}, claimed = {}, added_bytes = {},
  }
end

-- The pointer of a wheel; hits that expire before it are filed under it (D3).
local function pointer(batch, scope)
  local number = batch.next[scope]
  if not number then
    number = tonumber(redis.call('GET', next_key(batch.lane, scope)) or '-inf')
    batch.next[scope] = number
  end
  return number
end

local function new_client(batch, ck, alias, filter)
  batch.clients[ck] = { ck = ck, sk = alias or ck, filter = filter or '', fresh = {}, hashes = {}, fields = {} }
end

local function load_client(batch, ck)
  if not batch.clients[ck] then
    new_client(batch, ck, redis.call('GET', alias_key(batch.lane, ck)), redis.call('GET', filter_key(batch.lane, ck)))
  end
  return batch.clients[ck]
end

-- The session key that owns an identifier, or false.
local function owner_of(batch, name)
  local owner = batch.owners[name]
  if owner == nil then
    owner = redis.call('GET', identifier_key(batch.lane, name))
    batch.owners[name] = owner
  end
  return owner
end

-- Reads clients and owners of all hits at once.
local function prefetch(batch, client_keys, names)
  local lane, aliases, filters, owners = batch.lane, {}, {}, {}
  if #client_keys == 0 then return end
  for index, ck in ipairs(client_keys) do aliases[index], filters[index] = alias_key(lane, ck), filter_key(lane, ck) end
  local alias_values, filter_values = redis.call('MGET', unpack(aliases)), redis.call('MGET', unpack(filters))
  for index, ck in ipairs(client_keys) do new_client(batch, ck, alias_values[index], filter_values[index]) end
  if #names == 0 then return end
  for index, name in ipairs(names) do owners[index] = identifier_key(lane, name) end
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
    part = read_part(not session.is_new and redis.call('HGET', session_key(batch.lane, session.sk), 'raw:' .. ck))
    session.parts[ck] = part
  end
  return part
end

-- The open session of this key, or nil.
local function load_session(batch, sk)
  local session = batch.sessions[sk]
  if session ~= nil then return session or nil end
  local stored = redis.call('HMGET', session_key(batch.lane, sk), 'v', 'f', 'of', 'joins')
  if not stored[1] then
    batch.sessions[sk] = false
    return nil
  end
  local own
  session, own = unpack_numbers(stored[1])
  session.sk, session.first_id, session.of, session.joins = sk, stored[2], stored[3], stored[4] or nil
  session.scope, session.open, session.filed = scope_of(stored[3]), name_of(stored[3]), session.exp
  session.parts[sk] = own
  batch.sessions[sk] = session
  return session
end

local function bytewise_less(a, b)
  for index = 1, math.min(#a, #b) do
    local left, right = string.byte(a, index), string.byte(b, index)
    if left ~= right then return left < right end
  end
  return #a < #b
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
    gen = hit.hash, late = late, duplicates = 0, late_hits = 0, of = hit.property.of, scope = hit.property.scope,
    open = hit.property.open, parts = { [sk] = { bytes = 0, count = 0 } }, is_new = true, moved_first = true,
  }
  batch.sessions[sk] = session
  return session
end

local function write_filter(batch, client)
  local key, added = filter_key(batch.lane, client.ck), table.concat(client.hashes)
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
    if #client.fields > 0 then redis.call('HSET', hits_key(batch.lane, ck), unpack(client.fields)) end
    if #client.hashes > 0 then write_filter(batch, client) end
  end
end

local function note_compaction(batch, session)
  for ck, part in pairs(session.parts) do
    if part.bytes >= COMPACT_FROM_BYTES or part.count >= COMPACT_FROM_HITS then
      redis.call('ZADD', compaction_key(batch.lane), part.bytes, ck)
    end
  end
end

local function write_session(batch, session)
  local fields = { 'v', pack_numbers(session) }
  if session.moved_first then append(fields, 'f', session.first_id) end
  if session.is_new then append(fields, 'of', session.of) end
  if session.joins then append(fields, 'joins', session.joins) end
  for ck, part in pairs(session.parts) do
    if ck ~= session.sk then append(fields, 'raw:' .. ck, struct.pack(PART, part.bytes, part.count)) end
  end
  for _, name in ipairs(batch.claimed[session.sk] or {}) do append(fields, 'i:' .. name, '') end
  redis.call('HSET', session_key(batch.lane, session.sk), unpack(fields))
  note_compaction(batch, session)
end

local function file_session(batch, session, moves)
  local lane, moved = batch.lane, session.filed ~= session.exp
  append_at(moves.listed, open_key(lane, session.open), session.last, session.sk)
  if session.filed and moved then append_at(moves.left, bucket_key(lane, session.scope, session.filed), session.sk) end
  if moved or session.moved_first then
    append_at(moves.entered, bucket_key(lane, session.scope, session.exp), session.first, session.sk)
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
    redis.call('ZADD', buckets_key(lane, scope), unpack(members))
  end
end

local function write_claims(batch)
  local values = {}
  for name, sk in pairs(batch.claims) do append(values, identifier_key(batch.lane, name), sk) end
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
  for open, bytes in pairs(batch.added_bytes) do redis.call('HINCRBY', bytes_key(batch.lane), open, whole(bytes)) end
  batch.clients, batch.sessions, batch.owners, batch.claims, batch.claimed, batch.added_bytes = {}, {}, {}, {}, {}, {}
end
`;
