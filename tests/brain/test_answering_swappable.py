import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from brain.answering.draft import Draft
from brain.answering.writing.swappable import SwappableAnswerer
from brain.errors import UsageError
from brain.evidence import Evidence, Signals
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.query import Query, Rarity

QUERY = Query.of("When?")
EVIDENCE = Evidence(Retrieved(QUERY, Rarity.counted(QUERY, 0, {}), (), {}), Signals(), 1.0, 0.0)


@dataclass
class Noting:
    """Notes with which adapter each draft was written."""

    name: str
    between: Callable[[], object] = lambda: None

    def write(self, evidence: Evidence) -> Draft:
        return Draft((), note=self.name)

    def drafts(self, evidence: Evidence) -> Generator[Draft]:
        yield Draft((), note=self.name)
        self.between()
        yield Draft((), note=self.name)


def named(adapter: Path | None) -> Noting:
    return Noting(adapter.name if adapter else "none")


def test_the_next_question_is_answered_with_what_was_swapped_in():
    answerer = SwappableAnswerer(named(None), named)
    assert answerer.write(EVIDENCE).note == "none"
    answerer.use(Path("2"))
    assert answerer.write(EVIDENCE).note == "2"
    assert [draft.note for draft in answerer.drafts(EVIDENCE)] == ["2", "2"]
    answerer.use(None)
    assert answerer.write(EVIDENCE).note == "none"


def test_a_change_waits_for_the_answers_under_way_and_new_ones_for_the_change():
    answerer = SwappableAnswerer(named(None), named)
    drafts = answerer.drafts(EVIDENCE)
    assert next(drafts).note == "none"
    changed, answered = threading.Event(), list[str]()

    def change() -> None:
        answerer.use(Path("2"))
        changed.set()

    changing = threading.Thread(target=change)
    changing.start()
    while not answerer._changing:  # it waits now
        pass
    asking = threading.Thread(target=lambda: answered.append(answerer.write(EVIDENCE).note))
    asking.start()
    assert not changed.is_set()
    assert [draft.note for draft in drafts] == ["none"]  # finished as it began
    changing.join(30)
    asking.join(30)
    assert answered == ["2"]


def test_an_answer_that_nobody_waits_for_any_more_holds_up_no_change():
    answerer = SwappableAnswerer(named(None), named)
    drafts = answerer.drafts(EVIDENCE)
    next(drafts)
    drafts.close()
    answerer.use(Path("2"))
    assert answerer.write(EVIDENCE).note == "2"


def test_a_change_that_fails_changes_nothing_and_blocks_nobody():
    def refuse(adapter: Path | None) -> Noting:
        raise UsageError("no")

    answerer = SwappableAnswerer(named(Path("1")), refuse)
    with pytest.raises(UsageError):
        answerer.use(Path("2"))
    assert answerer.write(EVIDENCE).note == "1"
