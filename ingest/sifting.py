"""A drive's listing, less what its options leave out, with an eye on the marker."""

from collections.abc import Iterable, Iterator

from ingest.drives import Entry, Skipped, Unlisted
from ingest.options import DriveOptions

LEFT_OUT = "left out by the drive's patterns"


class Sifted:
    """Passes a listing on; patterns are those of .gitignore. `marker_seen` is known at its end."""

    def __init__(self, listing: Iterable[Entry | Skipped | Unlisted], options: DriveOptions) -> None:
        self._listing = listing
        self._marker = options.marker
        self._include, self._exclude = options.include, options.exclude
        self.marker_seen = not options.marker

    def __iter__(self) -> Iterator[Entry | Skipped | Unlisted]:
        """What is left, and a Skipped for each file that the patterns leave out."""
        from pathspec import GitIgnoreSpec

        include = GitIgnoreSpec.from_lines(self._include) if self._include else None
        exclude = GitIgnoreSpec.from_lines(self._exclude) if self._exclude else None
        for item in self._listing:
            if item.path == self._marker and not isinstance(item, Unlisted):
                self.marker_seen = True
            if isinstance(item, Entry) and (
                (include and not include.match_file(item.path)) or (exclude and exclude.match_file(item.path))
            ):
                yield Skipped(item.path, LEFT_OUT)
            else:
                yield item
