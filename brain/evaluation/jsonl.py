"""JSON-lines files read field by field, so that a wrong one is named by file, line and remedy."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from brain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a file; `where` opens every complaint about it, such as `q.jsonl, line 3`."""

    where: str
    values: Mapping[str, object]

    def wrong(self, name: str, remedy: str) -> UsageError:
        """The error for a field that holds something else than it should."""
        if name not in self.values:
            return UsageError(f'{self.where}: "{name}" is missing; {remedy}.')
        shown = json.dumps(self.values[name], ensure_ascii=False)
        shown = shown if len(shown) <= 60 else shown[:57] + "…"
        return UsageError(f'{self.where}: "{name}" is {shown}; {remedy}.')

    def text(self, name: str, default: str | None = None) -> str:
        """A string; an absent or null one is `default`, or an error where there is none."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.wrong(name, "write a text in double quotes")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; absent and null are the empty list."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(name, 'write a list of texts, such as ["25 days"]')
        return tuple(value)

    def flag(self, name: str) -> bool | None:
        """A truth value, or None where it is absent or null."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "write true or false without quotes, or null")
        return value

    def number(self, name: str) -> float | None:
        """A number, or None where it is absent or null."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, "write a plain number without quotes, or leave it out")
        return float(value)

    def page(self) -> int | None:
        """The field `page`, or None where it is absent or null."""
        value = self.values.get("page")
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.wrong("page", "write a whole number counted from 1, or leave it out")
        return value

    def objects(self, name: str) -> "tuple[Row, ...] | None":
        """A list of objects, or None where it is absent or null; a bare text counts as its `doc`."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise self.wrong(name, 'write a list of objects, such as [{"doc": "leave.pdf", "page": 2}]')
        return tuple(self._object(name, item) for item in value)

    def _object(self, name: str, item: object) -> "Row":
        if isinstance(item, str):
            item = {"doc": item}
        if not isinstance(item, dict):
            raise self.wrong(name, 'write each entry as an object, such as {"doc": "leave.pdf", "page": 2}')
        return Row(f"{self.where}, {name}", item)


def read_rows(path: Path) -> tuple[tuple[str, Row], ...]:
    """Every (id, object) of a JSON-lines file, ids unique; blank lines are passed over."""
    rows = []
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            row = _parse(f"{path}, line {number}", line)
            identity = row.values.get("id")
            if isinstance(identity, bool) or not isinstance(identity, str | int) or identity == "":
                raise row.wrong("id", 'give every line its own id, such as "leave-1"')
            rows.append((str(identity), row))
    if not rows:
        raise UsageError(f'{path} is empty; write one object a line, such as {{"id": "1", "question": "…"}}.')
    twice = [identity for identity, times in Counter(identity for identity, _ in rows).items() if times > 1]
    if twice:
        raise UsageError(f'{path}: the id "{twice[0]}" is used more than once; every line needs its own.')
    return tuple(rows)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}; check the path.") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}); check the path and its rights.") from None


def _parse(where: str, line: str) -> Row:
    try:
        values = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where} is not JSON ({error}); each line must be one whole object.") from None
    if not isinstance(values, dict):
        raise UsageError(f'{where} is not an object; write {{"id": …}} on each line.')
    return Row(where, values)
