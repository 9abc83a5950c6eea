"""The inbox on a real catalog: one visible answer for each event, through crashes at every step."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots.doors.inbox import MOST_ATTEMPTS, Inbox, Unreachable
from brain.catalog.catalog import Catalog
from brain.catalog.chats.inbox import InboxItem, InboxTable, Limits, NewEvent, TurnedAway
from brain.errors import NotReadyYet, StorageFailed, UsageError


class Killed(BaseException):
    """The process ends here: nothing that comes after it happens."""


@dataclass
class Platform:
    """What people see: posts by their key, as a chat platform keeps them through our crashes."""

    posts: dict[str, list[str]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def post(self, key: str, text: str) -> str:
        self.posts.setdefault(key, []).append(text)
        self.order.append(key)
        return f"post-{key}"


async def nothing(step: str, item: InboxItem) -> None:
    """No fault."""


@dataclass
class EchoDoor:
    """Answers as a real door does: looks for its own post first, posts, notes it, finishes it."""

    seen: Platform
    fault: Callable[[str, InboxItem], Awaitable[None]] = nothing
    platform: str = "echo"
    inbox: Inbox | None = None
    waiting: list[int] = field(default_factory=list)
    away: list[TurnedAway] = field(default_factory=list)
    later: list[str] = field(default_factory=list)

    async def work(self, item: InboxItem) -> None:
        await self.fault("begin", item)
        posted = item.posted or (f"post-{item.key}" if item.key in self.seen.posts else "")
        if not posted:
            posted = self.seen.post(item.key, item.payload)
            await self.fault("posted", item)
        assert self.inbox
        await self.inbox.note_posted(item, posted)
        await self.fault("noted", item)

    async def apologise(self, item: InboxItem, sentence: str) -> None:
        if item.key not in self.seen.posts:
            self.seen.post(item.key, sentence)

    async def tell_later(self, item: InboxItem, sentence: str) -> None:
        self.later.append(sentence)

    async def turn_away(self, item: InboxItem) -> None:
        self.away.append(item.turned_away)
        self.seen.post(item.key, "busy")

    async def tell_waiting(self, new: NewEvent, ahead: int) -> None:
        self.waiting.append(ahead)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.db") as catalog:
        yield catalog


def event(number: int, thread: str = "", **more: str) -> NewEvent:
    return NewEvent(
        "echo", f"Ev{number}", "question", f"question {number}", f"m{number}", thread=thread, **more
    )


async def settled(catalog: Catalog, seconds: float = 30.0) -> None:
    """Wait until nothing is left to do."""
    async with asyncio.timeout(seconds):
        while True:
            with catalog.database.reading() as connection:
                if not connection.execute("SELECT 1 FROM inbox WHERE state <> 'done' LIMIT 1").fetchone():
                    return
            await asyncio.sleep(0.01)


def opened(catalog: Catalog, door: EchoDoor, **how: object) -> Inbox:
    door.inbox = Inbox(catalog, door, **how)  # type: ignore[arg-type]
    return door.inbox


async def test_every_event_is_answered_once_however_often_it_comes(catalog: Catalog) -> None:
    door = EchoDoor(Platform())
    inbox = opened(catalog, door)
    await inbox.start()
    arrivals = [event(number) for number in range(40) for _ in range(3)]
    random.Random(1).shuffle(arrivals)
    taken = [await inbox.receive(arrival) for arrival in arrivals]
    await settled(catalog)
    await inbox.stop()
    assert Counter(taken) == {True: 40, False: 80}
    assert {len(posts) for posts in door.seen.posts.values()} == {1}
    assert len(door.seen.posts) == 40


async def test_one_message_told_of_under_two_ids_is_one_question(catalog: Catalog) -> None:
    inbox = opened(catalog, EchoDoor(Platform()))
    assert await inbox.receive(NewEvent("echo", "Ev1", "question", "hi", message="C1:1"))
    assert not await inbox.receive(NewEvent("echo", "Ev2", "question", "hi", message="C1:1"))
    await inbox.stop()


async def test_threads_are_answered_in_order(catalog: Catalog) -> None:
    async def dawdle(step: str, item: InboxItem) -> None:
        await asyncio.sleep(random.Random(item.id).random() / 100)

    door = EchoDoor(Platform(), dawdle)
    inbox = opened(catalog, door)
    for number in range(30):
        await inbox.receive(event(number, thread=f"t{number % 3}"))
    await inbox.start()
    await settled(catalog)
    await inbox.stop()
    numbers = [int(key.split("Ev")[1]) for key in door.seen.order]
    for thread in range(3):
        of_thread = [number for number in numbers if number % 3 == thread]
        assert of_thread == sorted(of_thread)


@pytest.mark.parametrize("step", ["begin", "posted", "noted"])
async def test_a_kill_at_any_step_neither_loses_nor_doubles_an_answer(catalog: Catalog, step: str) -> None:
    seen, killed = Platform(), set[int]()

    async def kill_once(at: str, item: InboxItem) -> None:
        if at == step and item.id not in killed:
            killed.add(item.id)
            raise Killed

    for number in range(3):
        door = EchoDoor(seen, kill_once)
        inbox = opened(catalog, door, workers=1)
        for again in range(3):
            await inbox.receive(event(again))
        await inbox.start()
        worker = inbox._tasks[0]
        with pytest.raises(Killed):
            await worker
        await inbox.stop()
        assert len(killed) == number + 1
    inbox = opened(catalog, EchoDoor(seen))
    await inbox.start()
    await settled(catalog)
    await inbox.stop()
    assert {key: len(posts) for key, posts in seen.posts.items()} == {f"echo-Ev{n}": 1 for n in (0, 1, 2)}


async def test_an_event_that_ends_the_process_again_and_again_is_answered_with_an_apology(
    catalog: Catalog,
) -> None:
    seen = Platform()

    async def kill(step: str, item: InboxItem) -> None:
        raise Killed

    for _ in range(MOST_ATTEMPTS):
        inbox = opened(catalog, EchoDoor(seen, kill), workers=1)
        await inbox.receive(event(1))
        await inbox.start()
        with pytest.raises(Killed):
            await inbox._tasks[0]
        await inbox.stop()
    inbox = opened(catalog, EchoDoor(seen, kill), workers=1)
    await inbox.start()
    await settled(catalog)
    await inbox.stop()
    assert "did not expect" in seen.posts["echo-Ev1"][0]


async def test_while_the_platform_is_away_nothing_is_given_up(catalog: Catalog) -> None:
    tries = 0

    async def away(step: str, item: InboxItem) -> None:
        nonlocal tries
        tries += step == "begin"
        if tries <= 2 * MOST_ATTEMPTS:
            raise Unreachable("away", seconds=0.01)

    door = EchoDoor(Platform(), away)
    inbox = opened(catalog, door, workers=1)
    await inbox.receive(event(1))
    await inbox.start()
    await settled(catalog)
    await inbox.stop()
    assert door.seen.posts == {"echo-Ev1": ["question 1"]}


async def test_a_failure_becomes_a_sentence_and_a_surprise_goes_to_the_log(catalog: Catalog) -> None:
    faults: dict[int, Exception] = {1: UsageError("Ask in fewer words."), 2: RuntimeError("secret detail")}
    written: list[BaseException] = []

    async def fail(step: str, item: InboxItem) -> None:
        if item.id in faults:
            raise faults[item.id]

    door = EchoDoor(Platform(), fail)
    inbox = opened(catalog, door, write_down=written.append)
    for number in (1, 2, 3):
        await inbox.receive(event(number))
    await inbox.start()
    await settled(catalog)
    await inbox.stop()
    assert door.seen.posts["echo-Ev1"] == ["Ask in fewer words."]
    assert "secret" not in door.seen.posts["echo-Ev2"][0]
    assert door.seen.posts["echo-Ev3"] == ["question 3"]
    assert written == [faults[2]]


class FullDisk(InboxTable):
    """An inbox whose disk is full now and then."""

    failures = 0

    def _fail_at_times(self) -> None:
        self.failures += 1
        if self.failures % 3:
            raise StorageFailed("The disk is full.")

    def claim(self, platform: str, *, turned_away: bool = False) -> InboxItem | None:
        self._fail_at_times()
        return super().claim(platform, turned_away=turned_away)

    def finish(self, item_id: int) -> None:
        self._fail_at_times()
        super().finish(item_id)


async def test_a_full_disk_ends_no_worker(catalog: Catalog) -> None:
    catalog.inbox = FullDisk(catalog.database)
    door = EchoDoor(Platform())
    inbox = opened(catalog, door)
    inbox.full_disk_pause = 0.01
    await inbox.start()
    for number in range(5):
        await inbox.receive(event(number))
    await settled(catalog)
    await inbox.stop()
    assert [len(posts) for posts in door.seen.posts.values()] == [1] * 5
    assert catalog.inbox.failures > 10


async def test_too_much_is_answered_politely_and_those_who_wait_are_told(catalog: Catalog) -> None:
    hold = asyncio.Event()

    async def wait(step: str, item: InboxItem) -> None:
        await hold.wait()

    door = EchoDoor(Platform(), wait)
    inbox = opened(catalog, door, workers=1, limits=Limits(waiting=3, of_person=100, of_place=100))
    await inbox.start()
    await inbox.receive(event(0))
    async with asyncio.timeout(30):
        while catalog.inbox.waiting("echo"):
            await asyncio.sleep(0.01)
        for number in range(1, 6):
            await inbox.receive(event(number))
        while len(door.away) < 2:
            await asyncio.sleep(0.01)
    assert door.away == [TurnedAway.BUSY, TurnedAway.BUSY]
    assert max(door.waiting) == 2
    hold.set()
    await settled(catalog)
    await inbox.stop()
    assert len(door.seen.posts) == 6


async def test_one_person_and_one_place_can_ask_only_so_much(catalog: Catalog) -> None:
    door = EchoDoor(Platform())
    inbox = opened(catalog, door, limits=Limits(of_person=2, of_place=4))
    await inbox.start()
    for number in range(4):
        await inbox.receive(event(number, person="ann", place=f"c{number}"))
    for number in range(4, 10):
        await inbox.receive(event(number, person=f"p{number}", place="crowded"))
    await settled(catalog)
    await inbox.stop()
    assert door.away == [TurnedAway.TOO_MANY] * 4
    assert len(door.seen.posts) == 10


async def test_what_was_said_is_not_kept_once_it_is_answered(catalog: Catalog) -> None:
    door = EchoDoor(Platform())
    inbox = opened(catalog, door)
    await inbox.start()
    await inbox.receive(event(1, thread="t"))
    await settled(catalog)
    await inbox.stop()
    kept = catalog.inbox.of_message("echo", "m1")
    assert kept is not None
    assert (kept.payload, kept.posted) == ("", "post-echo-Ev1")
    assert catalog.inbox.knows_thread("t")
    assert not catalog.inbox.knows_thread("another")
    assert catalog.inbox.forget(1e12) == 1
    assert not catalog.inbox.knows_thread("t")


def test_what_was_answered_long_ago_is_not_looked_through_for_what_comes(catalog: Catalog) -> None:
    said, database, table = list[str](), catalog.database, catalog.inbox
    for opened in (database.writing, database.reading):
        with opened() as connection:
            connection.set_trace_callback(said.append)
    table.receive(event(1, "C1", person="u1", place="c1"), Limits())
    assert (table.waiting("echo"), table.all_waiting(), table.next_due("echo")) == (1, 1, 0.0)
    assert table.of_message("echo", "m1") is not None
    assert table.knows_thread("C1")
    claimed = table.claim("echo")
    assert claimed is not None
    table.note_posted(claimed.id, "p1")
    table.finish(claimed.id)
    asked = [line for line in said if "FROM inbox" in line or line.startswith("UPDATE inbox")]
    assert len(asked) >= 8
    with database.reading() as connection:
        connection.set_trace_callback(None)
        steps = [row[3] for line in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {line}")]
    whole = [step for step in steps if "SCAN inbox" in step or step.endswith("(platform=?)")]
    assert whole == []


def test_a_clock_that_is_set_back_holds_nothing_up_and_turns_nobody_away(catalog: Catalog) -> None:
    table, limits = catalog.inbox, Limits(of_person=2)
    for number in range(2):
        table.receive(event(number, person="ann"), limits)
    table.postpone(1, 30.0)
    with catalog.database.writing() as connection:  # they came an hour ahead of what it is now
        connection.execute("UPDATE inbox SET received = received + 3600, due = due + 3600")
    table.receive(event(2, person="ann"), limits)
    assert table.next_due("echo") == 0.0
    claimed = [table.claim("echo") for _ in range(3)]
    assert [item.turned_away if item else None for item in claimed] == [TurnedAway.NOT] * 3


async def test_what_can_not_be_answered_yet_is_told_once_and_answered_later(catalog: Catalog) -> None:
    tries: list[int] = []

    async def not_yet(step: str, item: InboxItem) -> None:
        tries.append(item.attempts)
        if len(tries) < 4:
            raise NotReadyYet("34 % is done.", seconds=0.01)

    door = EchoDoor(
        Platform(), fault=lambda step, item: not_yet(step, item) if step == "begin" else nothing(step, item)
    )
    inbox = opened(catalog, door)
    await inbox.start()
    await inbox.receive(event(1))
    await settled(catalog)
    await inbox.stop()
    assert door.later == ["34 % is done."]
    assert tries == [0, 1, 1, 1]
    assert list(door.seen.posts.values()) == [["question 1"]]
