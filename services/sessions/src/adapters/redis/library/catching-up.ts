/** Skipping catch-up: nothing is forgotten, every open session of the skipped buckets is filed under the current one (D3, E13). */
export const CATCHING_UP = String.raw`
local function refile(lane, call, number, current)
  local key, sks, filed, texts = place.bucket(lane, call.scope, number), {}, {}, {}
  local members = redis.call('ZRANGE', key, 0, call.limit - 1, 'WITHSCORES')
  for at = 1, #members, 2 do
    local session = read_session(lane, members[at])
    session.exp = current
    append(sks, session.sk)
    append(filed, members[at + 1], session.sk)
    append(texts, place.session(lane, session.sk), pack_session(session))
  end
  if #sks > 0 then
    write_texts(texts)
    redis.call('ZADD', place.bucket(lane, call.scope, current), unpack(filed))
    redis.call('ZADD', place.buckets(lane, call.scope), whole(current), whole(current))
    redis.call('ZREM', key, unpack(sks))
  end
  if redis.call('EXISTS', key) == 0 then redis.call('ZREM', place.buckets(lane, call.scope), whole(number)) end
end

function calls.skip_catch_up(keys, args)
  local call = cjson.decode(args[1])
  local refused = refused_command(keys[1], call.state, call.fence)
  if refused then return refused end
  local lane = lane_of(keys[1], call.lane)
  local watermark = smallest_watermark(lane, call)
  local stored = redis.call('GET', place.next(lane, call.scope))
  if not stored or not watermark or watermark == math.huge then return 0 end
  local current = math.floor(math.floor(watermark / 1000) / call.tick_seconds)
  if tonumber(stored) >= current then return 0 end
  local number = redis.call('ZRANGEBYSCORE', place.buckets(lane, call.scope), '-inf', '(' .. whole(current), 'LIMIT', 0, 1)[1]
  if number then
    refile(lane, call, tonumber(number), current)
    return 1
  end
  redis.call('SET', place.next(lane, call.scope), whole(current))
  return 0
end
`;
