"""One row of a citing set: a question, the numbered passages given for it, and what a good answer says."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brain.domain import Locator, Passage, Source
from brain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its passages (number n is the n-th) and the answer to learn.

    `answer` ends every sentence with the number of its passage, such as [2], or is the refusal. `gold` are
    the numbers of the passages that answer, empty where none does. `kind` says where the question is from
    (heading, table, faq, correction…), `origin` which document it is about: the split is made by it.
    """

    id: str
    question: str
    passages: tuple[Passage, ...]
    answer: str
    gold: tuple[int, ...]
    kind: str
    origin: str

    @property
    def answerable(self) -> bool:
        """Whether one of the passages answers."""
        return bool(self.gold)


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as JSON lines; the caller sees to it that nothing half-written is taken for whole."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(_as_json(row), ensure_ascii=False) + "\n")


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of a file in their order; raises UsageError with the line that is none."""
    return tuple(_rows(path))


def _rows(path: Path) -> Iterator[Row]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} can't be read: make a citing set with `citewise tune data`.", detail=repr(error)
        ) from error
    lines = text.removesuffix("\n").split("\n")  # texts may hold other line ends
    for number, line in enumerate(lines if text else (), 1):
        try:
            yield _row(json.loads(line))
        except (ValueError, LookupError, TypeError) as error:
            raise UsageError(
                f"Line {number} of {path} is no row of a citing set: make the set again with "
                "`citewise tune data`.",
                detail=repr(error),
            ) from error


def _as_json(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "question": row.question,
        "passages": [_passage_as_json(passage) for passage in row.passages],
        "answer": row.answer,
        "gold": list(row.gold),
        "kind": row.kind,
        "origin": row.origin,
    }


def _passage_as_json(passage: Passage) -> dict[str, Any]:
    source = passage.source
    return {
        "doc": source.document,
        "title": source.title,
        "space": source.space,
        "uri": source.uri,
        "page": source.locator.page,
        "heading": list(source.locator.heading),
        "context": passage.context,
        "table_header": passage.table_header,
        "text": passage.text,
    }


def _row(values: dict[str, Any]) -> Row:
    passages = tuple(_passage(number, entry) for number, entry in enumerate(values["passages"], 1))
    return Row(
        str(values["id"]),
        str(values["question"]),
        passages,
        str(values["answer"]),
        tuple(int(number) for number in values["gold"]),
        str(values["kind"]),
        str(values["origin"]),
    )


def _passage(number: int, values: dict[str, Any]) -> Passage:
    locator = Locator(page=values["page"], heading=tuple(values["heading"]))
    source = Source(values["doc"], values["title"], values["space"], values["uri"], locator)
    text = str(values["text"])
    return Passage(
        number,
        text,
        source,
        context=values["context"],
        table_header=values["table_header"],
        end=len(text),
    )
