"""What the documents lack, by what people asked: on a real catalog, index and brain."""

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from small_home import SmallHome

from brain.catalog.questions.answers import Feedback
from brain.domain import Question
from brain.evidence import EvidenceGate, GateWeights
from brain.usage.domain import Gaps, Lack, Readers
from brain.usage.gaps import GapFinder
from brain.usage.grouping import groups

LEAVE = "# Leave\n\nEmployees get thirty days of paid leave a year.\n"
BIKES = "# Bikes\n\nEmployees may lease one bicycle after the probation period.\n"
BICYCLE = "Who may lease a bicycle after probation?"
GENERAL = frozenset({"general"})
WORDS = EvidenceGate(
    GateWeights(-2.0, coverage=6.0, held=3.0, similarity=0.0, agreement=0.0, phrase=0.0, lead=0.0), 0.3
)


class ByWords(Embeddings):
    """Texts with the same words are alike."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = np.zeros(512)
        for word in re.findall(r"[a-z]{5,}", text.lower()):
            vector[zlib.crc32(word.encode()) % 512] += 1.0
        return list(vector)


class Asked:
    """A home that is asked by several people, and what it lacks by that."""

    def __init__(self, folder: Path) -> None:
        self.home = SmallHome(folder).fill({"leave.md": LEAVE})
        self.asked_again: list[str] = []
        self._finder = GapFinder(
            *(self.home.catalog, ByWords(), self._sure),
            private=lambda asking: asking.thread.startswith("private:"),
        )

    def _sure(self, question: Question) -> bool:
        self.asked_again.append(question.text)
        return self.home.brain(gate=WORDS).evidence(question).sure

    def ask(self, text: str, person: str, thread: str = "general:1", place: str = "") -> str:
        answer = self.home.ask(text, gate=WORDS)
        self.home.catalog.answers.keep(answer, text, person, thread, GENERAL, place)
        return answer.trace.id

    def gaps(self, most: int = 20, readers: Readers | None = None) -> Gaps:
        return self._finder.find(datetime.now(UTC) - timedelta(days=1), most, readers=readers)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    found = Asked(tmp_path)
    yield found
    found.home.close()


def test_questions_about_one_thing_are_one_gap_and_the_most_wanted_come_first(asked: Asked) -> None:
    asked.ask("How many days of paid leave do employees get?", "ann")
    asked.ask("What does lunch in the canteen cost?", "ann")
    for person in ("ann", "ben", "ben"):
        asked.ask(BICYCLE, person)
    asked.ask("After probation, lease which bicycle?", "kim")
    asked.ask("And so?", "ann")

    found = asked.gaps()
    assert (found.asked, found.lacking) == (6, 5)
    assert [(len(gap.topic.askings), gap.topic.people) for gap in found.gaps] == [(4, 3), (1, 1)]
    assert found.gaps[0].wordings == (BICYCLE, "After probation, lease which bicycle?")
    assert found.gaps[0].topic.lacking(Lack.NOT_FOUND) == 4
    assert found.gaps[0].nearest == ("Leave",)
    assert asked.gaps(1).more == 1


def test_a_gap_is_settled_once_a_document_says_it(asked: Asked) -> None:
    asked.ask(BICYCLE, "ann")
    asked.ask("What does lunch in the canteen cost?", "ann")
    assert len(asked.gaps().open) == 2
    asked.home.fill({"bikes.md": BIKES})
    found = asked.gaps(1)
    assert [gap.wordings[0] for gap in found.open] == ["What does lunch in the canteen cost?"]
    assert [gap.settled for gap in asked.gaps().gaps if gap.wordings[0] == BICYCLE] == [True]
    assert found.more + len(found.gaps) == 2


def test_a_complaint_is_settled_when_what_it_was_about_has_changed(asked: Asked) -> None:
    trace = asked.ask("How many days of paid leave do employees get?", "ann", "private:ann:1")
    assert asked.gaps().gaps == ()
    asked.home.catalog.answers.give_feedback(Feedback(trace, "ann", False, "outdated", "It is 28 now"))
    (gap,) = asked.gaps().open
    # Whoever says that an answer did not help is told that an admin sees it, with the question.
    assert gap.wordings == ("How many days of paid leave do employees get?",)
    assert [(mark.reason, mark.words) for mark in gap.complaints] == [("outdated", "It is 28 now")]
    asked.home.fill({"leave.md": LEAVE.replace("thirty", "twenty-eight")})
    assert asked.gaps().open == ()
    assert len(asked.gaps().gaps) == 1


def test_a_complaint_that_nothing_was_found_is_settled_once_a_document_says_it(asked: Asked) -> None:
    trace = asked.ask(BICYCLE, "ann")
    asked.home.catalog.answers.give_feedback(Feedback(trace, "ann", False))
    assert len(asked.gaps().open) == 1
    asked.home.fill({"bikes.md": BIKES})
    assert asked.gaps().open == ()


def test_what_was_asked_in_private_is_shown_once_three_people_asked_it(asked: Asked) -> None:
    for person in ("ann", "ben"):
        asked.ask(BICYCLE, person, f"private:{person}:1")
    (gap,) = asked.gaps().gaps
    assert (gap.topic.people, gap.wordings) == (2, ())
    asked.ask(BICYCLE, "kim", "private:kim:1")
    assert asked.gaps().gaps[0].wordings == (BICYCLE,)


def test_words_said_in_private_are_not_shown_beside_those_of_others(asked: Asked) -> None:
    private = "After probation, may Bob lease which bicycle?"
    asked.ask(private, "ann", "private:ann:1")
    for person in ("ben", "kim"):
        asked.ask(BICYCLE, person)
    (gap,) = asked.gaps().gaps
    assert (gap.topic.people, gap.wordings) == (3, (BICYCLE,))


def test_a_question_in_a_channel_shows_its_own_words_and_no_private_ones(asked: Asked) -> None:
    asked.ask("May I lease a bicycle? My doctor says so, after the surgery", "ann", "private:ann:1")
    asked.ask(BICYCLE, "ben")
    (gap,) = asked.gaps().gaps
    assert (len(gap.topic.askings), gap.wordings) == (2, (BICYCLE,))


def test_a_question_that_was_handed_to_a_person_is_shown(asked: Asked) -> None:
    trace = asked.ask(BICYCLE, "ann", "private:ann:1")
    asked.home.catalog.handoffs.open(trace, "ann", "ann", "general", "slack:channel:C1", BICYCLE)
    (gap,) = asked.gaps().gaps
    assert gap.wordings == (BICYCLE,)
    assert gap.topic.lacking(Lack.HANDED_OVER) == 1


def test_what_was_searched_for_it_then_is_searched_again_and_nothing_else(asked: Asked) -> None:
    asked.ask(BICYCLE, "ann")
    asked.home.catalog.places.create_space("hr", by="admin")
    asked.home.fill({"bikes.md": BIKES}, "hr")
    assert len(asked.gaps().open) == 1
    assert asked.asked_again == [BICYCLE]


def test_of_several_questions_in_a_message_the_one_that_found_nothing_is_the_gap(asked: Asked) -> None:
    asked.ask("How many days of paid leave do employees get? Who may lease a bicycle after probation?", "ann")
    found = asked.gaps()
    assert (found.asked, [gap.wordings for gap in found.gaps]) == (1, [(BICYCLE,)])


def test_where_nobody_asked_nothing_is_missing(asked: Asked) -> None:
    assert (asked.gaps().asked, asked.gaps().gaps) == (0, ())
    asked.ask("How many days of paid leave do employees get?", "ann")
    assert (asked.gaps().asked, asked.gaps().gaps) == (1, ())


def test_groups_are_of_what_is_alike_on_average_and_begin_with_their_middle() -> None:
    vectors = np.array([[1, 0, 0], [0.8, 0.6, 0], [0.3, 0.954, 0], [0, 0, 1]], dtype=np.float32)
    assert groups(vectors, 0.5) == [[1, 2, 0], [3]]
    assert groups(vectors, 0.99) == [[0], [1], [2], [3]]
    assert groups(vectors[:1]) == [[0]]


def test_others_than_admins_are_shown_what_was_asked_among_them_and_is_theirs(asked: Asked) -> None:
    told = asked.ask("Who repairs the zqzeppelin hangar?", "ann", place="here")
    asked.home.catalog.answers.give_feedback(Feedback(told, "ann", False, "outdated", "zqsecret words"))
    for person in ("ann", "ben", "cem"):  # by three people, but in private
        asked.ask("Where is the zqcellar lantern kept?", person, f"private:{person}")
    asked.ask("Which zqbalcony flowers grow?", "dee", "")  # at the terminal
    shared = asked.ask("When is zqlunch?", "dee", "private:dee")
    asked.home.catalog.answers.publish(shared, "general:2", "here")
    asked.ask("Whose is the zqgondola?", "eve", "elsewhere:1", place="elsewhere")
    here = asked.gaps(readers=Readers("here", GENERAL))
    assert {gap.wordings for gap in here.open} == {
        *((), ("Who repairs the zqzeppelin hangar?",), ("When is zqlunch?",))
    }
    assert "zqsecret" not in repr([gap.complaints for gap in here.gaps])
    assert [mark.reason for gap in here.gaps for mark in gap.complaints] == ["outdated"]
    others = asked.gaps(readers=Readers("here", frozenset({"hr"})))
    assert {(gap.wordings, gap.nearest) for gap in others.gaps} == {((), ())}
    assert len(others.open) == len(here.open) == 5
