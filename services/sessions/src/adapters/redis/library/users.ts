/**
 * Which clients have open hits of a user, also where users join nothing (sessions §15.8). It is kept by client, as hits are: so neither a
 * merge nor what takes it apart again touches it.
 */
export const USERS = String.raw`
local function note_user(client, user)
  client.users = client.users or {}
  client.users[user] = true
end

local function write_users(lane, ck, users)
  for user in pairs(users) do
    if redis.call('SADD', place.users_of(lane, ck), user) == 1 then redis.call('SADD', place.clients_of(lane, user), ck) end
  end
end

local function forget_users(lane, ck)
  local key = place.users_of(lane, ck)
  local users = redis.call('SMEMBERS', key)
  if #users == 0 then return end
  for _, user in ipairs(users) do redis.call('SREM', place.clients_of(lane, user), ck) end
  redis.call('DEL', key)
end

local function forget_user(lane, ck, user)
  redis.call('SREM', place.users_of(lane, ck), user)
  redis.call('SREM', place.clients_of(lane, user), ck)
end

-- lane, user, limit; answers open sessions, at most so many
function calls.count_of_user(keys, args)
  local lane, limit, known, count = lane_of(keys[1], args[1]), tonumber(args[3]), {}, 0
  for _, ck in ipairs(redis.call('SMEMBERS', place.clients_of(lane, args[2]))) do
    if count >= limit then break end
    local sk = redis.call('GET', place.alias(lane, ck)) or ck
    if not known[sk] then
      known[sk] = true
      count = count + 1
    end
  end
  return count
end
`;
