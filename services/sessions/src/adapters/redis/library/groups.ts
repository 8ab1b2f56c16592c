/** Taking clients out of a session: hits are kept per client and never move, so only counters, identifiers and aliases do (sessions §12.2). */
export const GROUPS = String.raw`
local function set_of(list)
  local set = {}
  for _, value in ipairs(list) do set[value] = true end
  return set
end

local function read_group(lane, sk)
  local session = read_session(lane, sk)
  if not session then return nil end
  local entries = read_entries(lane, session)
  local group = { sk = sk, session = session, entries = entries, parts = {} }
  group.aliases = redis.call('SMEMBERS', place.group(lane, sk))
  for _, ck in ipairs(group.aliases) do group.parts[ck] = unpack_part(entries['raw:' .. ck]) end
  local own = entries['raw:' .. sk] and unpack_part(entries['raw:' .. sk]) or part_of(session)
  own.raw_bytes, own.raw_count = session.raw_bytes, session.raw_count
  group.parts[sk] = own
  return group
end

local function precedes(a, b) return begins_before(a.first, a.first_seq, a.first_id, b) end

-- The numbers of a session made of these parts.
local function sum_parts(parts, sk, base)
  local sum
  for _, part in pairs(parts) do
    if not sum then
      sum = { first = part.first, first_seq = part.first_seq, first_id = part.first_id, last = part.last, exp = part.exp, hits = 0, bytes = 0 }
    elseif precedes(part, sum) then
      sum.first, sum.first_seq, sum.first_id = part.first, part.first_seq, part.first_id
    end
    sum.last, sum.exp = math.max(sum.last, part.last), math.max(sum.exp, part.exp)
    sum.hits, sum.bytes = sum.hits + part.hits, sum.bytes + part.bytes
  end
  sum.raw_bytes, sum.raw_count = parts[sk].raw_bytes, parts[sk].raw_count
  sum.duplicates, sum.late_hits, sum.late, sum.gen = base.duplicates, base.late_hits, base.late, base.gen
  sum.sk, sum.entries = sk, ''
  return sum
end

local function joins_of(group, parts, sk)
  local joins = {}
  for _, join in ipairs(decode_joins(group.session)) do
    if parts[join[1]] and join[1] ~= sk then joins[#joins + 1] = join end
  end
  return #joins > 0 and cjson.encode(joins) or '[]'
end

-- Stores a session of these parts under its key, with aliases and places.
local function write_group(lane, group, sk, parts, base, names)
  local scope, open = group.session.scope, group.session.open
  local s, entries, aliases = sum_parts(parts, sk, base), {}, {}
  s.exp = math.max(s.exp, tonumber(redis.call('GET', place.next(lane, scope)) or '-inf'))
  s.of = group.session.of
  for ck in pairs(parts) do
    if ck ~= sk then aliases[#aliases + 1] = ck end
  end
  redis.call('DEL', place.alias(lane, sk))
  if #aliases > 0 then
    s.joins = joins_of(group, parts, sk)
    for ck, part in pairs(parts) do entries['raw:' .. ck] = pack_part(part) end
    for _, ck in ipairs(aliases) do
      redis.call('SADD', place.group(lane, sk), ck)
      redis.call('SET', place.alias(lane, ck), sk)
    end
  end
  for name, shown_by in pairs(names) do
    entries['i:' .. name] = shown_by == sk and '' or shown_by
    redis.call('SET', place.identifier(lane, name), sk)
  end
  write_entries(lane, s, entries)
  store_session(lane, s)
  redis.call('ZADD', place.bucket(lane, scope, s.exp), s.first, sk)
  redis.call('ZADD', place.buckets(lane, scope), whole(s.exp), whole(s.exp))
  redis.call('ZADD', place.open(lane, open), s.last, sk)
end

-- Who of those that showed an identifier leaves, and who stays.
local function divide(shown_by, sk, leaving)
  if shown_by == '' then shown_by = sk end
  local going, staying = '', ''
  for at = 1, #shown_by, SESSION_KEY_LENGTH do
    local ck = string.sub(shown_by, at, at + SESSION_KEY_LENGTH - 1)
    if leaving[ck] then going = going .. ck else staying = staying .. ck end
  end
  return going, staying
end

local function block(lane, name, last_ms)
  redis.call('ZADD', place.blocked(lane), whole(last_ms + BLOCKED_MS), name)
  redis.call('DEL', place.identifier(lane, name))
end

-- Identifiers that clients of both sides showed: 'shared' says what becomes of them.
local function divide_identifiers(lane, group, leaving, shared)
  local going_names, staying_names = {}, {}
  for entry, shown_by in pairs(group.entries) do
    if string.sub(entry, 1, 2) == 'i:' then
      local name = string.sub(entry, 3)
      local going, staying = divide(shown_by, group.sk, leaving)
      if going ~= '' and staying ~= '' and shared == 'block' then
        block(lane, name, group.session.last)
      elseif staying ~= '' and (going == '' or shared == 'stay') then
        staying_names[name] = staying
      else
        going_names[name] = going
      end
    end
  end
  return going_names, staying_names
end

local function earliest_of(parts)
  local earliest
  for ck, part in pairs(parts) do
    if not earliest or precedes(part, parts[earliest]) then earliest = ck end
  end
  return earliest
end

-- Divides a session: clients of 'leaving' get one of their own, keyed by the one that came first.
local function divide_group(lane, group, leaving, shared)
  local going, staying = {}, {}
  for ck, part in pairs(group.parts) do
    if leaving[ck] then going[ck] = part else staying[ck] = part end
  end
  local key = earliest_of(going)
  local going_names, staying_names = divide_identifiers(lane, group, leaving, shared)
  redis.call('DEL', place.session(lane, group.sk), place.entries(lane, group.sk), place.group(lane, group.sk))
  redis.call('ZREM', place.bucket(lane, group.session.scope, group.session.exp), group.sk)
  write_group(lane, group, group.sk, staying, group.session, staying_names)
  local gen = string.sub(redis.sha1hex(going[key].first_id), 1, ID_HASH_BYTES)
  write_group(lane, group, key, going, { duplicates = 0, late_hits = 0, late = false, gen = gen }, going_names)
  return key
end

-- Takes one client out; when it is the one that gave the session its key, the others leave instead.
local function take_out(lane, group, ck, shared)
  if ck ~= group.sk then return divide_group(lane, group, { [ck] = true }, shared == 'with_others' and 'stay' or shared) end
  return divide_group(lane, group, set_of(group.aliases), shared == 'with_others' and 'go' or shared)
end
`;
