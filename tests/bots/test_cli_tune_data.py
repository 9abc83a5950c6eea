"""`citewise tune data`: a set is made, looked at, and every wrong call is told of in one sentence."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from command_kit import Run

from bots.terminal.tune.data import _values
from brain.tuning.citing_set import CitingSet

pytestmark = pytest.mark.weights


def data(here: Run, *words: str | Path) -> Any:
    done = here("tune", "data", *words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_a_set_is_made_and_looked_at(here: Run, home: Path) -> None:
    card = data(here, "--rows", "40", "--held-out", "0.2")
    kept = CitingSet.newest(home / "tuning")
    assert card["folder"] == str(kept.folder)
    assert card["hash"] == kept.data_hash
    assert card["train"]["rows"] == len(kept.train()) > 3
    assert card["held_out"]["rows"] == len(kept.held_out()) > 0
    assert card["validation"]["rows"] == len(kept.validation())
    assert card["settings"]["mask"] is True

    again = data(here, "--rows", "40", "--held-out", "0.2", "--name", "again")
    assert again["hash"] == card["hash"]
    assert Path(again["folder"]).name == "again"
    taken = here("tune", "data", "--name", "again")
    assert taken.code == 2
    assert "again" in taken.err

    shown = here("tune", "data", "--preview", "2")
    assert shown.code == 0
    assert shown.out.count("⟦") == 4  # two legends, two answers
    assert any(f"⟦{row.answer}⟧" in shown.out for row in kept.train())
    assert "Question: " in shown.out
    assert "learnt: between ⟦ and ⟧" in shown.out
    assert "--model" in shown.err
    counts = [len(rows) for rows in (kept.train(), kept.validation(), kept.held_out())]
    assert (
        f"rows {counts[0]} to learn from, {counts[1]} to stop a training by, {counts[2]} to test" in shown.out
    )
    tested = here("tune", "data", "--preview", "1", "--part", "held-out")
    assert "expected: between ⟦ and ⟧" in tested.out
    assert any(f"⟦{row.answer}⟧" in tested.out for row in kept.held_out())
    previewed = data(here, "--preview", "1", "--name", "again")
    assert list(previewed["parts"].values()) == counts
    assert previewed["tokens"] is False
    assert [piece["learnt"] for piece in previewed["rows"][0]["pieces"]] == [False, True]
    assert "Not in the documents." in previewed["rows"][0]["pieces"][0]["text"]


def test_what_own_questions_are_about_is_kept_out(here: Run, home: Path, tmp_path: Path) -> None:
    line = {"id": "a", "question": "Who?", "gold": [{"doc": "leave.md"}]}
    (tmp_path / "mine.jsonl").write_text(json.dumps(line), "utf-8")
    card = data(here, "--keep-out", "mine.jsonl")
    assert "leave.md" in card["held_out_documents"]
    assert card["settings"]["kept_out"] == ["leave.md"]
    other = {**line, "id": "b", "gold": [{"doc": "house/leave.md"}]}
    (tmp_path / "mine.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(other)}", "utf-8")
    half = here("tune", "data", "--keep-out", "mine.jsonl", "--name", "half")
    assert (half.code, "not kept out by that name" in " ".join(half.err.split())) == (0, True)
    (tmp_path / "mine.jsonl").write_text(json.dumps(other), "utf-8")
    wrong = here("tune", "data", "--keep-out", "mine.jsonl")
    assert (wrong.code, "Nothing can be kept out" in wrong.err) == (2, True)
    (tmp_path / "none.jsonl").write_text('{"id": "a", "question": "Who?"}', "utf-8")
    done = here("tune", "data", "--keep-out", "none.jsonl")
    assert (done.code, "No question of none.jsonl names a document" in done.err) == (2, True)


def test_people_read_what_was_made(here: Run, home: Path) -> None:
    shown = here("tune", "data", "--rows", "30")
    assert shown.code == 0, shown.err
    assert "held out" in shown.out
    assert "few rows" in shown.out
    assert (
        (CitingSet.newest(home / "tuning").folder / "card.md").read_text("utf-8").startswith("# Citing set ")
    )


def test_with_a_model_its_tokens_are_shown(here: Run, home: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    sys.path.insert(0, str(Path(__file__).parents[1] / "brain"))
    from talking_phi3 import talking_phi3

    data(here, "--rows", "30")
    folder = talking_phi3(tmp_path / "phi3")
    previewed = data(here, "--preview", "1", "--model", folder)
    (row,) = previewed["rows"]
    assert previewed["tokens"] is True
    assert 0 < row["learnt_tokens"] < row["tokens"]
    given, learnt = row["pieces"]
    assert given["text"].startswith("<|system|>")
    assert given["text"].endswith("<|assistant|>\n")
    assert learnt == {"text": f"{row['answer']}<|end|>", "learnt": True}
    empty = tmp_path / "empty"
    empty.mkdir()
    shown = here("tune", "data", "--preview", "1", "--model", "empty")
    assert shown.code == 0
    assert "Text only: The tokenizer" in shown.err


def test_colour_where_there_is_any(here: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data(here, "--rows", "30")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = here("tune", "data", "--preview", "1")
    assert "\x1b[1;32m" in shown.out
    assert "\x1b[2m" in shown.out
    assert "⟦" not in shown.out


def test_another_space_is_warned_of(here: Run, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "secret"
    folder.mkdir()
    (folder / "bonus.md").write_text(
        "# Bonus\n\n## Paying the bonus\n\nThe bonus is paid on the 3rd of May. The board decides on it.\n",
        "utf-8",
    )
    assert here("spaces", "create", "board").code == 0
    assert here("ingest", folder, "--space", "board").code == 0
    done = here("tune", "data", "--space", "board", "--held-out", "0", "--name", "b")
    assert done.code == 0, done.err
    assert "may be told words of board" in done.err
    assert {row.origin for row in CitingSet.newest(home / "tuning").train()} == {"bonus.md"}
    here("tune", "data", "--rows", "40", "--name", "open")
    rows = (home / "tuning" / "data" / "open" / "train.jsonl").read_text("utf-8")
    assert "bonus" not in rows.lower()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--space", "moon"), 2, "moon"),
        (("--rows", "1"), 2, "--rows"),
        (("--held-out", "0.9"), 2, "--held-out"),
        (("--validation", "0.9"), 2, "--validation"),
        (("--model", "."), 2, "--preview"),
        (("--part", "train"), 2, "--preview"),
        (("--name", "../out"), 2, "../out"),
        (("--preview", "1"), 2, "citewise tune data"),
        (("--preview", "0"), 2, "--preview"),
    ],
)
def test_a_wrong_call_is_told_of_in_a_sentence(
    here: Run, home: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    done = here("tune", "data", *words)
    assert done.code == code
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not (home / "tuning").exists()


def test_without_documents_there_is_nothing_to_make(here: Run) -> None:
    done = here("tune", "data")
    assert done.code == 4
    assert "citewise ingest" in done.err


@pytest.mark.parametrize(("count", "words"), [(0, "0 values"), (1, "1 value"), (1200, "1,200 values")])
def test_masked_values_are_counted_in_words_that_fit(count: int, words: str) -> None:
    assert _values(count) == words
