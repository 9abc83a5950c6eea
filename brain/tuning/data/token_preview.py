"""Rows as a model's tokens, and which of them are learnt."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from brain.phi3.chat import Prompts
from brain.tuning.data.preview import Shown, as_text
from brain.tuning.learning.rendering import render
from brain.tuning.rows import Row

LONGEST = 2047  # tokens of a row, as in use


def in_tokens(rows: Sequence[Row], model: Path) -> list[Shown]:
    """The rows in the tokens of the model in that folder; one that doesn't fit is shown as text."""
    prompts = Prompts.of(model)
    shown = []
    for row in rows:
        example = render(row, prompts, LONGEST)
        if example is None:
            shown.append(as_text(row))
            continue
        marked = zip(example.tokens, example.said, strict=True)
        pieces = tuple(
            (prompts.with_marks([token for token, _ in run]), learnt)
            for learnt, run in groupby(marked, key=lambda one: one[1])
        )
        shown.append(Shown(row, pieces, len(example.tokens), sum(example.said)))
    return shown
