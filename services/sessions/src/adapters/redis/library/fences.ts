/** What may go on: the position of a source, the epoch of a lease, a rebuild (sessions §12.3, §12.5; design §3.17). */
export const FENCES = String.raw`
local REBUILD, LAYOUT_OF = 'rebuild', 'layout'

local function bytewise_less(a, b)
  for index = 1, math.min(#a, #b) do
    local left, right = string.byte(a, index), string.byte(b, index)
    if left ~= right then return left < right end
  end
  return #a < #b
end

-- Numbers of leases and of the stream are given again after a restore: they are kept as <incarnation>/<number>.
local function numbered(text)
  local incarnation, number = string.match(text, '^(.*)/(%d+)$')
  return incarnation, tonumber(number)
end

local function is_older(fence, seen)
  local incarnation, epoch = numbered(fence)
  local incarnation_seen, epoch_seen = numbered(seen)
  if incarnation ~= incarnation_seen then return bytewise_less(incarnation, incarnation_seen) end
  return epoch < epoch_seen
end

-- An epoch that is older than one seen belongs to an owner that lost its lease; of two incarnations of the leases the later one counts.
-- Empty: given by nobody in particular.
local function outdated(partition, source, fence)
  if fence == '' then return nil end
  local key = partition .. 'epoch'
  local seen = redis.call('HGET', key, source)
  if seen == fence then return nil end
  if seen and is_older(fence, seen) then return redis.error_reply('OUTDATED_EPOCH ' .. fence .. ' is older than ' .. seen) end
  redis.call('HSET', key, source, fence)
  return nil
end

-- What another version of this library stored is read by nobody: it is rebuilt from the streams, as what was lost is.
local function rebuild_token(partition)
  local token, layout = unpack(redis.call('MGET', partition .. REBUILD, partition .. LAYOUT_OF))
  if token or layout == LAYOUT then return token end
  return redis.call('EXISTS', partition .. 'pos') == 1 and 'stored by another version'
end

-- Nil when the call may be applied; else what to answer.
local function misplaced(partition, call)
  local token = rebuild_token(partition)
  if call.rebuild then
    if token == call.rebuild then return nil end
    return { 'state_lost' }
  end
  if token then return { 'state_lost' } end
  local stored = redis.call('HGET', partition .. 'pos', call.source)
  if not stored then return call.previous ~= 0 and { 'state_lost' } or nil end
  local incarnation, at = numbered(stored)
  -- What was taken from another incarnation of the stream says nothing of this one.
  if incarnation ~= call.incarnation then return { 'state_lost' } end
  if at == call.previous then return nil end
  return { at > call.previous and 'already_applied' or 'state_lost', whole(at) }
end

local function move_position(partition, call)
  if call.rebuild or call.next == call.previous then return end
  redis.call('HSET', partition .. 'pos', call.source, call.incarnation .. '/' .. whole(call.next))
  redis.call('SETNX', partition .. LAYOUT_OF, LAYOUT)
end
`;
