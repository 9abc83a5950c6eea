"""Passwords and keys for drives: one file beside the catalog, never in the catalog, a URL or a backup.

The file is TOML, one table for each place, named by the beginning of its URL; the longest that fits counts:

    ["smb://files.example.org/hr"]
    username = "citewise"
    password = "…"
"""

import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brain.errors import UsageError

FILE_NAME = "credentials.toml"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is in the file; `path` is named in the sentences for people. Its values are never shown."""

    path: Path
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """Where the file lies: citewise's own folder."""
        return self.path.parent

    @classmethod
    def load(cls, path: Path) -> "Credentials":
        """Read the file; a missing one holds nothing.

        Raises UsageError where it is no TOML, or where others than its owner may read it.
        """
        try:
            mode = path.stat().st_mode
            content = path.read_bytes()
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise UsageError(
                f"{path} can't be read: give the user that runs citewise read access to it."
            ) from error
        if stat.S_IMODE(mode) & 0o077:
            raise UsageError(f"{path} can be read by others, and it holds passwords: run `chmod 600 {path}`.")
        try:
            tables = tomllib.loads(content.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{path} is not valid TOML, so no drive can be opened with it: {error}."
            ) from error
        wrong = next((name for name, table in tables.items() if not isinstance(table, dict)), None)
        if wrong is not None:
            raise UsageError(f'{path}: put {wrong} under the place it is for, such as ["smb://host/share"].')
        return cls(path, tables)

    def of(self, url: str) -> Mapping[str, Any]:
        """What is set for this place; empty where nothing is."""
        fitting = [name for name in self.tables if _begins(url, name)]
        return self.tables[max(fitting, key=len)] if fitting else {}


def _begins(url: str, name: str) -> bool:
    prefix = name.rstrip("/")
    return url == prefix or url.startswith((prefix + "/", name if name.endswith("://") else prefix + "/"))
