"""Titles and dates that a file carries, or the best that its name can give."""

import re
from datetime import UTC, datetime
from pathlib import PurePath

from ingest.parsed import Block, BlockKind
from ingest.readers.outline import folded

# What writing programs put where an author gave no title.
_PLACEHOLDERS = {
    "", "word document", "untitled", "untitled document", "powerpoint presentation", "document", "(anonymous)"
}  # fmt: skip
_PLACEHOLDER_START = re.compile(
    r"(microsoft (word|powerpoint|excel) - |slide 1$|presentation\d*$|book\d*$)", re.I
)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?")
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")


def title_from_name(name: str) -> str:
    """`leave_policy-v2.md` becomes `leave policy v2`."""
    stem = PurePath(name).stem
    return folded(re.sub(r"(?<!\d)-|-(?!\d)|_|\+|%20", " ", stem)) or name


def real_title(text: str | None) -> str | None:
    """The text as a title, or None where it is only what a program filled in."""
    text = folded(text or "")
    if text.casefold() in _PLACEHOLDERS or _PLACEHOLDER_START.match(text):
        return None
    return text[:200]


def first_heading(blocks: list[Block]) -> str | None:
    """The first heading, if it stands near the top and is no label such as `Name:`."""
    headings = (block.text for block in blocks[:5] if block.kind is BlockKind.HEADING)
    return next((text for text in headings if not text.endswith(":")), None)


def iso_date(text: str | None) -> datetime | None:
    """A date as `2024-03-05` or `2024-03-05T10:00`, read as UTC; None where there is no real date."""
    return _date(_DATE, text)


def pdf_date(text: str | None) -> datetime | None:
    """A PDF date such as `D:20230306135720-08'00'`; its zone is dropped, a day is what matters here."""
    return _date(_PDF_DATE, text)


def _date(pattern: re.Pattern[str], text: str | None) -> datetime | None:
    match = pattern.match((text or "").strip().strip("'\""))
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
