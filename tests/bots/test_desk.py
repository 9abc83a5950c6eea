"""The Desk on a real catalog, with a brain that only repeats what it was given."""

import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bots.desk import LONGEST_QUESTION, OPEN_SPACE, OWNER, Asked, Desk, Draft, Final, Working
from brain.catalog.catalog import Catalog
from brain.catalog.rows import NewDocument, NewPassage
from brain.domain import Answer, Question, Trace
from brain.errors import NothingIndexed, UsageError


@dataclass
class Part:
    text: str = ""
    answer: Answer | None = None
    provisional: bool = False
    at_once: bool = False


@dataclass
class Echo:
    """Answers each question with its own words and remembers what it was asked."""

    asked: list[Question] = field(default_factory=list)

    async def astream(self, question: Question) -> AsyncIterator[Part]:
        self.asked.append(question)
        yield Part(text=f"You asked: {question.text[:5]}")
        trace = Trace(f"trace-{len(self.asked)}", question.text, steps={"echo": True})
        yield Part(answer=Answer(f"You asked: {question.text}", (), (), None, trace))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.db") as catalog:
        catalog.set_embedder("test", 2)
        yield catalog


@pytest.fixture
def brain() -> Echo:
    return Echo()


@pytest.fixture
def desk(catalog: Catalog, brain: Echo) -> Desk:
    as_brain: Any = brain
    return Desk(catalog, lambda: as_brain)


def put(catalog: Catalog, space: str, path: str) -> None:
    import numpy as np

    text = f"All about {path}."
    drive = catalog.add_drive(f"file:///{space}", space)
    catalog.put_document(
        NewDocument(
            space, drive.id, path, f"file:///{space}/{path}", path, "text/plain", 1, 1, path, text,
            (NewPassage(0, 0, len(text), text, f"key-{space}-{path}"),),
            {f"key-{space}-{path}": np.ones(2, np.float32)},
        )
    )  # fmt: skip


async def parts_of(desk: Desk, asked: Asked) -> list[Working | Draft | Final]:
    return [part async for part in desk.ask(asked)]


async def test_an_answer_comes_in_parts_and_ends_with_the_whole(desk: Desk, catalog: Catalog) -> None:
    put(catalog, OPEN_SPACE, "leave")
    first, *drafts, last = await parts_of(desk, Asked("  How much leave?\n"))
    assert isinstance(first, Working)
    assert drafts == [Draft("You asked: How m")]
    assert isinstance(last, Final)
    assert last.answer.text == "You asked: How much leave?"


async def test_a_thread_is_remembered_and_others_are_not(desk: Desk, catalog: Catalog, brain: Echo) -> None:
    put(catalog, OPEN_SPACE, "leave")
    for thread, text in (
        ("a", "How much leave?"),
        ("b", "What now?"),
        ("a", "and for part-timers?"),
        ("", "?"),
    ):
        await parts_of(desk, Asked(text, thread=thread))
    histories = [[turn.question for turn in question.history] for question in brain.asked]
    assert histories == [[], [], ["How much leave?"], []]


async def test_why_finds_the_last_trace_of_a_thread_or_of_all(desk: Desk, catalog: Catalog) -> None:
    assert await desk.why() is None
    put(catalog, OPEN_SPACE, "leave")
    for thread in ("a", "b", ""):
        await parts_of(desk, Asked(f"Asked in {thread}", thread=thread))
    for thread, question in (("a", "Asked in a"), ("b", "Asked in b"), ("", "Asked in")):
        last = await desk.why(thread)
        assert last is not None
        assert last.question == question
    found = await desk.why(trace_id="trace-2")
    assert found is not None
    assert found.question == "Asked in b"


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (LONGEST_QUESTION + 1)])
def test_what_nobody_can_answer_is_not_even_asked(text: str) -> None:
    with pytest.raises(UsageError):
        Asked(text)


async def test_an_audience_without_documents_is_told(desk: Desk, catalog: Catalog, brain: Echo) -> None:
    catalog.places.create_space("hr", by="admin")
    put(catalog, "hr", "salaries")
    with pytest.raises(NothingIndexed, match="general"):
        await parts_of(desk, Asked("What does she earn?", principals=frozenset({"slack:user:U1"})))
    with pytest.raises(UsageError, match="hrr"):
        await parts_of(desk, Asked("What does she earn?", principals=frozenset({OWNER}), spaces=("hrr",)))
    assert brain.asked == []


async def test_only_allowed_spaces_are_ever_asked(desk: Desk, catalog: Catalog, brain: Echo) -> None:
    """Random rights, random askers, random wishes: the brain is never given a space that is not theirs."""
    chance = random.Random(7)
    names = ["hr", "legal", "engineering", "board"]
    people = [f"slack:user:U{number}" for number in range(8)]
    rights: dict[str, set[str]] = {OPEN_SPACE: set()}
    put(catalog, OPEN_SPACE, "open")
    for name in names:
        catalog.places.create_space(name, by="admin")
        put(catalog, name, f"secret of {name}")
        rights[name] = set(chance.sample(people, chance.randint(0, 4)))
        for person in rights[name]:
            catalog.places.allow(name, [person], by="admin")
    for _ in range(400):
        held = frozenset(chance.sample(people, chance.randint(0, 3)))
        wanted = tuple(chance.sample([OPEN_SPACE, *names], chance.randint(0, 3)))
        may = {name for name, allowed in rights.items() if name == OPEN_SPACE or held & allowed}
        expected = may & set(wanted) if wanted else may
        assert desk.audience(held, wanted) == expected
        listed = await desk.documents("", held, wanted)
        assert {row.space for row in listed} == expected
        if chance.random() < 0.1 and expected:
            await parts_of(desk, Asked("Tell me all", principals=held, spaces=wanted))
            assert brain.asked[-1].audience == expected


def test_the_owner_reads_every_space_and_nobody_else_becomes_it(desk: Desk, catalog: Catalog) -> None:
    catalog.places.create_space("hr", by="admin")
    assert desk.audience({OWNER}) == {OPEN_SPACE, "hr"}
    assert desk.audience({OWNER}, ["hr"]) == {"hr"}
    assert desk.audience(()) == {OPEN_SPACE}
    assert desk.audience({"slack:user:terminal:owner"}) == {OPEN_SPACE}


async def test_a_full_disk_keeps_nobody_from_an_answer(
    desk: Desk, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    put(catalog, OPEN_SPACE, "leave.md")
    with catalog.database.writing() as connection:  # the disk, as SQLite sees it
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    words = "How much leave? " + "x" * 3_000
    last = [part async for part in desk.ask(Asked(words, principals=frozenset({OWNER}), thread="t"))][-1]
    assert isinstance(last, Final)
    assert last.answer.text == f"You asked: {words}"
    assert last.buttons == ()  # they would lead nowhere
    assert "is full" in last.not_kept
    assert "is full" in caplog.text
