"""A drive's listing, less what its options leave out, with an eye on the marker."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ingest.drives import Entry, Skipped, Unlisted
from ingest.options import DriveOptions

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

LEFT_OUT = "left out by the drive's patterns"


class Patterns:
    """What a drive's include and exclude patterns leave out; they are those of .gitignore.

    A file is matched by its path on the drive, a web page by the path of its address.
    """

    def __init__(self, options: DriveOptions) -> None:
        self._lines = options.include, options.exclude

    def leave_out(self, path: str) -> bool:
        """Whether the file or page is not to be read."""
        if not any(self._lines):
            return False
        include, exclude = self._specs
        if path.startswith(("http://", "https://")):
            path = unquote(urlsplit(path).path).lstrip("/")
        return bool(include and not include.match_file(path)) or bool(exclude and exclude.match_file(path))

    @cached_property
    def _specs(self) -> "tuple[GitIgnoreSpec | None, GitIgnoreSpec | None]":
        from pathspec import GitIgnoreSpec

        include, exclude = (GitIgnoreSpec.from_lines(lines) if lines else None for lines in self._lines)
        return include, exclude


class Sifted:
    """Passes a listing on, less what the patterns leave out. `marker_seen` is known at its end."""

    def __init__(self, listing: Iterable[Entry | Skipped | Unlisted], options: DriveOptions) -> None:
        self._listing = listing
        self._marker = options.marker
        self._patterns = Patterns(options)
        self.marker_seen = not options.marker

    def __iter__(self) -> Iterator[Entry | Skipped | Unlisted]:
        """What is left, and a Skipped for each file that the patterns leave out."""
        for item in self._listing:
            if item.path == self._marker and not isinstance(item, Unlisted):
                self.marker_seen = True
            if isinstance(item, Entry) and self._patterns.leave_out(item.path):
                yield Skipped(item.path, LEFT_OUT)
            else:
                yield item
