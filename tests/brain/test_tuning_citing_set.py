"""A citing set on disk: whole or not there, found by its time, its hash over what is learnt."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from brain.domain import Locator, Passage, Source
from brain.errors import StorageFailed, UsageError
from brain.tuning.citing_set import CitingSet, as_question, check_name, plain_answer, save
from brain.tuning.rows import Row

SOURCE = Source("parking.pdf", "Parking", "general", "", Locator(page=3))
PASSAGES = (Passage(1, "Visitors park on level 2.", SOURCE, end=25),)
ANSWERED = Row(
    "a", "Where do visitors park?", PASSAGES, "Visitors park on level 2 [1].", (1,), "heading", "parking.pdf"
)
DECLINED = Row("b", "Who repairs bicycles?", PASSAGES, "Not in the documents.", (), "asked", "")
WATCHED = Row(
    "c", "Who parks on level 2?", PASSAGES, "Visitors park on level 2 [1].", (1,), "heading", "b.md"
)
QUESTION = {"id": "a", "question": "Where do visitors park?", "answers": ["Level 2"], "answerable": True}


def kept(tuning: Path, name: str | None = None, made: str = "20260131T120000Z") -> CitingSet:
    return save(
        tuning,
        name,
        made,
        ([ANSWERED], [WATCHED], [DECLINED]),
        [QUESTION],
        {"made": made},
        "{NAME} is {HASH}",
    )


def test_what_is_saved_is_read_again(tmp_path: Path):
    found = kept(tmp_path)
    assert found.folder.parent == tmp_path / "data"
    assert [row.question for row in found.train()] == [ANSWERED.question]
    assert found.held_out()[0].answer == "Not in the documents."
    assert [row.id for row in found.validation()] == ["c"]
    parts = ("train.jsonl", "validation.jsonl", "held_out.jsonl")
    rows = b"".join((found.folder / name).read_bytes() for name in parts)
    assert found.card["hash"] == found.data_hash == hashlib.sha256(rows).hexdigest()
    assert found.name == f"20260131T120000Z-{found.data_hash[:8]}"
    assert (found.folder / "card.md").read_text("utf-8") == f"{found.name} is {found.data_hash}"
    assert json.loads(found.questions.read_text("utf-8")) == QUESTION
    assert [path.name for path in (tmp_path / "data").iterdir()] == [found.name]


def test_a_set_of_two_parts_is_stopped_by_what_it_is_tested_with(tmp_path: Path):
    """So were they trained before there were three; their hash is what it was."""
    found = kept(tmp_path)
    assert found.has_validation
    (found.folder / "validation.jsonl").unlink()
    old = CitingSet.open(found.folder)
    assert not old.has_validation
    assert old.validation() == old.held_out() == found.held_out()
    rows = b"".join((old.folder / name).read_bytes() for name in ("train.jsonl", "held_out.jsonl"))
    assert old.data_hash == hashlib.sha256(rows).hexdigest()


def test_the_newest_whole_one_is_taken(tmp_path: Path):
    kept(tmp_path, "zebra", "20260101T000000Z")
    newest = kept(tmp_path, "apple", "20260201T000000Z")
    (tmp_path / "data" / "torn").mkdir()
    (tmp_path / "data" / "torn" / "train.jsonl").write_text("", "utf-8")
    (tmp_path / "data" / ".later.1.partial").mkdir()
    assert CitingSet.newest(tmp_path).folder == newest.folder


def test_where_there_is_none_the_command_is_named(tmp_path: Path):
    for missing in (lambda: CitingSet.newest(tmp_path), lambda: CitingSet.open(tmp_path)):
        with pytest.raises(UsageError) as raised:
            missing()
        assert "citewise tune data" in raised.value.sentence


def test_a_damaged_card_is_told_of(tmp_path: Path):
    found = kept(tmp_path)
    (found.folder / "card.json").write_text("{", "utf-8")
    with pytest.raises(UsageError) as raised:
        _ = CitingSet.open(found.folder).card
    assert "card.json" in raised.value.sentence


def test_a_taken_name_keeps_what_is_there(tmp_path: Path):
    first = kept(tmp_path, "mine")
    with pytest.raises(UsageError) as raised:
        kept(tmp_path, "mine")
    assert "mine" in raised.value.sentence
    assert CitingSet.open(first.folder).data_hash == first.data_hash
    assert len(list((tmp_path / "data").iterdir())) == 1


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "", "a b"])
def test_a_name_must_be_a_folder_s(name: str):
    with pytest.raises(UsageError):
        check_name(name)
    check_name("2026-plan_b.1")
    check_name(None)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path):
    """The kernel refuses to let a file grow past a limit, as it does when no block is free."""
    script = (
        "import resource, signal, sys\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from test_tuning_citing_set import kept\n"
        "from brain.errors import StorageFailed\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try:\n    kept(Path(sys.argv[1]))\n"
        "except StorageFailed as error:\n    print(error.sentence)"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, str(tmp_path)],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "free some disk space" in done.stdout
    assert list((tmp_path / "data").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path):
    (tmp_path / "data").write_text("a file", "utf-8")
    with pytest.raises(StorageFailed) as raised:
        kept(tmp_path)
    assert str(tmp_path / "data") in raised.value.sentence


def test_a_row_in_eval_s_terms_is_judged_by_its_own_passages():
    answered, declined = as_question(ANSWERED), as_question(DECLINED)
    assert (answered.answerable, answered.answers) == (True, ("Visitors park on level 2.",))
    assert (answered.gold[0].doc, answered.gold[0].page) == ("parking.pdf", 3)
    assert (declined.answerable, declined.answers, declined.gold) == (False, (), ())
    assert plain_answer(ANSWERED) == "Visitors park on level 2."
