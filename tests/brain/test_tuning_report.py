from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from citing_rows import knowing, rows

from brain.answering.writing.prompt import REFUSAL
from brain.answering.writing.written import estimated
from brain.errors import StorageFailed, UsageError
from brain.tuning.judging.comparison import Comparison
from brain.tuning.judging.evaluation import Evaluated, evaluate
from brain.tuning.judging.report import Report, read_own_report, read_report
from brain.tuning.judging.report_page import page
from brain.tuning.judging.report_plot import plot
from brain.tuning.judging.writers import ModelWriter
from brain.tuning.promotion import grounds

HELD_OUT = rows(4, 2)
SAID = (
    "The parking costs 20 euros a day [2].",
    REFUSAL,
    "The |canteen| is *free* [2].",
    "Visitors ask at desk 24 about the parking [1].",
    REFUSAL,
    "The bicycles costs 25 euros a day [3].",
)


@pytest.fixture(scope="module")
def evaluated() -> Evaluated:
    answers = {f"costs {20 + number} euros": said for number, said in enumerate(SAID)}
    writers = [
        ModelWriter(name, knowing(answers if name == "adapter" else {}), few_shot=False, room=1700,
                    count=estimated)
        for name in ("base", "adapter")
    ]  # fmt: skip
    return evaluate(HELD_OUT, writers)


def report(evaluated: Evaluated, in_use: Comparison | None = None) -> Report:
    when = "2026-11-26T16:00:00+00:00"
    return Report("leave", "a" * 64, "d" * 64, "phi3", "1.0", when, 8, evaluated.comparison, in_use)


def test_a_report_survives_its_file(evaluated: Evaluated, tmp_path: Path):
    import json

    for in_use in (None, evaluated.comparison):
        whole = report(evaluated, in_use)
        (tmp_path / "report.json").write_text(json.dumps(whole.as_json()))
        assert read_report(tmp_path, "leave") == whole
    assert read_own_report(tmp_path, "leave") is None
    own = replace(report(evaluated), questions="mine.jsonl", note="6 of 8 questions can judge it.")
    (tmp_path / "questions.json").write_text(json.dumps(own.as_json()))
    assert read_own_report(tmp_path, "leave") == own
    (tmp_path / "questions.json").write_text("{")
    with pytest.raises(UsageError, match="is damaged: run `citewise tune eval leave --questions FILE` again"):
        read_own_report(tmp_path, "leave")


def test_a_report_that_is_missing_or_damaged_is_told(tmp_path: Path):
    with pytest.raises(UsageError, match="leave was not evaluated: run `citewise tune eval leave`"):
        read_report(tmp_path, "leave")
    for damaged in ("", "{}", "[]", '{"given": 3}'):
        (tmp_path / "report.json").write_text(damaged)
        with pytest.raises(UsageError, match="is damaged: run `citewise tune eval leave` again"):
            read_report(tmp_path, "leave")


def test_the_page_tells_verdict_figures_and_what_went_wrong(evaluated: Evaluated):
    text = page(report(evaluated), evaluated, grounds(evaluated.comparison), "report.svg")
    assert "6 of 8 held-out questions, of which 4 are answerable" in text
    assert "**It may not be promoted**" in text
    assert "- ✗ unseen questions: 4 answerable and 2 unanswerable" in text
    assert "| metric | base | adapter |" in text
    assert "![The main figures with their intervals](report.svg)" in text
    wrong = text.partition("## What the adapter got wrong")[2]
    assert "4 of 6; the first 4:" in wrong
    for what in ("declined, though the passages answer", "nothing of it was backed", "not declined"):
        assert f"({what})" in wrong
    assert "(another answer)" in wrong
    assert "The \\|canteen\\| is \\*free\\* \\[2\\]." in wrong  # no markup of a model's
    assert "What does the parking cost?" not in wrong


def test_the_page_of_a_faultless_adapter(evaluated: Evaluated):
    answers = {f"costs {20 + number} euros": row.answer for number, row in enumerate(HELD_OUT)}
    writer = ModelWriter("adapter", knowing(answers), few_shot=False, room=1700, count=estimated)
    faultless = evaluate(HELD_OUT, [writer])
    text = page(report(faultless, evaluated.comparison), faultless, ())
    assert "**It may be promoted**" in text
    assert "Nothing, by these metrics." in text
    assert "## In use" in text


def test_the_page_about_own_questions_says_which_they_are(evaluated: Evaluated):
    own = replace(report(evaluated), questions="mine.jsonl", note="6 of 8 questions can judge it.")
    text = page(own, None, grounds(evaluated.comparison))
    assert "6 of 8 questions of mine.jsonl, of which 4 are answerable" in text
    assert "6 of 8 questions can judge it." in text
    assert "The whole of citewise" in text
    assert "Given the same passages" not in text


def test_the_plot_has_every_writer_and_figure(evaluated: Evaluated, tmp_path: Path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "made" / "report.svg"
    plot(evaluated.comparison, path, "leave")
    text = "".join(ElementTree.parse(path).getroot().itertext())
    for word in ("base", "adapter", "(cite_f1)", "(refuse_f1)", "leave (6 unseen questions)"):
        assert word in text


def test_where_the_plot_cannot_be_written_is_told(evaluated: Evaluated, tmp_path: Path):
    pytest.importorskip("matplotlib")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="can't be written"):
        plot(evaluated.comparison, tmp_path / "file" / "report.svg", "leave")
