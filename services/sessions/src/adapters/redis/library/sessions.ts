/**
 * The sessions that a call touches. Each is read once and written once; moves between buckets and lists are gathered
 * and made together by `flush`. What is stored of one client of the group lies in the field `raw:<ck>`: bytes and number of raw hits.
 */
export const SESSIONS = String.raw`
local COMPACT_FROM_BYTES = 16384
local COMPACT_FROM_HITS = 256
local FILTER_BYTES_MAX = 160 * 1024
local ID_HASH_BYTES = 8

local function begin_batch(lane, retention_ms)
  return {
    lane = lane, retention_ms = retention_ms,
    clients = {}, sessions = {}, next = {}, added_bytes = {}, merges = 0, notices = {},
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

local function load_client(batch, ck)
  local client = batch.clients[ck]
  if client then return client end
  client = {
    ck = ck, fresh = {}, hashes = {}, fields = {},
    filter = redis.call('GET', filter_key(batch.lane, ck)) or '',
    sk = redis.call('GET', alias_key(batch.lane, ck)) or ck,
  }
  batch.clients[ck] = client
  return client
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

local function parse_part(text)
  local bytes, count = string.match(text or '0 0', '^(%d+) (%d+)$')
  return { bytes = tonumber(bytes), count = tonumber(count) }
end

local function load_part(batch, session, ck)
  local part = session.parts[ck]
  if not part then
    part = parse_part(redis.call('HGET', session_key(batch.lane, session.sk), 'raw:' .. ck))
    session.parts[ck] = part
  end
  return part
end

-- The open session of this key, or nil. The part of client ck is read along with it.
local function load_session(batch, sk, ck)
  local session = batch.sessions[sk]
  if session ~= nil then return session or nil end
  local v = redis.call('HMGET', session_key(batch.lane, sk), 'first', 'firstSeq', 'firstId', 'last', 'exp', 'hits', 'bytes',
    'rawBytes', 'gen', 'late', 'duplicates', 'lateHits', 'joins', 'scope', 'open', 'raw:' .. ck)
  if not v[1] then
    batch.sessions[sk] = false
    return nil
  end
  session = {
    sk = sk, first = tonumber(v[1]), first_seq = tonumber(v[2]), first_id = v[3], last = tonumber(v[4]), exp = tonumber(v[5]),
    hits = tonumber(v[6]), bytes = tonumber(v[7]), raw_bytes = tonumber(v[8]), gen = v[9], late = v[10] == '1',
    duplicates = tonumber(v[11]), late_hits = tonumber(v[12]), joins = v[13] or nil, scope = v[14], open = v[15], parts = {},
    filed = tonumber(v[5]),
  }
  if v[16] then session.parts[ck] = parse_part(v[16]) end
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
    raw_bytes = 0, gen = hit.hash, late = late, duplicates = 0, late_hits = 0, scope = hit.property.scope,
    open = hit.property.open, property = hit.property, parts = {}, is_new = true,
  }
  batch.sessions[sk] = session
  return session
end

local function append(list, ...)
  for index = 1, select('#', ...) do list[#list + 1] = (select(index, ...)) end
end

local function append_at(lists, key, ...)
  lists[key] = lists[key] or {}
  append(lists[key], ...)
end

local function append_to_filter(batch, client)
  local key = filter_key(batch.lane, client.ck)
  local length = redis.call('APPEND', key, table.concat(client.hashes))
  if length > FILTER_BYTES_MAX then
    local keep = math.floor(length / ID_HASH_BYTES / 2) * ID_HASH_BYTES
    redis.call('SET', key, redis.call('GETRANGE', key, -keep, -1))
  end
  redis.call('PEXPIRE', key, batch.retention_ms)
end

local function flush_clients(batch)
  for ck, client in pairs(batch.clients) do
    if #client.fields > 0 then redis.call('HSET', hits_key(batch.lane, ck), unpack(client.fields)) end
    if #client.hashes > 0 then append_to_filter(batch, client) end
  end
end

local function write_session(batch, session)
  local v = {
    'first', whole(session.first), 'firstSeq', whole(session.first_seq), 'firstId', session.first_id, 'last', whole(session.last),
    'exp', whole(session.exp), 'hits', session.hits, 'bytes', session.bytes, 'rawBytes', session.raw_bytes,
    'duplicates', session.duplicates, 'lateHits', session.late_hits,
  }
  if session.is_new then
    append(v, 'gen', session.gen, 'late', session.late and '1' or '0', 'scope', session.scope, 'open', session.open,
      'namespace', session.property.namespace, 'property', session.property.id)
  end
  if session.joins then append(v, 'joins', session.joins) end
  for ck, part in pairs(session.parts) do
    append(v, 'raw:' .. ck, part.bytes .. ' ' .. part.count)
    if part.bytes >= COMPACT_FROM_BYTES or part.count >= COMPACT_FROM_HITS then
      redis.call('ZADD', compaction_key(batch.lane), part.bytes, ck)
    end
  end
  redis.call('HSET', session_key(batch.lane, session.sk), unpack(v))
end

-- Writes what the batch gathered and forgets it, so that what follows reads the server.
local function flush(batch)
  local lane = batch.lane
  flush_clients(batch)
  local left, entered, listed, indexed = {}, {}, {}, {}
  for sk, session in pairs(batch.sessions) do
    if session and session.dirty then
      write_session(batch, session)
      append_at(listed, open_key(lane, session.open), session.last, sk)
      if session.filed and session.filed ~= session.exp then append_at(left, bucket_key(lane, session.scope, session.filed), sk) end
      if session.filed ~= session.exp or session.moved_first then
        append_at(entered, bucket_key(lane, session.scope, session.exp), session.first, sk)
      end
      if session.filed ~= session.exp then
        indexed[session.scope] = indexed[session.scope] or {}
        indexed[session.scope][session.exp] = true
      end
    end
  end
  for key, members in pairs(left) do redis.call('ZREM', key, unpack(members)) end
  for key, members in pairs(entered) do redis.call('ZADD', key, unpack(members)) end
  for key, members in pairs(listed) do redis.call('ZADD', key, unpack(members)) end
  for scope, numbers in pairs(indexed) do
    for number in pairs(numbers) do redis.call('ZADD', buckets_key(lane, scope), whole(number), whole(number)) end
  end
  for open, bytes in pairs(batch.added_bytes) do redis.call('HINCRBY', bytes_key(lane), open, whole(bytes)) end
  batch.added_bytes = {}
  batch.clients, batch.sessions = {}, {}
end
`;
