"""A row as text in two pieces: what a model is given, and what it learns to say. No model is needed."""

from dataclasses import dataclass

from brain.answering.writing.prompt import prompt
from brain.tuning.rows import Row


@dataclass(frozen=True, slots=True)
class Shown:
    """`pieces` are stretches of text and whether they are learnt; tokens are 0 without a model."""

    row: Row
    pieces: tuple[tuple[str, bool], ...]
    tokens: int = 0
    learnt_tokens: int = 0


def as_text(row: Row) -> Shown:
    """The messages of the prompt in use, without the model's own marks between them."""
    messages, _ = prompt(row.question, row.passages, few_shot=False, tokens=1, count=lambda _: 0)
    given = "\n\n".join(message.text for message in messages)
    return Shown(row, ((f"{given}\n\n", False), (row.answer, True)))
