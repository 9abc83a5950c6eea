"""What came nearest to a question that is not answered: documents, and a sentence where that may help."""

import math
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from small_home import SmallHome

from brain.answering.nearest import LISTED, LONGEST, NEAREST, QUOTED_FROM
from brain.domain import Question, RefusalReason
from brain.evidence import FOR_ANY, EvidenceGate

LEAVE = "How many days of paid leave do employees get?"
DRIVE = {
    "leave.md": "# Leave\n\nEmployees get thirty days of paid leave a year. Unused days expire in March.",
    "pay.md": "# Pay\n\nEmployees who leave are paid.",
    "lift.md": "# Lift\n\nThe lift is serviced on Mondays.",
    "minutes.md": "# Minutes of 3 March 2026\n\nEmployees get a leave form for paid days.",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path_factory.mktemp("home"))
    for path, content in DRIVE.items():
        home.add(path, content)
    home.add("secret.md", "# Leave\n\nDirectors get ninety days of paid leave, employees don't.", "board")
    yield home
    home.close()


def closed(confidence: float) -> EvidenceGate:
    """A gate that finds any evidence as likely as that, and lets none through."""
    none = replace(FOR_ANY, **{field.name: 0.0 for field in fields(FOR_ANY)})
    return EvidenceGate(replace(none, bias=math.log(confidence / (1 - confidence))), threshold=1.1)


def near(home: SmallHome, text: str, confidence: float = QUOTED_FROM + 0.1) -> dict[str, str]:
    """The nearest documents and their words, in order."""
    answer = home.brain(gate=closed(confidence)).invoke(Question(text))
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.NO_EVIDENCE
    assert answer.citations == ()
    return {one.source.document: one.words for one in answer.refusal.nearest}


def test_the_nearest_sentence_stands_first_and_others_are_named(home: SmallHome) -> None:
    found = near(home, LEAVE)
    assert 1 < len(found) <= NEAREST
    (path, words), *others = found.items()
    assert (path, words) == ("leave.md", "Employees get thirty days of paid leave a year.")
    assert {words for _, words in others} == {""}


ROW = "# Plans\n\n| Plan | Paid leave |\n| --- | --- |\n| School | 40 days |\n"
PROSE = "# The School plan\n\nDays of paid leave:\n\nIs leave paid? Leave is paid."


@pytest.mark.parametrize(
    ("content", "words"),
    [(ROW, "School – Paid leave: 40 days."), (PROSE, "Leave is paid.")],
    ids=["a row in words", "no heading, question or what leads in"],
)
def test_what_is_shown_is_what_an_answer_would_say(tmp_path: Path, content: str, words: str) -> None:
    home = SmallHome(tmp_path)
    home.add("one.md", content)
    assert near(home, "Do employees of the School plan get paid leave?")["one.md"] == words
    home.close()


def test_too_far_away_documents_are_named_alone(home: SmallHome) -> None:
    found = near(home, LEAVE, QUOTED_FROM - 0.05)
    assert "leave.md" in found
    assert set(found.values()) == {""}


def test_of_an_asked_date_nothing_else_is_shown(home: SmallHome) -> None:
    assert set(near(home, "Which leave form do employees get on 4 March 2026?").values()) == {""}


def test_documents_that_were_asked_for_are_only_named(home: SmallHome) -> None:
    gate = replace(closed(0.4), threshold=0.0)
    answer = home.brain(gate=gate).invoke(Question("Which documents are there about paid leave?"))
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.DOCUMENTS_WANTED
    assert 0 < len(answer.refusal.nearest) <= LISTED
    assert {one.words for one in answer.refusal.nearest} == {""}


def test_a_long_sentence_is_cut_at_a_word(tmp_path: Path) -> None:
    home = SmallHome(tmp_path)
    home.add("long.md", f"# Leave\n\nEmployees get thirty days of paid leave{' and so on' * 40}.")
    words = near(home, LEAVE)["long.md"]
    assert words.startswith("Employees get thirty days of paid leave and")
    assert words.endswith((" and …", " so …", " on …"))
    assert len(words) <= LONGEST
    home.close()
