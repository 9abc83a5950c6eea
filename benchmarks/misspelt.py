"""`python -m benchmarks.misspelt NAME=QUESTIONS@HOME …`: everyday questions with a slip of the finger each.

As `benchmarks.everyday`, whose questions it asks: in one word of each, five letters long or longer, a letter
is left out, doubled by another, mistaken or swapped with the next. The slips are the same in every run. The
first letter stays, as it does where citewise puts slips right: other slips do worse.
"""

import argparse
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase

from benchmarks.everyday import Outcome, asked, row
from benchmarks.recording import Row, show
from bots.settings import load_settings
from bots.wiring import Citewise
from brain.evaluation.questions import EvalQuestion, read_questions
from brain.text.terms import content_words

_WORD = re.compile(r"[a-z]{5,}")


def slipped(question: str, chance: random.Random) -> str:
    """The question with a slip in one of its content words; as it is where none is long enough."""
    words = [found for found in _WORD.finditer(question) if content_words(found.group())]
    if not words:
        return question
    found = chance.choice(words)
    word, at = found.group(), chance.randrange(1, len(found.group()) - 1)
    letter = chance.choice(ascii_lowercase)
    slip = chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return question[: found.start()] + slip + question[found.end() :]


def with_slips(questions: Sequence[EvalQuestion], seed: int = 7) -> list[EvalQuestion]:
    """The questions, those that could be misspelt."""
    chance = random.Random(seed)
    slips = ((question, slipped(question.text, chance)) for question in questions)
    return [replace(question, text=text) for question, text in slips if text != question.text]


def _read_anew(outcomes: Sequence[Outcome]) -> int:
    return sum(bool(found.answer.read_as) for found in outcomes)


def main() -> None:
    """Read the arguments, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=QUESTIONS@HOME")
    rows: list[Row] = []
    for text in parser.parse_args().sets:
        name, _, places = text.partition("=")
        questions, _, home = places.rpartition("@")
        with Citewise(load_settings(Path(home))) as citewise:
            outcomes = asked(citewise.brain, with_slips(read_questions(Path(questions))))
        rows.append({**row(name, outcomes), "slips put right": _read_anew(outcomes)})
    show("Misspelt everyday questions", rows, "shares are of the questions that have an answer")


if __name__ == "__main__":
    main()
