/** Joins by identifiers: one session is folded into another, which lives on (D1, D10, D20, sessions §12.3 "merge", §15.4). */
export const MERGING = String.raw`
-- How long an identifier that gathered too many clients stays apart, in event time, unless told otherwise.
local BLOCKED_MS = 24 * 3600 * 1000

local function leave_notice(batch, id, notice)
  batch.notices[#batch.notices + 1] = { id, cjson.encode(notice) }
end

local function write_notices(batch)
  if #batch.notices == 0 then return end
  local order = place.notice_order(batch.lane)
  local last = redis.call('ZREVRANGE', order, 0, 0, 'WITHSCORES')
  local number = tonumber(last[2] or 0)
  for _, notice in ipairs(batch.notices) do
    number = number + 1
    if redis.call('HSETNX', place.notices(batch.lane), notice[1], notice[2]) == 1 then redis.call('ZADD', order, number, notice[1]) end
  end
end

local function type_and_hash(name) return string.match(name, '^([^:]*):(.*)$') end

local function is_blocked(batch, name)
  if batch.any_blocked == nil then batch.any_blocked = redis.call('EXISTS', place.blocked(batch.lane)) == 1 end
  return batch.any_blocked and redis.call('ZSCORE', place.blocked(batch.lane), name) ~= false
end

local function decode_joins(session)
  return session.joins and cjson.decode(session.joins) or {}
end

-- Clients that an identifier brought together: its first owner and all that joined by it.
local function gathered(session, name)
  local count = 1
  for _, join in ipairs(decode_joins(session)) do
    if join[2] .. ':' .. join[4] == name then count = count + 1 end
  end
  return count
end

local function saturate(batch, hit, identifier, clients)
  redis.call('ZADD', place.blocked(batch.lane), whole(hit.at + BLOCKED_MS), identifier.name)
  batch.any_blocked = true
  local kind, hash = type_and_hash(identifier.name)
  leave_notice(batch, 'saturated.' .. identifier.name, {
    kind = 'saturated', namespace = hit.property.namespace, propertyId = hit.property.id, identifierType = kind,
    identifierHash = hash, clients = clients, atMs = hit.at,
  })
end

local function owned_names(batch, session)
  local names = {}
  if session then
    for entry, shown_by in pairs(read_entries(batch.lane, session)) do
      if string.sub(entry, 1, 2) == 'i:' then names[string.sub(entry, 3)] = shown_by end
    end
  end
  return names
end

local function move_identifiers(batch, loser_sk, loser, winner_sk)
  local names = owned_names(batch, loser)
  for entry, shown_by in pairs(batch.shown[loser_sk] or {}) do names[string.sub(entry, 3)] = shown_by end
  batch.shown[loser_sk] = nil
  batch.shown[winner_sk] = batch.shown[winner_sk] or {}
  for name, shown_by in pairs(names) do
    batch.owners[name], batch.claims[name] = winner_sk, winner_sk
    batch.shown[winner_sk]['i:' .. name] = shown_by == '' and loser_sk or shown_by
  end
end

local function move_aliases(batch, loser, winner)
  local lane = batch.lane
  local moved = redis.call('SMEMBERS', place.group(lane, loser))
  moved[#moved + 1] = loser
  for _, ck in ipairs(moved) do
    redis.call('SET', place.alias(lane, ck), winner)
    if batch.clients[ck] then batch.clients[ck].sk = winner end
  end
  redis.call('SADD', place.group(lane, winner), unpack(moved))
  redis.call('DEL', place.group(lane, loser))
  return moved
end

local function fold_counters(from, into)
  if begins_before(from.first, from.first_seq, from.first_id, into) then
    into.first, into.first_seq, into.first_id, into.moved_first = from.first, from.first_seq, from.first_id, true
  end
  into.last = math.max(into.last, from.last)
  into.exp = math.max(into.exp, from.exp)
  into.hits, into.bytes = into.hits + from.hits, into.bytes + from.bytes
  into.duplicates, into.late_hits = into.duplicates + from.duplicates, into.late_hits + from.late_hits
end

-- What each client brought is kept apart from the first merge on, so that it can be taken out again.
local function keep_parts(batch, session, clients)
  if not session.joins then
    session.parts[session.sk] = part_of(session)
    return
  end
  for _, ck in ipairs(clients) do load_part(batch, session, ck) end
  local own = load_part(batch, session, session.sk)
  own.raw_bytes, own.raw_count = session.raw_bytes, session.raw_count
end

local function fold_session(batch, loser, winner, clients)
  local lane = batch.lane
  keep_parts(batch, loser, clients)
  for ck, part in pairs(loser.parts) do winner.parts[ck] = part end
  fold_counters(loser, winner)
  if not loser.is_new then
    redis.call('ZREM', place.bucket(lane, loser.scope, loser.filed), loser.sk)
    redis.call('ZREM', place.open(lane, loser.open), loser.sk)
    redis.call('DEL', place.session(lane, loser.sk), place.entries(lane, loser.sk))
  end
end

local function note_join(session, earlier, join)
  local joins = decode_joins(session)
  for _, each in ipairs(earlier) do joins[#joins + 1] = each end
  joins[#joins + 1] = join
  session.joins = cjson.encode(joins)
end

-- The session of 'loser', or its client alone when nothing of it is open yet, becomes part of the session of 'winner'.
local function merge(batch, loser_sk, winner, hit, identifier)
  local loser, kind, hash = load_session(batch, loser_sk), type_and_hash(identifier.name)
  move_identifiers(batch, loser_sk, loser, winner.sk)
  local clients = move_aliases(batch, loser_sk, winner.sk)
  if not winner.joins then keep_parts(batch, winner, {}) end
  if loser then fold_session(batch, loser, winner, clients) end
  note_join(winner, loser and decode_joins(loser) or {}, { loser_sk, kind, hit.at, hash })
  batch.sessions[loser_sk] = false
  winner.dirty = true
  batch.merges = batch.merges + 1
  leave_notice(batch, 'merged.' .. winner.sk .. '.' .. loser_sk .. '.' .. redis.sha1hex(hit.field), {
    kind = 'merged', namespace = hit.property.namespace, propertyId = hit.property.id, sessionKey = winner.sk,
    mergedSessionKey = loser_sk, identifierType = kind, identifierHash = hash, atMs = hit.at,
  })
end

-- Joins the owner of a claimed identifier; returns the surviving key.
local function follow(batch, hit, sk, owner, identifier)
  if not owner or owner == sk then return sk end
  local winner = load_session(batch, owner)
  if not winner then return sk end
  local clients = gathered(winner, identifier.name) + 1
  if clients > hit.property.clients_max then
    saturate(batch, hit, identifier, clients)
    return sk
  end
  merge(batch, sk, winner, hit, identifier)
  return owner
end

local function claim_identifier(batch, sk, name, ck)
  batch.owners[name], batch.claims[name] = sk, sk
  batch.shown[sk] = batch.shown[sk] or {}
  batch.shown[sk]['i:' .. name] = ck == sk and '' or ck
end

-- Who showed an identifier in a session of several clients: what only one of them showed goes with it when it is taken out.
local function note_shown(batch, sk, name, ck)
  local session = load_session(batch, sk)
  if not session or not session.joins then return end
  local entry = 'i:' .. name
  batch.shown[sk] = batch.shown[sk] or {}
  local shown_by = batch.shown[sk][entry] or read_entry(batch.lane, session, entry) or ''
  if shown_by == '' then shown_by = sk end
  if not string.find(shown_by, ck, 1, true) then shown_by = shown_by .. ck end
  batch.shown[sk][entry] = shown_by
end

-- Claims an identifier for the session or follows it to its owner (D10); yesterday's stamp is looked up, never claimed (D20).
local function join(batch, hit, sk, identifier)
  local name = identifier.name
  if is_blocked(batch, name) then return sk end
  local owner = owner_of(batch, name)
  sk = follow(batch, hit, sk, owner, identifier)
  if identifier.earlier and not is_blocked(batch, identifier.earlier) then
    sk = follow(batch, hit, sk, owner_of(batch, identifier.earlier), identifier)
  end
  if is_blocked(batch, name) then return sk end
  if owner then note_shown(batch, sk, name, hit.ck) else claim_identifier(batch, sk, name, hit.ck) end
  return sk
end
`;
