"""Rows of a citing set, made on the spot: short questions with short passages, answered by the same words."""

import json
from pathlib import Path

from brain.domain import Locator, Passage, Source
from brain.tuning.rows import Row, write_rows

THINGS = ("cellar", "canteen", "library", "garage", "office", "archive", "kitchen", "workshop")


def house_rows(count: int, first: int = 0) -> tuple[Row, ...]:
    """Every third one's question has no answer in its passages."""
    return tuple(_row(number) for number in range(first, first + count))


def house_set(folder: Path, learnt: int, held_out: int, first: int = 0) -> None:
    """A citing set of them in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / "train.jsonl", house_rows(learnt, first))
    write_rows(folder / "held_out.jsonl", house_rows(held_out, first + 40))
    (folder / "questions.jsonl").write_text("", "utf-8")
    (folder / "card.json").write_text(json.dumps({"made": f"2026-01-01T00:{first:02}:00Z"}), "utf-8")


def _row(number: int) -> Row:
    asked, other = (THINGS[(number + place) % len(THINGS)] for place in (0, 3))
    hour = 6 + number % 5
    answered = number % 3 != 2
    texts = (f"The {other} is on level {number % 4}.", f"The {asked} opens at {hour}.")
    passages = tuple(_passage(place, text) for place, text in enumerate(texts[: 2 if answered else 1], 1))
    answer = f"The {asked} opens at {hour} [2]." if answered else "Not in the documents."
    gold = (2,) if answered else ()
    return Row(
        f"row-{number}", f"When does the {asked} open?", passages, answer, gold, "heading", f"{asked}.md"
    )


def _passage(number: int, text: str) -> Passage:
    source = Source(f"{number}.md", "House", "general", "", Locator())
    return Passage(number, text, source, context="House", end=len(text))
