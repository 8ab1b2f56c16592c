/** What may go on: the position of a source, the epoch of a lease, a rebuild (sessions §12.3, §12.5). */
export const FENCES = String.raw`
local REBUILD = 'rebuild'

-- An epoch that is older than one seen belongs to an owner that lost its lease; 0: given by nobody in particular.
local function outdated(partition, source, epoch)
  if epoch == 0 then return nil end
  local key = partition .. 'epoch'
  local seen = tonumber(redis.call('HGET', key, source) or 0)
  if epoch < seen then return redis.error_reply('OUTDATED_EPOCH ' .. whole(epoch) .. ' is older than ' .. whole(seen)) end
  if epoch > seen then redis.call('HSET', key, source, whole(epoch)) end
  return nil
end

local function rebuild_token(partition) return redis.call('GET', partition .. REBUILD) end

-- Nil when the call may be applied; else what to answer.
local function misplaced(partition, call)
  local token = rebuild_token(partition)
  if call.rebuild then
    if token == call.rebuild then return nil end
    return { 'state_lost' }
  end
  if token then return { 'state_lost' } end
  local stored = redis.call('HGET', partition .. 'pos', call.source)
  local at = tonumber(stored or 0)
  if at == call.previous then return nil end
  if at > call.previous then return { 'already_applied', stored } end
  return { 'state_lost', stored }
end

local function move_position(partition, call)
  if call.rebuild or call.next == call.previous then return end
  redis.call('HSET', partition .. 'pos', call.source, whole(call.next))
end
`;
