/**
 * Where things lie (sessions §12.2). KEYS[1] of every call is `<prefix>:{p<NN>}:`: it routes the call to the slot and begins every key.
 * Three things differ from the table there: buckets are sorted by first hit, so that they close in the order of D14, a session is one text
 * (library/packing.ts), and the identifiers that it owns lie in that text while they are few.
 */
export const PLACES = String.raw`
-- What is registered, by name: a chunk has room for 200 locals.
local calls = {}

local function whole(number) return string.format('%.0f', number) end

local function lane_of(partition, name)
  return { partition = partition, name = name, prefix = partition .. name .. ':' }
end

-- Keys, by what lies there.
local place = {}
function place.session(lane, sk) return lane.prefix .. 's:' .. sk end
function place.entries(lane, sk) return lane.prefix .. 'i:' .. sk end
function place.group(lane, sk) return lane.prefix .. 'as:' .. sk end
function place.alias(lane, ck) return lane.prefix .. 'al:' .. ck end
function place.hits(lane, ck) return lane.prefix .. 'h:' .. ck end
function place.segments(lane, ck) return lane.prefix .. 'c:' .. ck end
function place.filter(lane, ck) return lane.prefix .. 'd:' .. ck end
function place.users_of(lane, ck) return lane.prefix .. 'uc:' .. ck end
function place.clients_of(lane, user) return lane.prefix .. 'u:' .. user end
function place.headers(lane, ck) return lane.prefix .. 'z:' .. ck end
function place.identifier(lane, name) return lane.prefix .. 'id:' .. name end
function place.bucket(lane, scope, number) return lane.prefix .. 'b:' .. scope .. ':' .. whole(number) end
function place.buckets(lane, scope) return lane.prefix .. 'bidx:' .. scope end
function place.next(lane, scope) return lane.prefix .. 'next:' .. scope end
function place.watermarks(lane, scope) return lane.prefix .. 'wm:' .. scope end
function place.forgetting(lane) return lane.prefix .. 'zx' end
function place.closing_times(lane) return lane.prefix .. 'qt' end
function place.cap_times(lane) return lane.prefix .. 'hx' end
function place.open(lane, property) return lane.prefix .. 'o:' .. property end
function place.queue(lane) return lane.prefix .. 'q' end
function place.closing(lane, close_id) return lane.prefix .. 'cl:' .. close_id end
function place.notices(lane) return lane.prefix .. 'nt' end
function place.notice_order(lane) return lane.prefix .. 'nq' end
function place.blocked(lane) return lane.prefix .. 'sat' end
function place.open_bytes(lane) return lane.prefix .. 'ob' end
function place.caps(lane) return lane.prefix .. 'hc' end
function place.compaction(lane) return lane.prefix .. 'cq' end

local SESSION_KEY_LENGTH = 22

-- The interpreter spreads some thousand values at most.
local UNPACKED_MAX = 1000

-- A command on a key with so many values that they may not go into one.
local function call_in_portions(command, key, values)
  for from = 1, #values, UNPACKED_MAX do
    redis.call(command, key, unpack(values, from, math.min(from + UNPACKED_MAX - 1, #values)))
  end
end

local function read_fields(key)
  local flat, fields = redis.call('HGETALL', key), {}
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  return fields
end

local function write_fields(key, fields)
  local flat = {}
  for name, value in pairs(fields) do
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  call_in_portions('HSET', key, flat)
end

local function scope_of(property) return string.sub(property, 1, string.find(property, ' ', 1, true) - 1) end
local function name_of(property) return string.sub(property, string.find(property, ' ', 1, true) + 1) end

-- Fields of hits: 'u' and the 16 bytes of a UUID, or 't' and the text of any other id.
local function id_text(field)
  if string.sub(field, 1, 1) == 't' then return string.sub(field, 2) end
  local hex = string.gsub(string.sub(field, 2), '[%z\1-\255]', function(byte) return string.format('%02x', string.byte(byte)) end)
  return (string.gsub(hex, '^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x+)$', '%1-%2-%3-%4-%5'))
end

local function server_now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
`;
