"""Words that the Desk uses again and again: sources, ages, counts, lists of names."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from brain.domain import Source

if TYPE_CHECKING:
    from brain.errors import CitewiseError

_OF_THE_TERMINAL = re.compile(
    r"`citewise (?:documents (?:list(?=`)|(?=remove|history))|(?=documents|spaces))([^`]*)`"
)
_LONGEST_NAME = 150  # characters: some documents have whole paragraphs for headings, and a message its limits


def place_of(source: Source) -> str:
    """The place in the document in words, without the title once more."""
    path = source.locator.heading
    if path and source.locator.label == " › ".join(path) and path[0] == source.title:
        return " › ".join(path[1:])
    return source.locator.label


def named(source: Source) -> str:
    """`Title › heading`, or `Title, p. 3`: each in one line, and shortened where it is a paragraph."""
    title, place = (
        shortened(words, _LONGEST_NAME) for words in (source.title or source.document, place_of(source))
    )
    if not place:
        return title
    under_heading = source.locator.label == " › ".join(source.locator.heading)
    return f"{title} › {place}" if under_heading else f"{title}, {place}"


def age(moment: datetime, now: datetime | None = None) -> str:
    """How old a document is, in the words that people use."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    days = ((now or datetime.now(UTC)) - moment).days
    if days < 1:
        return "today"
    for unit, length in (("year", 365), ("month", 30), ("week", 7), ("day", 1)):
        count = days // length
        if count >= (2 if unit in ("week", "month") else 1):
            return f"{count} {unit}{'s' if count > 1 else ''} old"
    return "today"


def in_line(name: str) -> str:
    """A name as one line: a file's name may hold line ends, and must not start a line of its own."""
    return " ".join(name.splitlines())


def web_link(uri: str) -> str:
    """The address where a browser can open it, else nothing: a path on the server helps nobody in a chat."""
    return uri if uri.startswith(("https://", "http://")) else ""


def count(number: int, noun: str) -> str:
    """`1 document`, `1,200 documents`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def held(documents: int, passages: int) -> str:
    """`36 documents, 301 passages`."""
    return f"{count(documents, 'document')}, {count(passages, 'passage')}"


def listed(names: Iterable[str]) -> str:
    """`general, hr and it`."""
    found = sorted(names)
    if len(found) < 2:
        return "".join(found) or "no space"
    return f"{', '.join(found[:-1])} and {found[-1]}"


_COURTESY = re.compile(
    r"^\W*(?:many )?(?:thanks|thank you|thx|ty|cheers|ok|okay|great|perfect|cool|nice|super|got it|will do"
    r"|done|yes|no|sure|agreed|sounds good|good to know|makes sense|never mind)\b[^?]{0,30}$",
    re.IGNORECASE,
)


def asks_something(text: str) -> bool:
    """Whether words that were not put to the bot by name ask for something: "Thanks a lot!" does not."""
    return "?" in text or not (_COURTESY.match(text.strip()) or len(text.split()) < 3)


def shortened(text: str, longest: int) -> str:
    """The text in one line, cut at a word where it is longer."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return line[: longest - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def in_chat(error: "CitewiseError") -> str:
    """What a person in a chat is told of a failure: with chats' verbs instead of the terminal's commands."""
    from brain.errors import NothingIndexed, StorageFailed

    if isinstance(error, NothingIndexed):
        return "There is nothing to answer from here yet. Ask an admin to add documents."
    if isinstance(error, StorageFailed):
        return "I can't get at my documents at the moment. Please tell an admin, and try again later."
    return _OF_THE_TERMINAL.sub(lambda found: f"`{found[1] or 'documents'}`", error.sentence)
