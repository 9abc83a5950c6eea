"""A citing set on disk: HOME/tuning/data/NAME with its three files of rows, questions.jsonl and its card.

- train.jsonl, validation.jsonl, held_out.jsonl: rows to learn from, to stop a training by, and to test with
  (brain/tuning/rows.py). What is right for a row depends on the passages in it: one whose gold passage was
  taken away is to be declined. as_question() says it in eval's terms.
- questions.jsonl: held-out questions for `citewise eval`, which asks the whole catalog: only the rows whose
  right answer is the same there, with the rows' ids.

Sets of before there were three parts have no validation.jsonl: held_out.jsonl served for both.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from brain.answering.writing.claims import claims
from brain.durable import rename, sync_folder, told
from brain.errors import UsageError
from brain.evaluation.questions import EvalQuestion, Reference
from brain.tuning.rows import Row, read_rows, write_rows

_FILES = ("train.jsonl", "held_out.jsonl", "questions.jsonl", "card.json")
_ROWS = ("train.jsonl", "validation.jsonl", "held_out.jsonl")


@dataclass(frozen=True)
class CitingSet:
    """A whole citing set. `folder` is absolute."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "CitingSet":
        """The set in that folder; UsageError where there is none."""
        if not all((folder / name).is_file() for name in _FILES):
            raise UsageError(f"{folder} is no citing set: make one with `citewise tune data`.")
        return cls(folder.absolute())

    @classmethod
    def newest(cls, tuning: Path) -> "CitingSet":
        """The set that was made last below a home's `tuning`; UsageError where there is none."""
        found = []
        for folder in (tuning / "data").glob("[!.]*"):
            try:
                made = cls.open(folder)
                found.append((str(made.card.get("made", "")), folder.name, made))
            except UsageError:
                continue
        if not found:
            raise UsageError("There is no citing set yet: make one with `citewise tune data`.")
        return max(found, key=lambda one: one[:2])[2]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @cached_property
    def card(self) -> dict[str, Any]:
        """What the set is made of; UsageError where the file is damaged."""
        try:
            found = json.loads((self.folder / "card.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{self.folder / 'card.json'} can't be read: make the set again with `citewise tune data`.",
                detail=repr(error),
            ) from error
        if not isinstance(found, dict):
            raise UsageError(
                f"{self.folder / 'card.json'} is no data card: make the set again with `citewise tune data`."
            )
        return found

    @property
    def data_hash(self) -> str:
        """SHA-256 over the files of rows as they are now, in hex."""
        return data_hash(self.folder)

    @property
    def questions(self) -> Path:
        """The held-out questions for `citewise eval`."""
        return self.folder / "questions.jsonl"

    def train(self) -> tuple[Row, ...]:
        """The rows to learn from."""
        return read_rows(self.folder / "train.jsonl")

    @property
    def has_validation(self) -> bool:
        """Whether it has a part of its own to stop a training by, which may be empty."""
        return has_validation(self.folder)

    def validation(self) -> tuple[Row, ...]:
        """The rows to stop a training by: in a set of two parts, those to test with."""
        return read_rows(self.folder / "validation.jsonl") if self.has_validation else self.held_out()

    def held_out(self) -> tuple[Row, ...]:
        """The rows to test with."""
        return read_rows(self.folder / "held_out.jsonl")


def as_question(row: Row) -> EvalQuestion:
    """What is right for a row, judged by the passages that it holds, as `citewise eval`'s metrics take it."""
    answers = (plain_answer(row),) if row.answerable else ()
    gold = tuple(
        Reference(source.document, source.locator.page)
        for source in (row.passages[number - 1].source for number in row.gold)
    )
    fields = {"id": row.id, "question": row.question, "kind": row.kind, "origin": row.origin}
    return EvalQuestion(row.id, row.question, answers, row.answerable, gold, fields=fields)


def plain_answer(row: Row) -> str:
    """The row's answer without the numbers in brackets."""
    return " ".join(claim.text for claim in claims(row.answer, complete=True))


def has_validation(folder: Path) -> bool:
    """Whether the set in that folder has three parts."""
    return (folder / "validation.jsonl").is_file()


def data_hash(folder: Path) -> str:
    """SHA-256 over the files of rows, in hex; raises OSError where one is missing."""
    digest = hashlib.sha256()
    for name in _ROWS:
        if name == "validation.jsonl" and not has_validation(folder):
            continue
        with (folder / name).open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def check_name(name: str | None) -> None:
    """Raise UsageError for a name that can't be a folder's."""
    if name is not None and not re.fullmatch(r"\w[\w.-]{0,99}", name):
        raise UsageError(f"{name} can't be a set's name: use letters, digits, dots, dashes and underscores.")


def check_free(tuning: Path, name: str | None) -> None:
    """Raise UsageError where a set of that name is there already."""
    if name is not None and (tuning / "data" / name).exists():
        raise UsageError(f"There is a citing set {name} already: choose another name with --name.")


def save(
    tuning: Path,
    name: str | None,
    made: str,
    rows: tuple[Sequence[Row], Sequence[Row], Sequence[Row]],
    questions: Sequence[Mapping[str, Any]],
    card: Mapping[str, Any],
    text: str,
) -> CitingSet:
    """Write a set into a home's tuning folder: beside, synced, renamed.

    `rows` are those to learn from, to stop by, and to test with. `made` is a UTC time such as
    20260131T120000Z; without a `name` it and the data's hash make one. Name and hash are added to `card`, and
    stand in `text` for {NAME} and {HASH}. Raises UsageError where the name is taken, StorageFailed where the
    disk is full or the folder can't be written; nothing is left behind then.
    """
    data = tuning / "data"
    beside = data / f".{name or made}.{os.getpid()}.partial"
    failure = told(
        f"The citing set could not be written to {data}",
        "free some disk space or check the folder's permissions, then make it again.",
    )
    try:
        with failure:
            for folder in (tuning, data, beside):  # of a path, mkdir would make only the last private
                folder.mkdir(mode=0o700, parents=True, exist_ok=folder is not beside)
            for file, part in zip(_ROWS, rows, strict=True):
                write_rows(beside / file, part)
            (beside / "questions.jsonl").write_text(
                "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions), "utf-8"
            )
            found = data_hash(beside)
            target = data / (name or f"{made}-{found[:8]}")
            stamped = {"name": target.name, "hash": found, **card}
            (beside / "card.json").write_text(
                json.dumps(stamped, ensure_ascii=False, indent=2) + "\n", "utf-8"
            )
            (beside / "card.md").write_text(
                text.replace("{NAME}", target.name).replace("{HASH}", found), "utf-8"
            )
            sync_folder(beside)
            check_free(tuning, target.name)
            rename(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return CitingSet.open(target)
