/** One hit on its way into the session of its client (sessions §12.3 "ingest"). */
export const HITS = String.raw`
local function read_property(p)
  return {
    namespace = p[1], id = p[2], of = p[3], scope = scope_of(p[3]), open = name_of(p[3]), caps = { hits = p[4], ms = p[5], bytes = p[6] },
    clients_max = p[7], sessions_max = p[8] or nil, bytes_max = p[9] or nil, announce = p[10],
  }
end

-- Property, received time, sequence in the request, size, expiry, control, identifiers; hash of the id, client key, user or nothing.
local HIT = '>I2ddddBBc8c22I2c0'
-- <type>:<hash>, and another of the same type that is only looked up, or nothing.
local IDENTIFIER = '>I2c0I2c0'
local CONTROLS = { 'session_start', 'session_end' }

local function read_identifiers(packed, at, count)
  local identifiers, name, earlier = {}, nil, nil
  for index = 1, count do
    name, earlier, at = struct.unpack(IDENTIFIER, packed, at)
    identifiers[index] = { name = name, earlier = earlier ~= '' and earlier or nil }
  end
  return identifiers, at
end

-- Answers also where the next hit begins.
local function read_hit(packed, at, properties)
  local property, at_ms, seq, bytes, expiry, control, count, hash, ck, user, identifiers
  property, at_ms, seq, bytes, expiry, control, count, hash, ck, user, at = struct.unpack(HIT, packed, at)
  identifiers, at = read_identifiers(packed, at, count)
  return {
    property = properties[property], ck = ck, at = at_ms, seq = seq, bytes = bytes, expiry = expiry, identifiers = identifiers,
    control = CONTROLS[control], user = user ~= '' and user or nil, hash = hash,
  }, at
end

local function live_owner(batch, name)
  if is_blocked(batch, name) then return nil end
  local owner = owner_of(batch, name)
  return owner and load_session(batch, owner) and owner or nil
end

-- Keys of the open sessions that the hit would land in or bring together.
local function reached(batch, hit, sk)
  local keys = {}
  if load_session(batch, sk) then keys[#keys + 1] = sk end
  for _, identifier in ipairs(hit.identifiers) do
    keys[#keys + 1] = live_owner(batch, identifier.name)
    if identifier.earlier then keys[#keys + 1] = live_owner(batch, identifier.earlier) end
  end
  return keys
end

local function close_in_batch(batch, sk, cause)
  flush(batch)
  freeze(batch.lane, sk, cause)
end

local function is_over_bytes(batch, hit)
  local p = hit.property
  if not p.bytes_max then return false end
  local stored = tonumber(redis.call('HGET', place.open_bytes(batch.lane), p.open) or 0)
  return stored + (batch.added_bytes[p.open] or 0) + hit.bytes > p.bytes_max
end

local function is_over_sessions(batch, hit)
  local p = hit.property
  if not p.sessions_max then return false end
  local opened = 0
  for _, session in pairs(batch.sessions) do
    if session and session.is_new and session.open == p.open then opened = opened + 1 end
  end
  return redis.call('ZCARD', place.open(batch.lane, p.open)) + opened >= p.sessions_max
end

-- Nil when the hit may be stored; else what becomes of it instead.
local function turned_away(batch, hit, sk)
  local p = hit.property
  if not (p.bytes_max or p.sessions_max) then return nil end
  if is_over_bytes(batch, hit) then return 'refused' end
  if #reached(batch, hit, sk) > 0 then return nil end
  return is_over_sessions(batch, hit) and 'refused' or nil
end

local function announce_opened(batch, hit, session)
  leave_notice(batch, 'opened.' .. session.sk .. '.' .. redis.sha1hex(hit.field), {
    kind = 'opened', namespace = hit.property.namespace, propertyId = hit.property.id, sessionKey = session.sk,
    firstHitId = id_text(hit.field), startedAtMs = hit.at, expiresAtBucket = session.exp,
  })
end

local function add_hit(batch, client, session, hit, is_late)
  local exp_min = pointer(batch, session.scope)
  count_hit(session, hit, exp_min)
  if is_late then session.late_hits = session.late_hits + 1 end
  local part = session.joins and load_part(batch, session, hit.ck)
  if part then count_hit(part, hit, exp_min) end
  local raw = hit.ck == session.sk and session or part
  raw.raw_bytes, raw.raw_count = raw.raw_bytes + hit.bytes, raw.raw_count + 1
  session.dirty = true
  append(client.fields, hit.field, hit.encoded)
  append(client.hashes, hit.hash)
  client.fresh[hit.hash] = true
  if hit.user then note_user(client, hit.user) end
  batch.added_bytes[session.open] = (batch.added_bytes[session.open] or 0) + hit.bytes
end

local function has_reached_cap(session, caps)
  return session.hits >= caps.hits or session.last - session.first >= caps.ms or session.bytes >= caps.bytes
end

local function close_after(session, hit)
  if hit.control == 'session_end' then return 'session_end' end
  return has_reached_cap(session, hit.property.caps) and 'hard_cap' or nil
end

-- Returns outcome, session key, whether a cap closed it.
local function take_hit(batch, hit)
  local client = load_client(batch, hit.ck)
  if seen(client, hit.hash) then
    local session = load_session(batch, client.sk)
    if session then session.duplicates, session.dirty = session.duplicates + 1, true end
    return 'duplicate', client.sk, false
  end
  local away = turned_away(batch, hit, client.sk)
  if away then return away, client.sk, false end
  if hit.control == 'session_start' then
    for _, sk in ipairs(reached(batch, hit, client.sk)) do close_in_batch(batch, sk, 'session_start') end
    client = load_client(batch, hit.ck)
  end
  local sk = client.sk
  for _, identifier in ipairs(hit.identifiers) do sk = join(batch, hit, sk, identifier) end
  local is_late = hit.expiry < pointer(batch, hit.property.scope)
  local session = load_session(batch, sk)
  local opens = not session
  if opens then session = open_session(batch, sk, hit, is_late) end
  add_hit(batch, client, session, hit, is_late)
  if opens and hit.property.announce then announce_opened(batch, hit, session) end
  local cause = close_after(session, hit)
  if cause then close_in_batch(batch, sk, cause) end
  local outcome = sk ~= hit.ck and 'joined' or opens and is_late and 'late' or 'stored'
  return outcome, sk, cause == 'hard_cap'
end
`;
