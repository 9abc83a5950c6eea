"""What stands above a passage, and the year that it lends: "4 March" in "Minutes 2026"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath

from brain.text.dates import Day, mentions

# A year that stands alone: "2019-nCoV" and "2026-03-04" tell none here, nor do "2000 trees" in a title.
_YEAR = re.compile(r"(?<![^\W_])(?<!\d[-–./:])((?:19|20)\d\d)(?![^\W_]|[-–./:]\d|-[^\W\d_])")
_COUNTED = re.compile(r"(?<=0)[ ][a-zß-ÿ]+(?:s|n)\b")  # "2000 trees": such numbers are round
_HALF = 6  # months; further from a date above, one without a year may be of the year before or after


@dataclass(frozen=True, slots=True)
class Lent:
    """The year that dates without one have; where it is known from a date alone, `month` is that date's.

    `latest` is the day on which the document was changed last: what it tells had happened by then.
    """

    year: int = 0
    month: int = 0
    latest: Day | None = None

    def of(self, month: int) -> int:
        """The year of a date in that month; 0 where nobody can tell."""
        return 0 if self.month and abs(self.month - month) > _HALF else self.year


NO_YEAR = Lent()


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above a passage: headings from the nearest on, the document's title and its file's name.

    `changed` is the day on which it was changed last, and `sent` that on which a mail was.
    """

    headings: tuple[str, ...]
    title: str
    file: str
    folders: str = ""
    changed: Day | None = None
    sent: Day | None = None

    @classmethod
    def of(
        cls, headings: Sequence[str], title: str, document: str, modified: datetime | None = None
    ) -> "Above":
        """Of a passage's source; a mail was `modified` when it was sent, and what it tells is of that day."""
        path = PurePosixPath(document)
        day = Day(modified.year, modified.month, modified.day) if modified else None
        sent = day if path.suffix.lower() in (".eml", ".msg") else None
        return cls(tuple(reversed(headings)), title, path.stem, str(path.parent), day, sent)

    @property
    def lent(self) -> Lent:
        """The year of what stands beneath: a heading's that is nothing but a year, or the one that all name.

        Years that stand alone come before those of dates, and a folder's count only where nothing else is.
        """
        return replace(_lent(self), latest=self.changed)


@lru_cache(maxsize=8192)
def _lent(above: Above) -> Lent:
    names = (*above.headings, above.title, above.file.replace("_", " "))
    for heading in above.headings:
        if alone := re.fullmatch(r"\W*((?:19|20)\d\d)\W*", heading):
            return Lent(int(alone[1]))
    years = {year for name in names for year in _years(name)}
    if years:
        return Lent(years.pop()) if len(years) == 1 else NO_YEAR
    dates = {
        (day.year, day.month)
        for name, in_name in ((above.title, False), (above.file, True), *((h, False) for h in above.headings))
        for mention in mentions(name, in_name=in_name)
        for day in (mention.last,)
        if day.year and mention.or_else is None
    }
    if above.sent:
        dates.add((above.sent.year, above.sent.month))
    if dates:
        year, month = min(dates)
        return Lent(year, month) if len({one for one, _ in dates}) == 1 else NO_YEAR
    years = {year for part in PurePosixPath(above.folders).parts for year in _years(part.replace("_", " "))}
    return Lent(years.pop()) if len(years) == 1 else NO_YEAR


def _years(name: str) -> set[int]:
    dates = mentions(name)  # once, for there may be hundreds of years
    return {
        int(found[1])
        for found in _YEAR.finditer(name)
        if not _COUNTED.match(name, found.end())
        and not any(mention.start <= found.start() < mention.end for mention in dates)
    }
