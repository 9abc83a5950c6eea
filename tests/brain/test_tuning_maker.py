"""A citing set from a small home with real parts: catalog, index, retriever, readers."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from small_home import SmallHome

from brain.answering.writing.prompt import PASSAGES, REFUSAL
from brain.errors import NothingIndexed, UsageError
from brain.tuning.data.card import card, card_text
from brain.tuning.data.maker import finder, make
from brain.tuning.data.making import Made, Making
from brain.tuning.data.verifying import fault_of
from brain.tuning.rows import Row

TOPICS = "bicycles canteen dogs printers laptops parking lockers heating".split()


def text_of(topic: str, number: int) -> str:
    """A document about one thing, in words that no other has much of."""
    return f"""\
# Guide to {topic}

## Storing {topic} overnight

The {topic} room number {number} opens at {6 + number % 3}:15 on every working day. A key to the {topic} room
costs {10 + number} euros. You can keep a spare {topic} key in the {topic} cabinet.

## Trouble with {topic}

If you lose the {topic} key, tell the {topic} desk before noon. The {topic} desk has {number + 3} telephones.
Questions about {topic} go to {topic}@quillmoor.example at any time.

| {topic} offer | Price of {topic} | Weight of {topic} |
| --- | --- | --- |
| Small {topic} kit | {number + 30} euros | {number + 2} kg |
| Large {topic} kit | {number + 60} euros | {number + 5} kg |
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SmallHome]:
    made = SmallHome(tmp_path)
    made.fill({f"{topic}.md": text_of(topic, number) for number, topic in enumerate(TOPICS, 1)})
    yield made
    made.close()


def made(home: SmallHome, **settings: object) -> Made:
    making = Making(**settings)  # type: ignore[arg-type]
    return make(home.catalog, finder(home.retriever, making.spaces), making, lambda *_: None)


def rows(found: Made) -> list[Row]:
    return [*found.train.rows, *found.validation.rows, *found.held_out.rows]


def test_every_answer_passes_the_check_in_use_and_every_refusal_is_the_one_in_use(home: SmallHome):
    found = made(home)
    assert len(found.train.rows) > 40
    assert len({row.kind for row in rows(found)}) >= 5
    assert len({row.id for row in rows(found)}) == len(rows(found))
    for row in rows(found):
        assert 1 <= len(row.passages) <= PASSAGES
        assert len({(p.source.document, p.text) for p in row.passages}) == len(row.passages)
        assert (row.answer == REFUSAL) == (not row.gold)
        assert fault_of(row.answer, row.passages) == ""
        if row.gold:
            assert {row.passages[number - 1].source.document for number in row.gold} == {row.origin}


def test_gold_passages_stand_at_every_place(home: SmallHome):
    places = {row.gold[0] for row in rows(made(home)) if row.gold}
    assert places == set(range(1, PASSAGES + 1))


def test_rows_to_be_declined_hold_nothing_that_answers(home: SmallHome):
    found = made(home, without_gold=0.3, unanswerable=0.2)
    declined = [row for row in rows(found) if not row.gold]
    assert 0.35 < len(declined) / len(rows(found)) < 0.55
    for row in declined:
        if row.kind == "other document":
            assert all(passage.source.document != row.origin for passage in row.passages)
        if row.question.startswith("How much does a key to the"):
            number = TOPICS.index(row.origin.removesuffix(".md")) + 11
            assert all(f"costs {number} euros" not in passage.text for passage in row.passages)


def test_no_share_of_refusals_makes_none(home: SmallHome):
    assert all(row.gold for row in rows(made(home, without_gold=0.0, unanswerable=0.0)))


def test_nothing_of_a_held_out_document_is_learnt(home: SmallHome):
    home.add(
        "copy.md", text_of("dogs", 3) + "\nOne more line that only the copy holds, for those who read on.\n"
    )
    found = made(home, held_out=0.25)
    names = {found.documents[number] for number in found.held_out.documents}
    assert 1 <= len(names) <= 6
    assert ("copy.md" in names) == ("dogs.md" in names)
    assert {passage.source.document for row in found.train.rows for passage in row.passages}.isdisjoint(names)
    assert {row.origin for row in found.held_out.rows} <= names
    share = len(found.held_out.rows) / len(rows(found))
    assert 0.1 < share < 0.4


def shown(found: Iterable[Row]) -> set[str]:
    """The documents whose passages stand in these rows."""
    return {passage.source.document for row in found for passage in row.passages}


def test_what_training_stops_by_is_neither_learnt_nor_tested_with(home: SmallHome):
    found = made(home, held_out=0.2, validation=0.2)
    watched, tested = (
        {found.documents[number] for number in part.documents} for part in (found.validation, found.held_out)
    )
    assert watched
    assert tested
    assert watched.isdisjoint(tested)
    assert {row.origin for row in found.validation.rows} <= watched
    assert shown(found.train.rows).isdisjoint(watched | tested)
    assert shown(found.validation.rows).isdisjoint(tested)
    assert 0.05 < len(found.validation.rows) / len(rows(found)) < 0.4
    alone = made(home, held_out=0.2, validation=0.0)
    assert alone.held_out.documents == found.held_out.documents  # what is tested does not depend on it
    assert (alone.validation.rows, alone.validation.documents) == ([], frozenset())


