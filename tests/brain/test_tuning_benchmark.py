import sys
from pathlib import Path

import pytest

from benchmarks import tuning
from benchmarks.tuning_table import lines, with_more
from brain.answering.writing.prompt import REFUSAL
from brain.domain import Locator, Passage, Source
from brain.tuning.judging.comparison import compare
from brain.tuning.judging.evaluation import Evaluated
from brain.tuning.judging.reply import Reply, scored
from brain.tuning.rows import Row


def test_it_says_why_it_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tuning", "--documents", str(tmp_path / "none"), "--quick"])
    tuning.main()
    assert capsys.readouterr().out.startswith("Skipped: ")


def test_refusing_what_can_be_answered_is_not_hidden_by_good_citations() -> None:
    asked = tuple(_row(thing) for thing in ("cellar", "garage"))
    right = Reply(
        "cellar", asked[0].answer, "The cellar opens at 6.", ((2, "The cellar opens at 6."),), kept=1
    )
    declined = Reply("garage", REFUSAL, refused=True)
    uncited = [Reply(row.id, row.answer.replace(" [2]", "")) for row in asked]
    replies = {"adapter": (right, declined), "base": tuple(uncited), "few-shot": tuple(uncited)}
    scores = {
        name: [scored(row, reply) for row, reply in zip(asked, found, strict=True)]
        for name, found in replies.items()
    }
    figures, differences = with_more(Evaluated(asked, replies, compare(scores, "adapter")))
    assert figures["adapter"]["cite_f1"].value == 1
    assert figures["adapter"]["cite_f1_all"].value == 0.5
    # Words are seen also where nothing was cited, and so nothing is left after the check.
    assert (figures["base"]["f1"].value, figures["base"]["said_f1"].value) == (0, 1)
    assert (figures["base"]["said_cite_f1"].value, figures["adapter"]["said_cite_f1"].value) == (0, 0.5)
    assert differences["base"]["cite_f1_all"].value == 0.5
    again = {**figures, "adapter": figures["base"]}  # as if another training had come to nothing
    trainings = {0: (figures, differences), 1: (again, differences)}
    (line,) = (line for line in lines(trainings) if line["metric"] == "cite_f1_all")
    assert [line[name] for name in ("base", "seed 0", "seed 1")] == ["0.000", "0.500", "0.000"]
    assert "adapter" not in line
    assert str(line["seed 0 − few-shot"]).startswith("+0.500 (")


def _row(thing: str) -> Row:
    texts = ("The office is on level 3.", f"The {thing} opens at 6.")
    source = Source("house.md", "House", "general", "", Locator())
    passages = tuple(
        Passage(n, text, source, context="House", end=len(text)) for n, text in enumerate(texts, 1)
    )
    question = f"When does the {thing} open?"
    return Row(thing, question, passages, f"The {thing} opens at 6 [2].", (2,), "heading", "house.md")
