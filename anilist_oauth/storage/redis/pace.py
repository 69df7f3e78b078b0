"""The ledger of a shared pace in Redis. It is one key, which one Lua script reads and writes atomically.

Times are milliseconds of Redis's clock, so the clocks of the processes need not agree. The script computes starts in
the same way as `anilist_oauth.pacing.budget`.
"""

from anilist_oauth.pacing.budget import BURST, MARGIN, MINUTE
from anilist_oauth.pacing.heard import News
from anilist_oauth.pacing.ledger import Grant, Wish
from anilist_oauth.pacing.rate_limit import DEFAULT_LIMIT
from anilist_oauth.storage.redis.keys import Run, script

# If a process does not use its place within five seconds after its turn has come, it is taken for dead.
ASK = (
    f"""
local MINUTE, MARGIN, BURST, LIMIT = {round(MINUTE * 1000)}, {MARGIN}, {BURST}, {DEFAULT_LIMIT}
local PLACE_LOST, PROCESS_LOST, KEPT = 5000, 120000, 25 * 3600 * 1000
"""
    """
local process, want, ceiling, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local times = {'cautious', 'announced', 'paused', 'halted', 'exchanges'}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('GET', KEYS[1])
local state = kept and cjson.decode(kept) or {starts = {}, places = {}, seen = {}}
local places = state.places

state.limit = limit or state.limit
for number, name in ipairs(times) do
    local news = tonumber(ARGV[4 + number])
    if news > 0 then state[name] = math.max(state[name] or 0, now + news) end
    if name == 'paused' and news > 0 then places = {} end -- every process must ask again
end
local starts, others, processes = {}, {}, 0
for _, start in ipairs(state.starts) do
    if start > now - MINUTE then table.insert(starts, math.min(start, now)) end
end
for number = 10, #ARGV do table.insert(starts, now - ARGV[number]) end
table.sort(starts)
for name, place in pairs(places) do
    if place < now - PLACE_LOST or (want == 'leave' and name == process) then
        places[name] = nil
    elseif name ~= process then
        table.insert(others, place)
    end
end
state.seen[process] = now
for name, seen in pairs(state.seen) do
    if seen < now - PROCESS_LOST then state.seen[name] = nil else processes = processes + 1 end
end

limit = math.min(state.limit or LIMIT, ceiling)
if now < (state.cautious or 0) then limit = math.min(limit, LIMIT) end
local budget = math.max(1, limit - MARGIN)
local burst = math.min(BURST, budget)
local paused, halted = state.paused or 0, state.halted or 0

local function next_start()
    local plan = {}
    for _, start in ipairs(starts) do table.insert(plan, start) end
    for _, place in ipairs(others) do table.insert(plan, place) end
    if #plan < burst then return math.max(now, paused) end
    table.sort(plan)
    local first, last, gap = math.max(1, #plan - budget + 1), plan[#plan], -math.huge
    for number = first, #plan do
        gap = math.max(gap, (plan[number] + MINUTE - last) / (budget - #plan + number))
    end
    return math.max(now, paused, math.ceil(math.min(last + gap, plan[#plan - burst + 1] + MINUTE)))
end

local mine, started = places[process], 0
if now >= paused and now >= halted then
    local fits
    if want == 'turn' or want == 'turn_and_place' then
        if mine then fits = mine <= now and #starts < budget else fits = next_start() <= now end
    elseif want == 'turn_now' then
        fits = not mine and #others == 0 and next_start() <= now
    end
    if fits then
        table.insert(starts, now)
        mine, started = nil, 1
    end
end
local wait = 0
if want == 'turn_and_place' or (want == 'turn' and started == 0) then
    if not mine or mine <= now then mine = next_start() end
    wait = mine - now
elseif mine and want == 'turn_now' then
    wait = math.max(1, mine - now)
else
    wait = math.max(next_start(), halted) - now
end
places[process] = mine
local waiting = #others + (mine and 1 or 0)

state.starts, state.places = starts, places
redis.call('SET', KEYS[1], cjson.encode(state), 'PX', KEPT)
local answer = {started, wait, waiting, processes, state.limit or 0}
for _, name in ipairs(times) do table.insert(answer, math.max(0, (state[name] or 0) - now)) end
return answer
"""
)


class RedisLedger:
    """A `Ledger` in Redis, for the pace that `RedisStore.pace` returns.

    Args:
        run: Runs the script.
        key: The key of the ledger.
    """

    def __init__(self, run: Run, key: str) -> None:
        self._run = run
        self._key = key

    async def ask(self, wish: Wish) -> Grant:
        """Record a wish and answer it."""
        news = wish.news
        times = (news.cautious, news.announced, news.paused, news.halted, news.exchanges, *wish.started)
        limit = "" if news.limit is None else news.limit
        milliseconds = (round(seconds * 1000) for seconds in times)
        [answer] = await self._run(
            script(ASK, (self._key,), wish.process, wish.want, wish.ceiling, limit, *milliseconds)
        )
        started, wait, places, processes, known, *ends = (int(number) for number in answer)
        cautious, announced, paused, halted, exchanges = (end / 1000 for end in ends)
        return Grant(
            started=bool(started),
            wait=wait / 1000,
            places=places,
            processes=processes,
            news=News(
                limit=known or None,
                cautious=cautious,
                announced=announced,
                paused=paused,
                halted=halted,
                exchanges=exchanges,
            ),
        )
