"""The citing set that a run learns from: found by its name or folder, and told apart by its content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from brain.errors import UsageError
from brain.tuning.rows import Row, read_rows

_SPLITS = ("train.jsonl", "held_out.jsonl")


@dataclass(frozen=True, slots=True)
class LearningData:
    """A folder with train.jsonl and held_out.jsonl."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def hash(self) -> str:
        """SHA-256 over the two files, one after the other, in hex."""
        digest = hashlib.sha256()
        for name in _SPLITS:
            digest.update((self.folder / name).read_bytes())
        return digest.hexdigest()

    def train(self) -> tuple[Row, ...]:
        """The rows to learn from; UsageError where there are none or a line is no row."""
        return self._rows("train.jsonl", "learn from")

    def held_out(self) -> tuple[Row, ...]:
        """The rows that the adapter is held against; UsageError as for train()."""
        return self._rows("held_out.jsonl", "hold the adapter against")

    def _rows(self, name: str, use: str) -> tuple[Row, ...]:
        rows = read_rows(self.folder / name)
        if not rows:
            raise UsageError(
                f"{self.folder / name} is empty, so there is nothing to {use}: index more documents, then "
                "make the citing set again with `citewise tune data`."
            )
        return rows


def find_data(tuning: Path, wanted: str | None, place: Path | None = None) -> LearningData:
    """The set called `wanted` in a home's tuning folder, or at `place`; the newest where nothing is named.

    Raises UsageError where there is none.
    """
    sets = tuning / "data"
    if wanted is None:
        found = [path for path in sets.glob("[!.]*") if _whole(path)]
        if not found:
            raise UsageError("There is no citing set yet: make one with `citewise tune data`.")
        return LearningData(max(found, key=lambda path: ((path / "train.jsonl").stat().st_mtime_ns, path)))
    for folder in (sets / wanted, place):
        if folder is not None and _whole(folder):
            return LearningData(folder.absolute())
    have = ", ".join(sorted(path.name for path in sets.glob("[!.]*") if _whole(path)))
    raise UsageError(
        f"There is no citing set {wanted}"
        + (f": there are {have}." if have else ": make one with `citewise tune data`.")
    )


def _whole(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _SPLITS)
