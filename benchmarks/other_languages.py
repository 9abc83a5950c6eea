"""`python -m benchmarks.other_languages [--held-out] [--show]`: everyday questions, not in English.

Each set of `benchmarks/languages` is indexed by itself in a temporary home and asked. Prints a table as
`benchmarks.everyday` does, with how often a right document comes first, and writes `results/languages.json`;
`--held-out` takes the sets that nothing was tuned by, and writes `results/languages-held-out.json`.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.everyday import Outcome, Verdict, asked, row, shown
from benchmarks.recording import Row, record, show
from bots.settings import load_settings
from bots.wiring import Citewise
from brain.evaluation.questions import read_questions

SETS = Path(__file__).parent / "languages"


def found_first(outcomes: Sequence[Outcome]) -> float:
    """The share of answerable questions of whose documents one was retrieved first, in per cent."""
    answerable = [found for found in outcomes if found.question.answerable]
    first = sum(
        found.answer.retrieved[:1] != ()
        and found.answer.retrieved[0].source.document in {gold.doc for gold in found.question.gold}
        for found in answerable
    )
    return round(100 * first / len(answerable), 1)


def _asked(folder: Path) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(Path(home))
        with Citewise(settings, create=True) as citewise:
            citewise.drives.ingest([str(folder / "docs")], "general", lambda *_: None)
            return asked(citewise.brain, read_questions(folder / "questions.jsonl"))


def main() -> None:
    """Read the arguments, index, ask, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="the sets that nothing was tuned by")
    parser.add_argument("--show", action="store_true", help="print what was not right")
    given = parser.parse_args()
    place = SETS / "held-out" if given.held_out else SETS
    rows: list[Row] = []
    for folder in sorted(path.parent for path in place.glob("*/questions.jsonl")):
        outcomes = _asked(folder)
        for found in outcomes if given.show else ():
            if found.verdict not in (Verdict.RIGHT, Verdict.RIGHTLY_REFUSED):
                print(shown(found))
        rows.append({**row(folder.name, outcomes), "right document first %": found_first(outcomes)})
    show("Everyday questions in other languages", rows, "shares are of the questions that have an answer")
    print(f"Written to {record('languages-held-out' if given.held_out else 'languages', rows)}.")


if __name__ == "__main__":
    main()
