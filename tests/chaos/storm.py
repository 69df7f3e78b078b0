"""A storm: many logins run by their plans while workers are killed or frozen and the network and the store fail."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.sandbox import Sandbox
from tests.chaos.gateway import Fate, Gateway, gateway
from tests.chaos.grounds import Ground, Trouble, ground
from tests.chaos.plan import WORKERS, Brings, Plan, Visit
from tests.chaos.story import Story, Told
from tests.crew import HURRIED, MEMORY, Answer, Crew, Worker, WorkerDiedError, crew

AT_ONCE = 30  # open logins; with more, a busy machine answers none of them in time
PATIENCE = 60.0  # seconds after which a call counts as hanging; it first waits for a taker that is frozen or dead
REQUEST_TIME = 4.0  # seconds that a worker's request may take
FORGOTTEN = 2.0  # seconds that a caller waits for a login that nobody finishes
CLOCKS = (0.0, 0.5, -0.4)  # seconds that the workers' clocks are ahead
AWAY = 0.5  # seconds in which nobody listens at AniList's address
LATE = 0.2  # seconds of delay in this process from which on the machine counts as busy for the workers too
LONG_FREEZE = HURRIED["dead"] + 1  # seconds after which others count a taker as dead
WARNED = frozenset({"look", "take", "settle", "settled", "get", "put"})
EXCUSES = frozenset(
    {"a killed worker", "a frozen worker", "nobody listens at AniList", "a busy machine"}
)  # a fault of the store excuses nothing

Event = Callable[[], Awaitable[None]]


@attrs.define
class Storm:
    """One run over one store."""

    seed: int
    sandbox: Sandbox
    ground: Ground
    crew: Crew
    gateway: Gateway
    stories: list[Story]
    slots: list["asyncio.Task[Worker]"] = attrs.field(factory=list)
    by_code: dict[str, Story] = attrs.field(factory=dict)
    kept: dict[str, Answer] = attrs.field(factory=dict)
    begun: int = 0
    under_way: set[int] = attrs.field(factory=set)
    happening: list[str] = attrs.field(factory=list)
    store_lock: asyncio.Lock = attrs.field(factory=asyncio.Lock)
    clock: Callable[[], float] = attrs.field(factory=lambda: asyncio.get_running_loop().time)
    began: float = 0.0

    async def run(self) -> None:
        """Run all logins and the events between them. Then every browser opens its callback once more."""
        self.began = self.clock()
        workers = 1 if self.ground.url == MEMORY else WORKERS
        self.slots = [self._start(slot) for slot in range(workers)]
        await asyncio.gather(*self.slots)
        at_once = asyncio.Semaphore(AT_ONCE)
        due = self._events()
        watching = asyncio.create_task(self._watch_the_machine())
        async with asyncio.TaskGroup() as group:
            for story in self.stories:
                await at_once.acquire()
                self.begun += 1
                while due and due[0][0] <= self.begun:
                    _, name, event = due.pop(0)
                    group.create_task(self._happen(name, event))
                task = group.create_task(self._log_in(story))
                task.add_done_callback(lambda _: at_once.release())
        watching.cancel()
        await self._come_again()
        await self._read_tokens()

    async def _watch_the_machine(self) -> None:
        """Note in the story of each open login that the machine was too busy to answer in time."""
        while True:
            began = self.clock()
            await asyncio.sleep(LATE / 2)
            if self.clock() - began > LATE / 2 + LATE:
                self._shake("a busy machine")

    def _start(self, slot: int) -> "asyncio.Task[Worker]":
        return asyncio.create_task(self.crew.start(clock_ahead=CLOCKS[slot]))

    def _events(self) -> list[tuple[int, str, Event]]:
        """Return the events by the number of logins that begin before: faults of the store, then of the workers."""
        draw = random.Random(f"{self.seed} events")
        number = len(self.stories)
        slots = len(self.slots)
        events: list[tuple[float, str, Event]] = []
        troubles = list(self.ground.troubles.items())
        draw.shuffle(troubles)
        for place, (name, trouble) in enumerate(troubles * (1 if len(troubles) > 2 else 2)):
            events.append((0.1 + place * 0.13 + draw.uniform(0, 0.05), name, self._alone(trouble)))
        events.append((draw.uniform(0.05, 0.5), "nobody listens at AniList", self._go_away))
        if self.ground.url == MEMORY:
            events += [(draw.uniform(0.1, 0.9), "the store in memory fails", self._warn) for _ in range(6)]
        else:
            events += [(draw.uniform(0.2, 0.9), "a killed worker", self._killer(slot)) for slot in range(slots)]
            events.append((draw.uniform(0.3, 0.6), "a frozen worker", self._freezer(draw.randrange(slots), 1.0)))
            events.append((0.95, "a frozen worker", self._freezer(draw.randrange(slots), LONG_FREEZE)))
        return sorted(((round(at * number), name, event) for at, name, event in events), key=lambda due: due[0])

    def _alone(self, trouble: Trouble) -> Event:
        """Wait until one fault of the store is over before the next begins."""

        async def befall() -> None:
            async with self.store_lock:
                await trouble()

        return befall

    async def _happen(self, name: str, event: Event) -> None:
        """Run an event, and note it in the story of each login that is open before or after it."""
        self._shake(name)
        self.happening.append(name)
        await event()
        self.happening.remove(name)
        self._shake(name)

    def _shake(self, name: str) -> None:
        for number in self.under_way:
            story = self.stories[number]
            self._note(story, f"[{name}]")
            if name in EXCUSES:
                story.shaken.append(name)

    async def _go_away(self) -> None:
        await self.gateway.refuse()
        await asyncio.sleep(AWAY)
        await self.gateway.listen()

    async def _warn(self) -> None:
        worker = await self.slots[0]
        await worker.ask("trouble", seconds=0.5, calls=sorted(WARNED))

    def _killer(self, slot: int) -> Event:
        async def kill() -> None:
            worker = await self.slots[slot]
            self.slots[slot] = self._start(slot)
            worker.thaw()
            await asyncio.to_thread(worker.kill)
            await self.slots[slot]

        return kill

    def _freezer(self, slot: int, seconds: float) -> Event:
        async def freeze() -> None:
            worker = await self.slots[slot]
            worker.freeze()
            await asyncio.sleep(seconds)
            worker.thaw()

        return freeze

    async def _log_in(self, story: Story) -> None:
        self.under_way.add(story.plan.number)
        story.shaken += (name for name in self.happening if name in EXCUSES)
        try:
            await self._whole_login(story)
        finally:
            self.under_way.discard(story.plan.number)

    async def _whole_login(self, story: Story) -> None:
        plan = story.plan
        binding = f"cookie {plan.number}" if plan.bound else None
        begun = await self._ask(story, "begin", plan.began_in, subject=plan.subject, binding=binding)
        if "url" not in begun:
            story.told.append(Told(who="begin", answer=begun, visit=None, at=self._now()))
            return
        for brings in dict.fromkeys(visit.brings for visit in plan.visits):
            story.callbacks[brings] = await self._callback(story, brings, begun["url"])
        async with asyncio.TaskGroup() as group:
            if plan.waits_in is not None:
                group.create_task(self._wait(story, begun, plan.waits_in))
            if plan.cancels_in is not None:
                group.create_task(self._ask(story, "cancel", plan.cancels_in, begun=begun))
            last: asyncio.Task[None] | None = None
            for number, visit in enumerate(plan.visits, 1):
                if last is not None and not visit.at_once:
                    await asyncio.wait((last,))
                last = group.create_task(self._visit(story, f"visit {number}", visit, story.callbacks[visit.brings]))

    async def _callback(self, story: Story, brings: Brings, url: str) -> str:
        """Let the user approve or deny, and return the address of the callback."""
        stranger = len(self.stories) if brings == "another account" else 0
        user = self.sandbox.users[story.plan.user + stranger]
        if brings == "denial":
            return await self.sandbox.deny(url, user=user)
        callback = await self.sandbox.approve(url, user=user)
        code = URL(callback, encoded=True).query["code"]
        story.codes[brings], story.users[brings] = code, user.id
        self.by_code[code] = story
        return callback

    async def _wait(self, story: Story, begun: Answer, slot: int) -> None:
        timeout = PATIENCE - 5 if story.plan.visits else FORGOTTEN
        answer = await self._ask(story, "wait", slot, begun=begun, timeout=timeout)
        story.told.append(Told(who="wait", answer=answer, visit=None, at=self._now()))

    async def _visit(self, story: Story, who: str, visit: Visit, callback: str) -> None:
        binding = {
            "right": f"cookie {story.plan.number}" if story.plan.bound else None,
            "wrong": "another",
            "bare": None,
        }
        asking = asyncio.ensure_future(
            self._ask(story, "finish", visit.worker, who=who, callback=callback, binding=binding[visit.browser])
        )
        if visit.leaves and visit.brings in story.codes:
            sent = asyncio.ensure_future(self.gateway.sent(story.codes[visit.brings]))
            await asyncio.wait((asking, sent), return_when=asyncio.FIRST_COMPLETED)
            sent.cancel()
            if asking.cancel():
                self._note(story, f"{who} left")
                await asyncio.wait((asking,))
                return
        story.told.append(Told(who=who, answer=await asking, visit=visit, at=self._now()))

    async def _ask(self, story: Story, do: str, slot: int, *, who: str = "", **order: Any) -> Answer:
        """Ask a worker. If it dies or says to try again, ask again, like a user who reloads the page."""
        who = who or do
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    worker = await asyncio.shield(self.slots[slot])
                    self._note(story, f"{who}: asks worker {worker.number} to {do}")
                    try:
                        answer = await worker.ask(do, **order)
                    except WorkerDiedError:
                        self._note(story, f"{who}: worker {worker.number} died")
                        story.shaken.append("a killed worker")
                        await asyncio.sleep(0.01)  # by now a new worker has the slot
                        continue
                    self._note(story, f"{who}: {_short(answer)}")
                    if do == "finish" and answer.get("retryable") and answer["error"] != "StorageError":
                        await asyncio.sleep(answer.get("retry_after") or 0.1)
                        continue
                    return answer
        except TimeoutError:
            self._note(story, f"{who}: no answer in {PATIENCE:g} seconds")
            return {"hangs": True}

    async def _come_again(self) -> None:
        """Let the browser of each ended login open its callback again, in another worker."""
        slots = cycle(range(len(self.slots)))

        async def come(story: Story) -> None:
            visit = next((visit for visit in story.plan.visits if story.plan.knows(visit)), None)
            if visit is not None and story.final:
                again = attrs.evolve(visit, worker=next(slots), leaves=False)
                await self._visit(story, "the same again", again, story.callbacks[visit.brings])

        await asyncio.gather(*(come(story) for story in self.stories))

    async def _read_tokens(self) -> None:
        """Read the token of each login that was reported as a success, in a new process."""
        reader = await self.slots[0] if self.ground.url == MEMORY else await self.crew.start()
        subjects = {told.answer["subject"] for story in self.stories for told in story.told if told.success}
        for subject in subjects:
            self.kept[subject] = await reader.ask("token", subject=subject)

    def broken_rules(self) -> Iterator[tuple[str, Story]]:
        """Return each broken rule with the story that breaks it."""
        newest: dict[str, int] = {}
        for story in self.stories:
            for told in story.told:
                if told.success:
                    subject = told.answer["subject"]
                    newest[subject] = max(newest.get(subject, 0), told.answer["issued_at"])
        for story in self.stories:
            for rule in story.broken_rules(self.gateway.posts):
                yield rule, story
            for told in story.told:
                if told.success and not _is_kept(told.answer, self.kept, newest, again=story.plan.again):
                    kept = _short(self.kept[told.answer["subject"]])
                    yield f"no reported success is lost, but instead of what {told.who} was told there is {kept}", story

    def _note(self, story: Story, line: str) -> None:
        story.lines.append(f"{self._now():8.3f} {line}")

    def _now(self) -> float:
        return self.clock() - self.began


def _is_kept(told: Answer, kept: dict[str, Answer], newest: dict[str, int], *, again: bool) -> bool:
    """Tell whether the store holds the reported token or, if its subject logged in again, a newer one."""
    found, subject = kept[told["subject"]], told["subject"]
    if again:
        return bool(found.get("user") == told["user"] and found["issued_at"] >= newest[subject])
    return bool(found.get("token_id") == told["token_id"])


def _short(answer: Answer) -> str:
    """Write an answer for a reader, without the fields that no rule compares."""
    return ", ".join(f"{name} {str(value)[:120]}" for name, value in answer.items() if name not in {"number", "url"})


@asynccontextmanager
async def storm(name: str, folder: Path, *, seed: int, logins: int) -> AsyncIterator[Storm]:
    """Prepare a storm over a store. Skip the test if the store's servers are not installed."""
    stories = [
        Story(plan=Plan.of(seed, number, workers=1 if name == "memory" else WORKERS)) for number in range(logins)
    ]
    users = [f"user{number}" for number in range(2 * logins)]  # the second half are other accounts
    token_fates: dict[int, Iterator[Fate]] = {story.plan.number: iter(story.plan.token_fates) for story in stories}
    viewer_fates = {story.plan.number: iter(story.plan.viewer_fates) for story in stories}
    by_code: dict[str, Story] = {}

    def fate_of_code(code: str) -> Fate:
        return next(token_fates[by_code[code].plan.number], "fine")

    def fate_of_user(user: int) -> Fate:
        return next(viewer_fates[numbers[user] % logins], "fine")

    async with (
        ground(name, folder) as store,
        Sandbox(users=users) as sandbox,
        gateway(sandbox, fate_of_code=fate_of_code, fate_of_user=fate_of_user) as gate,
        crew(sandbox, store.url, endpoints=gate.endpoints, timeout=REQUEST_TIME, hurried=name != "memory") as processes,
    ):
        numbers = {user.id: number for number, user in enumerate(sandbox.users)}
        yield Storm(
            seed=seed, sandbox=sandbox, ground=store, crew=processes, gateway=gate, stories=stories, by_code=by_code
        )
