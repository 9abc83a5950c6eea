"""The adapters that were promoted, each kept with where it is from, and which of them answers.

`adapters/3/` holds an adapter's files and version.json; `current.json` names the version in use and those
that were in use before it. A version is whole before it is named, and the name changes in one step.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from brain.durable import made_whole, write_whole
from brain.errors import StorageFailed, UsageError, WeightsUnavailable

FILES = ("adapter_config.json", "adapter_model.safetensors")


@dataclass(frozen=True, slots=True)
class Version:
    """A promoted adapter.

    `base_model` is as it was set, `base` the fingerprint of its weights; `adapter` and `data` are hashes of
    the adapter's files and of the held-out split it was judged on; `figures` are the adapter's own.
    """

    number: int
    when: str
    run: str
    base_model: str
    base: str
    adapter: str
    data: str
    code: str
    figures: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a model server calls it."""
        return f"citewise-{self.number}"


@dataclass(frozen=True, slots=True)
class InUse:
    """The version that answers (None: the base model), and what was in use before, the latest last."""

    version: int | None = None
    before: tuple[int | None, ...] = ()


class Versions:
    """The versions under a home's folder `tuning`; whoever changes them holds the home's lock."""

    def __init__(self, tuning: Path) -> None:
        self._folder = tuning / "adapters"
        self._current = tuning / "current.json"

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of all versions that are kept, in order."""
        return tuple(sorted(int(path.name) for path in self._folder.glob("*") if path.name.isdecimal()))

    def version(self, number: int) -> Version:
        """One version; UsageError where there is none of this number, StorageFailed where it is damaged."""
        path = self.folder(number) / "version.json"
        try:
            return Version(**json.loads(path.read_text("utf-8")))
        except FileNotFoundError as error:
            raise UsageError(
                f"There is no version {number}: `citewise tune list` shows which there are.",
                detail=repr(error),
            ) from error
        except (OSError, ValueError, TypeError) as error:
            raise StorageFailed(
                f"{path} is damaged: go back to another version by its number, with `citewise tune rollback "
                "NUMBER`, or to the base model with `citewise tune rollback none`.",
                detail=repr(error),
            ) from error

    def folder(self, number: int) -> Path:
        """Where a version's files lie."""
        return self._folder / str(number)

    def in_use(self) -> InUse:
        """What answers; nothing but the base model where nothing was ever promoted.

        Raises StorageFailed where that can't be read.
        """
        try:
            values = json.loads(self._current.read_text("utf-8"))
            return InUse(_number(values["version"]), tuple(map(_number, values["before"])))
        except FileNotFoundError:
            return InUse()
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise StorageFailed(
                f"{self._current} is damaged: delete it to answer with the base model, and promote again.",
                detail=repr(error),
            ) from error

    def current(self) -> Version | None:
        """The version that answers."""
        number = self.in_use().version
        return None if number is None else self.version(number)

    def keep(self, adapter: Path, about: Mapping[str, Any]) -> Version:
        """Keep an adapter's files as a new version; the one that is kept already, where it's the same.

        `about` has the fields of a Version but for number and adapter. Raises WeightsUnavailable where files
        are missing, StorageFailed where they can't be kept.
        """
        content = hash_of(adapter)
        for number in self.numbers:
            with suppress(StorageFailed):  # a damaged one is none that could be taken
                kept = self.version(number)
                if (kept.adapter, kept.data) == (content, about["data"]) and self.is_sound(kept):
                    return kept
        made = Version(number=max(self.numbers, default=0) + 1, adapter=content, **about)
        with made_whole(self.folder(made.number)) as folder:
            for name in FILES:
                shutil.copyfile(adapter / name, folder / name)
            (folder / "version.json").write_text(json.dumps(asdict(made), indent=2), "utf-8")
        return made

    def is_sound(self, version: Version) -> bool:
        """Whether the version's files are still those that were promoted."""
        try:
            return hash_of(self.folder(version.number)) == version.adapter
        except WeightsUnavailable:
            return False

    def use(self, number: int | None) -> None:
        """Answer with this version from now on, None: with the base model. It may be gone back from."""
        was = self.in_use()
        if number != was.version:
            self._write(InUse(number, (*was.before, was.version)))

    def go_back(self, number: int | None) -> None:
        """Answer with an earlier one; what was in use since is forgotten, as far as going back goes."""
        before = self.in_use().before
        if number in before:
            last = len(before) - 1 - before[::-1].index(number)
            self._write(InUse(number, before[:last]))
        else:
            self.use(number)

    def _write(self, in_use: InUse) -> None:
        write_whole(self._current, json.dumps(asdict(in_use)))


def hash_of(adapter: Path) -> str:
    """A hash of an adapter's files; raises WeightsUnavailable where one is missing."""
    digest = hashlib.sha256()
    for name in FILES:
        try:
            with (adapter / name).open("rb") as file:
                digest.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\0".encode())
        except OSError as error:
            pickled = (adapter / "adapter_model.bin").is_file()
            raise WeightsUnavailable(
                f"The adapter in {adapter} is pickled, which can run any code: save it as safetensors."
                if pickled
                else f"{name} is missing from {adapter}: train again with `citewise tune train`.",
                detail=repr(error),
            ) from error
    return digest.hexdigest()


def _number(value: Any) -> int | None:
    if value is not None and not isinstance(value, int):
        raise TypeError(value)
    return value
