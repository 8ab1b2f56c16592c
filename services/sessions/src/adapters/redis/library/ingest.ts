/** `ingest` and `ping`: hits, watermarks and the position of a source in one step (sessions §12.3, §12.5, D4, D5). */
export const INGEST = String.raw`
local function create_pointers(batch, first_buckets)
  for scope, number in pairs(first_buckets) do redis.call('SETNX', place.next(batch.lane, scope), whole(number)) end
end

local function move_watermarks(lane, source, watermarks)
  for scope, text in pairs(watermarks) do
    local key = place.watermarks(lane, scope)
    local stored = redis.call('HGET', key, source)
    if not stored or tonumber(text) > tonumber(stored) then redis.call('HSET', key, source, text) end
  end
end

local function read_hits(call, args)
  local properties, hits, at = {}, {}, 1
  for index, packed in ipairs(call.properties) do properties[index] = read_property(packed) end
  for index = 3, #args, 2 do
    local hit
    hit, at = read_hit(args[2], at, properties)
    hit.field, hit.encoded = args[index], args[index + 1]
    hits[#hits + 1] = hit
  end
  return hits
end

local function prefetch_for(batch, hits)
  local client_keys, names, known = {}, {}, {}
  local function note(list, key)
    if key and not known[key] then
      known[key] = true
      list[#list + 1] = key
    end
  end
  for _, hit in ipairs(hits) do
    note(client_keys, hit.ck)
    for _, identifier in ipairs(hit.identifiers) do
      note(names, identifier.name)
      note(names, identifier.earlier)
    end
  end
  prefetch(batch, client_keys, names)
end

local function take_hits(batch, hits)
  local outcomes, keys, capped = {}, {}, {}
  for index, hit in ipairs(hits) do
    local is_capped
    outcomes[index], keys[index], is_capped = take_hit(batch, hit)
    if is_capped then capped[#capped + 1] = index end
  end
  return outcomes, keys, capped
end

function calls.ingest(keys, args)
  local partition = keys[1]
  local call = cjson.decode(args[1])
  local refused = outdated(partition, call.source, call.fence)
  if refused then return refused end
  local instead = misplaced(partition, call)
  if instead then return instead end
  local batch = begin_batch(lane_of(partition, call.lane), call.retention_ms)
  redis.call('SADD', partition .. 'lanes', call.lane)
  create_pointers(batch, call.first_buckets)
  local hits = read_hits(call, args)
  prefetch_for(batch, hits)
  local outcomes, session_keys, capped = take_hits(batch, hits)
  flush(batch)
  write_notices(batch)
  move_watermarks(batch.lane, call.source, call.watermarks)
  move_position(partition, call)
  return { 'applied', batch.merges, outcomes, session_keys, capped, batch.opened }
end
`;
