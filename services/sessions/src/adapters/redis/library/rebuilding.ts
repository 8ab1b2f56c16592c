/** Filling a lost state partition from the streams (sessions §12.5). Nothing else is applied and nothing closes while its token is set. */
export const REBUILDING = String.raw`
local WIPE_KEEPS = { [REBUILD] = true, epoch = true, versions = true }

-- state, fence, token
function calls.begin_rebuild(keys, args)
  local refused = outdated(keys[1], args[1], args[2])
  if refused then return refused end
  redis.call('SET', keys[1] .. REBUILD, args[3])
  return 'OK'
end

-- token, keys without the partition's prefix; a rebuild that was replaced wipes nothing more
function calls.wipe(keys, args)
  if rebuild_token(keys[1]) ~= args[1] then return 0 end
  for index = 2, #args do
    if not WIPE_KEEPS[args[index]] then redis.call('UNLINK', keys[1] .. args[index]) end
  end
  return 1
end

-- JSON {token, lane, sessionId, clientKeys, header, keepUntilMs, retention_ms, filters: [client key, number of hashes]…}, all hashes
function calls.seed_closed(keys, args)
  local call = cjson.decode(args[1])
  if rebuild_token(keys[1]) ~= call.token then return 0 end
  local lane = lane_of(keys[1], call.lane)
  redis.call('SADD', keys[1] .. 'lanes', call.lane)
  local batch, at = begin_batch(lane, call.retention_ms), 1
  for _, filter in ipairs(call.filters) do
    local client = load_client(batch, filter[1])
    for _ = 1, filter[2] do
      local hash = string.sub(args[2], at, at + ID_HASH_BYTES - 1)
      if not seen(client, hash) then
        client.fresh[hash] = true
        append(client.hashes, hash)
      end
      at = at + ID_HASH_BYTES
    end
  end
  flush(batch)
  write_headers(lane, { { clientKeys = call.clientKeys, sessionId = call.sessionId, header = call.header } }, whole(call.keepUntilMs))
  return 1
end

-- token, source, <incarnation>/<sequence>, source, <incarnation>/<sequence> …
function calls.finish_rebuild(keys, args)
  if rebuild_token(keys[1]) ~= args[1] then return 0 end
  for index = 2, #args, 2 do redis.call('HSET', keys[1] .. 'pos', args[index], args[index + 1]) end
  redis.call('SET', keys[1] .. LAYOUT_OF, LAYOUT)
  redis.call('DEL', keys[1] .. REBUILD)
  return 1
end
`;
