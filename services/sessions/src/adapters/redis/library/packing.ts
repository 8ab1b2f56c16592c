/**
 * How a session is written: one text that is read and written together with others. Its entries are the identifiers it owns, `i:<type>:<hash>`
 * with the clients that showed them (empty: sk alone), and what each of several clients brought, `raw:<ck>`. Few lie in the text itself; where
 * they are many they are fields of a hash, so that one hit more does not write all of them again.
 */
export const PACKING = String.raw`
local ENTRIES_IN_TEXT_BYTES_MAX = 1024
local ID_HASH_BYTES = 8

-- first, last, expiry, sequence in the request of the first; hits, bytes; raw bytes and raw hits of the client sk itself;
-- duplicates, late hits, opened late; generation: the hash of the hit that opened it.
local NUMBERS = '>i6i6i6i4I4I6I6I4I4I4Bc8'
-- Then the first hit, scope and property, joins or nothing, and whether the entries lie apart; else they follow.
local SESSION = NUMBERS .. 'I4c0I4c0I4c0B'
local ENTRY = '>I4c0I4c0'

local function pack_numbers(s)
  return struct.pack(NUMBERS, s.first, s.last, s.exp, s.first_seq, s.hits, s.bytes, s.raw_bytes, s.raw_count, s.duplicates, s.late_hits,
    s.late and 1 or 0, s.gen)
end

local function unpack_numbers(text)
  local s, late = {}, 0
  s.first, s.last, s.exp, s.first_seq, s.hits, s.bytes, s.raw_bytes, s.raw_count, s.duplicates, s.late_hits, late, s.gen =
    struct.unpack(NUMBERS, text)
  s.late = late == 1
  return s
end

local function pack_session(s)
  local joins = s.joins or ''
  return struct.pack(SESSION, s.first, s.last, s.exp, s.first_seq, s.hits, s.bytes, s.raw_bytes, s.raw_count, s.duplicates, s.late_hits,
    s.late and 1 or 0, s.gen, #s.first_id, s.first_id, #s.of, s.of, #joins, joins, s.entries_apart and 1 or 0) .. s.entries
end

local function unpack_session(sk, text)
  local first, last, exp, first_seq, hits, bytes, raw_bytes, raw_count, duplicates, late_hits, late, gen, first_id, of, joins, apart, at =
    struct.unpack(SESSION, text)
  local space = string.find(of, ' ', 1, true)
  return {
    sk = sk, first = first, last = last, exp = exp, first_seq = first_seq, hits = hits, bytes = bytes, raw_bytes = raw_bytes,
    raw_count = raw_count, duplicates = duplicates, late_hits = late_hits, late = late == 1, gen = gen, first_id = first_id, of = of,
    joins = joins ~= '' and joins or nil, entries_apart = apart == 1, entries = string.sub(text, at), filed = exp, parts = {},
    scope = string.sub(of, 1, space - 1), open = string.sub(of, space + 1),
  }
end

-- The session of this key as the server has it, or nil.
local function read_session(lane, sk)
  local text = redis.call('GET', place.session(lane, sk))
  return text and unpack_session(sk, text) or nil
end

local function store_session(lane, session) redis.call('SET', place.session(lane, session.sk), pack_session(session)) end

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

local function pack_entries(entries)
  local texts = {}
  for name, value in pairs(entries) do texts[#texts + 1] = struct.pack(ENTRY, #name, name, #value, value) end
  return table.concat(texts)
end

local function unpack_entries(text)
  local entries, at, name, value = {}, 1, nil, nil
  while at <= #text do
    name, value, at = struct.unpack(ENTRY, text, at)
    entries[name] = value
  end
  return entries
end

local function read_entries(lane, session)
  if session.entries_apart then return read_fields(place.entries(lane, session.sk)) end
  return unpack_entries(session.entries)
end

-- One entry, or false or nil.
local function read_entry(lane, session, name)
  if session.entries_apart then return redis.call('HGET', place.entries(lane, session.sk), name) end
  return unpack_entries(session.entries)[name]
end

-- Adds and replaces; the session is to be stored after it.
local function write_entries(lane, session, changed)
  if not session.entries_apart then
    local entries = changed
    if session.entries ~= '' then
      entries = unpack_entries(session.entries)
      for name, value in pairs(changed) do entries[name] = value end
    end
    local text = pack_entries(entries)
    if #text <= ENTRIES_IN_TEXT_BYTES_MAX then
      session.entries = text
      return
    end
    session.entries_apart, session.entries, changed = true, '', entries
  end
  write_fields(place.entries(lane, session.sk), changed)
end
`;