def test_the_same_seed_makes_the_same_set_and_another_one_another(home: SmallHome):
    first = made(home, seed=1)
    again = made(home, seed=1)
    assert rows(first) == rows(again)
    assert first.questions == again.questions
    assert rows(first) != rows(made(home, seed=2))


def test_what_is_not_open_to_all_is_used_only_where_it_is_named(home: SmallHome):
    home.add("salaries.md", text_of("salaries", 40), "hr")
    everything = "\n".join(str(row) for row in rows(made(home)))
    assert "salaries" not in everything
    both = made(home, spaces=("general", "hr"))
    assert any(row.origin == "salaries.md" for row in rows(both))
    only = made(home, spaces=("hr",), held_out=0.0)
    assert {p.source.space for row in rows(only) for p in row.passages} == {"hr"}


def test_rows_and_distractors_are_as_many_as_wanted(home: SmallHome):
    few = made(home, rows=20, distractors=2)
    assert [len(part.rows) for part in (few.train, few.validation, few.held_out)] == [15, 2, 3]
    assert {len(row.passages) for row in rows(few)} <= {3, 4}
    alone = made(home, rows=20, distractors=0, without_gold=0.0, unanswerable=0.0)
    assert all(len(row.passages) == len(row.gold) for row in rows(alone))


def test_addresses_are_masked_unless_told_otherwise(home: SmallHome):
    masked = made(home)
    assert "@quillmoor" not in str(rows(masked))
    assert masked.masked["email"] >= 5
    assert "@quillmoor" in str(rows(made(home, mask=False)))


def test_questions_for_the_whole_catalog_leave_out_what_only_a_row_lacks(home: SmallHome):
    found = made(home, without_gold=0.3, unanswerable=0.2, held_out=0.3)
    by_id = {row.id: row for row in found.held_out.rows}
    assert found.questions
    for question in found.questions:
        row = by_id[str(question["id"])]
        assert question["question"] == row.question
        assert question["answerable"] == row.answerable
        assert row.gold or row.kind in ("other number", "not written down")
        assert "[" not in " ".join(question["answers"])


def test_the_card_counts_what_was_made(home: SmallHome):
    making = Making()
    found = made(home)
    values = card(found, making, "20260131T120000Z", "1.2.3")
    parts = {"train": found.train, "validation": found.validation, "held_out": found.held_out}
    for name, side in parts.items():
        assert values[name]["rows"] == len(side.rows)
        assert sum(values[name]["by_kind"].values()) == len(side.rows)
        assert sum(values[name]["by_role"].values()) == len(side.rows)
    assert values["masked"]["email"] == found.masked["email"]
    text = card_text(values)
    assert "People's names are not masked." in text
    assert all(path in text for path in values["held_out_documents"] + values["validation_documents"])
    assert f"| rows | {len(found.train.rows)} | {len(found.validation.rows)} |" in text
    assert "all its epochs" not in text


def test_documents_of_own_questions_are_kept_out(home: SmallHome):
    for share in (0.15, 0.0):
        found = made(home, held_out=share, kept_out=("dogs.md", "heating.md", "elsewhere.md"))
        assert {"dogs.md", "heating.md"} <= {found.documents[n] for n in found.held_out.documents}
        assert shown([*found.train.rows, *found.validation.rows]).isdisjoint({"dogs.md", "heating.md"})
        assert bool(found.held_out.rows) == bool(share)


def test_two_documents_make_a_part_to_learn_from_and_one_to_test_with(tmp_path: Path):
    home = SmallHome(tmp_path)
    home.fill({f"{topic}.md": text_of(topic, number) for number, topic in enumerate(TOPICS[:2], 1)})
    found = made(home)
    assert (len(found.train.documents), len(found.held_out.documents)) == (1, 1)
    assert found.train.rows
    assert found.held_out.rows
    assert found.validation.rows == []
    assert "all its epochs" in card_text(card(found, Making(), "20260131T120000Z", "1.2.3"))
    home.close()


def test_one_document_can_be_learnt_from_but_not_tested_with(tmp_path: Path):
    home = SmallHome(tmp_path)
    home.add("dogs.md", text_of("dogs", 1))
    with pytest.raises(UsageError) as raised:
        made(home)
    assert "--held-out 0" in raised.value.sentence
    assert len(made(home, held_out=0.0).train.rows) > 3
    home.close()


def test_an_empty_space_and_an_unknown_one_are_told_of(tmp_path: Path):
    home = SmallHome(tmp_path)
    with pytest.raises(NothingIndexed) as empty:
        made(home)
    assert "citewise ingest" in empty.value.sentence
    with pytest.raises(UsageError) as unknown:
        made(home, spaces=("moon",))
    assert "moon" in unknown.value.sentence
    home.add("scrap.md", "x = {1}\n\ny = {2}\n")
    with pytest.raises(UsageError) as scrap:
        made(home)
    assert "No question" in scrap.value.sentence
    home.close()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"rows": 1}, "--rows"),
        ({"held_out": 0.7}, "--held-out"),
        ({"validation": 0.5}, "--validation"),
        ({"without_gold": -0.1}, "--without-gold"),
        ({"unanswerable": 1.0}, "--unanswerable"), ({"distractors": 6}, "--distractors"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(settings: dict[str, float], named: str):
    with pytest.raises(UsageError) as raised:
        Making(**settings)  # type: ignore[arg-type]
    assert named in raised.value.sentence
