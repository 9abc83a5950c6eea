"""An admin's own questions judge an adapter only where it has not learnt what they are about."""

from pathlib import Path

import pytest
from citing_rows import rows

from brain.errors import UsageError
from brain.evaluation.questions import EvalQuestion, Reference
from brain.tuning.citing_set import CitingSet
from brain.tuning.judging.own_questions import own_questions
from brain.tuning.rows import write_rows


@pytest.fixture
def data(tmp_path: Path) -> CitingSet:
    """Learnt: parking, with bicycles and canteen beside it; stopped by: library; tested with: laundry."""
    every = {row.origin: row for row in rows(6, 0)}
    write_rows(tmp_path / "train.jsonl", [every["parking.md"]])
    write_rows(tmp_path / "validation.jsonl", [every["library.md"]])
    write_rows(tmp_path / "held_out.jsonl", [every["laundry.md"]])
    for name in ("questions.jsonl", "card.json"):
        (tmp_path / name).write_text("{}")
    return CitingSet.open(tmp_path)


INDEXED = {f"{name}.md" for name in ("parking", "bicycles", "canteen", "library", "laundry", "attic")}


def asked(name: str, *docs: str, answerable: bool | None = True) -> EvalQuestion:
    return EvalQuestion(name, f"What about {name}?", ("x",), answerable, tuple(map(Reference, docs)))


def test_only_what_was_neither_learnt_nor_stopped_by_is_asked(data: CitingSet):
    questions = (
        asked("own", "parking.md"),
        asked("shown", "canteen.md"),  # a distractor of the parking's row
        asked("watched", "library.md"),
        asked("both", "laundry.md", "parking.md"),
        asked("tested", "laundry.md"),
        asked("new", "attic.md"),
        asked("nothing", answerable=False),
        asked("no gold"),
        asked("open", "attic.md", answerable=None),
        asked("misspelt", "house/parking.md"),  # whether that was learnt can't be told
    )
    found = own_questions(questions, data, INDEXED)
    assert [question.id for question in found.asked] == ["tested", "new", "nothing"]
    assert (found.whole, found.learnt, found.untold, found.undecided) == (10, 4, 1, 1)
    assert found.sentence == (
        "3 of 10 questions can judge it; left out: 4 about documents that the adapter learnt from or was "
        "stopped by, 1 that name no document in `gold`, 1 that name a document in `gold` that is not indexed "
        "under that name, 1 of which nobody has decided whether they can be answered."
    )
    assert own_questions(questions[4:7], data, INDEXED).sentence == "3 of 3 questions can judge it."


def test_where_none_can_judge_the_remedy_is_told(data: CitingSet):
    with pytest.raises(UsageError, match=r"0 of 1 questions .* 1 about documents .*--keep-out FILE"):
        own_questions([asked("own", "parking.md")], data, INDEXED)
