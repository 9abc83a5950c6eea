"""`python -m benchmarks.older_edition QUESTIONS DOCS --out FOLDER`: documents with other figures.

Copies those Markdown documents that the questions' gold names, with every second amount or duration in them
changed, so that a collection and this edition of it contradict each other where that is known:

    citewise ingest FOLDER --home HOME    # beside DOCS
    python -m benchmarks.disagreements mixed=QUESTIONS@HOME --show
"""

import argparse
import random
import re
from pathlib import Path

from brain.evaluation.questions import read_questions

_FIGURE = re.compile(
    r"(?<![\w.,/-])\d{1,3}(?=[ -](?:days?|hours?|weeks?|months?|years?|minutes?|percent"
    r"|(?:business|calendar|working) days)\b|%)|(?<=\$)\d[\d,]*(?![\d.])"
)
SEED = 7


def older(text: str, chance: random.Random) -> tuple[str, int]:
    """The text with about half of its figures changed, and how many that were."""
    changed = 0

    def other(match: re.Match[str]) -> str:
        nonlocal changed
        if chance.random() < 0.5:
            return match.group()
        changed += 1
        value = int(match.group().replace(",", ""))
        return str(value + 10 if 40 <= value < 85 else value * 2)

    return _FIGURE.sub(other, text), changed


def main() -> None:
    """Read the arguments, copy and say how much was changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("docs", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    chance = random.Random(SEED)
    named = dict.fromkeys(gold.doc for question in read_questions(given.questions) for gold in question.gold)
    documents = figures = 0
    for doc in named:
        if not doc.endswith(".md"):
            continue
        text, changed = older((given.docs / doc).read_text("utf-8"), chance)
        if changed:
            (given.out / doc).parent.mkdir(parents=True, exist_ok=True)
            (given.out / doc).write_text(text, "utf-8")
            documents, figures = documents + 1, figures + changed
    print(f"Wrote {documents} documents to {given.out}, {figures} of their figures changed.")


if __name__ == "__main__":
    main()
