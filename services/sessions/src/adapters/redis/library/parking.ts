/** Putting back a proto-session that was set aside (D7). Setting it aside is `finish`, once its parts are published. */
export const PARKING = String.raw`
-- JSON of what a worker read of it, then hits and segments of its clients as counted there
function calls.unpark(keys, args)
  local call = cjson.decode(args[1])
  if rebuild_token(keys[1]) then return redis.error_reply('STATE_LOST the partition is being rebuilt') end
  local lane = lane_of(keys[1], call.lane)
  local frozen = place.closing(lane, call.closeId)
  if redis.call('EXISTS', frozen) == 1 then return 0 end
  local at, clients = 2, {}
  for _, part in ipairs(call.parts) do
    clients[#clients + 1] = part[1]
    for number = 1, part[2] do
      redis.call('HSET', frozen .. ':' .. part[1] .. ':h', number, args[at])
      at = at + 1
    end
    for _ = 1, part[3] do
      redis.call('RPUSH', frozen .. ':' .. part[1] .. ':c', args[at])
      at = at + 1
    end
  end
  local s = call.session
  redis.call('HSET', frozen, 'v', pack_numbers({
    first = s.first, last = s.last, exp = call.bucket or 0, first_seq = 0, hits = 0, bytes = 0, raw_bytes = 0, raw_count = 0,
    duplicates = s.duplicates, late_hits = s.lateHits, late = s.late, gen = string.rep('0', ID_HASH_BYTES),
  }), 'f', 't' .. s.firstHitId, 'of', s.of, 'joins', s.joins, 'sk', s.sk, 'clients', table.concat(clients), 'cause', s.cause,
    'bucket', call.bucket and whole(call.bucket) or '', 'caps', s.caps)
  if call.answer then redis.call('HSET', frozen, 'answer', call.answer) end
  redis.call('SADD', keys[1] .. 'lanes', call.lane)
  redis.call('ZADD', place.queue(lane), whole(server_now_ms()), call.closeId)
  redis.call('ZADD', place.closing_times(lane), s.first, call.closeId)
  return 1
end
`;
