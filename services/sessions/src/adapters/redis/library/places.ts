/**
 * Where things lie (sessions §12.2). KEYS[1] of every call is `<prefix>:{p<NN>}:`: it routes the call to the slot and begins every key.
 * Two things differ from the table there: buckets are sorted by first hit, so that they close in the order of D14, and the identifiers that a
 * session owns are fields of it.
 */
export const PLACES = String.raw`
local function whole(number) return string.format('%.0f', number) end

local function lane_of(partition, name)
  return { partition = partition, name = name, prefix = partition .. name .. ':' }
end

local function session_key(lane, sk) return lane.prefix .. 's:' .. sk end
local function group_key(lane, sk) return lane.prefix .. 'as:' .. sk end
local function alias_key(lane, ck) return lane.prefix .. 'al:' .. ck end
local function hits_key(lane, ck) return lane.prefix .. 'h:' .. ck end
local function segments_key(lane, ck) return lane.prefix .. 'c:' .. ck end
local function filter_key(lane, ck) return lane.prefix .. 'd:' .. ck end
local function headers_key(lane, ck) return lane.prefix .. 'z:' .. ck end
local function identifier_key(lane, name) return lane.prefix .. 'id:' .. name end
local function bucket_key(lane, scope, number) return lane.prefix .. 'b:' .. scope .. ':' .. whole(number) end
local function buckets_key(lane, scope) return lane.prefix .. 'bidx:' .. scope end
local function next_key(lane, scope) return lane.prefix .. 'next:' .. scope end
local function watermarks_key(lane, scope) return lane.prefix .. 'wm:' .. scope end
local function forgetting_key(lane, scope) return lane.prefix .. 'zx:' .. scope end
local function closing_times_key(lane, scope) return lane.prefix .. 'qt:' .. scope end
local function cap_times_key(lane, scope) return lane.prefix .. 'hx:' .. scope end
local function open_key(lane, property) return lane.prefix .. 'o:' .. property end
local function queue_key(lane) return lane.prefix .. 'q' end
local function closing_key(lane, close_id) return lane.prefix .. 'cl:' .. close_id end
local function notices_key(lane) return lane.prefix .. 'nt' end
local function notice_order_key(lane) return lane.prefix .. 'nq' end
local function blocked_key(lane) return lane.prefix .. 'sat' end
local function bytes_key(lane) return lane.prefix .. 'ob' end
local function caps_key(lane) return lane.prefix .. 'hc' end
local function compaction_key(lane) return lane.prefix .. 'cq' end

local SESSION_KEY_LENGTH = 22

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
