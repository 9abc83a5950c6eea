"""The frozen objects of a triage: a Ticket becomes a Triage, which a person then acts on as a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from brain.domain import Answer

ENOUGH_LABELLED = 10
"""Labelled tickets of a category, and …"""
ENOUGH_CATEGORIES = 8
"""… categories, from which on a share of certainty may be told."""


class Urgency(IntEnum):
    """How soon a ticket needs someone; comparable, so that the more urgent of two wins."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The level as people read and write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread, its text without any platform's markup.

    `author` is a principal, and `ours` says that the bot itself wrote it, so that it tells nothing of the
    problem. `link` leads to the message, where there is an address.
    """

    author: str
    text: str
    at: datetime
    link: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is triaged: the messages of one thread, the oldest first, at least one.

    `place` is the principal of the channel that it was said in, empty where one person alone sees it;
    `thread` names the conversation.
    """

    messages: tuple[Message, ...]
    place: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A ticket to be triaged, for whom, and all that may be read for it, decided by the Desk beforehand.

    `audience` holds the spaces that those who will see the reply may read, `places` the channels whose
    earlier cases whoever triages may be shown.
    """

    ticket: Ticket
    asker: str
    audience: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the ticket, verbatim: `text` stands in `ticket.messages[message].text`."""

    text: str
    message: int


@dataclass(frozen=True, slots=True)
class Category:
    """What a ticket is about; an empty `name` where no category is like it enough.

    `sure` is between 0 and 1. `because` are the cases (ids) that speak for it, the nearest first; empty
    where the name's own words and description were all there was to compare with. `or_else` is the next
    best name, told where the two are close; without a `name`, it is the best of those that don't fit.
    `labelled` tickets were there for the name, and `among` are the categories that it was chosen from.
    """

    name: str = ""
    sure: float = 0.0
    because: tuple[int, ...] = ()
    or_else: str = ""
    labelled: int = 0
    among: int = 0

    @property
    def sure_means_something(self) -> bool:
        """Whether there was enough to compare with for `sure` to be near the share that is right.

        On banking77 and clinc150, a third and more of the tickets of no category: from here on `sure` was up
        to 10 points above that share, and where it was over .9, so was the share. With one labelled ticket of
        each of 30 categories it was up to 15 above, and with two categories, whatever was labelled, up to 36.
        """
        return self.labelled >= ENOUGH_LABELLED and self.among >= ENOUGH_CATEGORIES


@dataclass(frozen=True, slots=True)
class UrgencyFound:
    """How urgent a ticket is, and the words in it that say so (none for NORMAL)."""

    level: Urgency
    because: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Similar:
    """An earlier case that is like the ticket; `score` is the cosine of their texts."""

    case_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Owner:
    """Who should take the ticket (a principal), and why, in a clause such as `owns billing`.

    `category` is the one that they own, where that is the reason.
    """

    principal: str
    why: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Triage:
    """All that is found out about a ticket.

    `question` is what the documents were asked, `answer` what they say to it: the suggested reply, or the
    refusal. Each part names what it rests on: words of the ticket, earlier cases, or citations.
    """

    ticket: Ticket
    question: str
    category: Category
    urgency: UrgencyFound
    summary: tuple[Said, ...]
    similar: tuple[Similar, ...]
    answer: Answer
    owner: Owner | None = None


def text_of(messages: Sequence[Message]) -> str:
    """What people wrote in a thread, a message a paragraph, without what the bot said."""
    return "\n\n".join(message.text.strip() for message in messages if not message.ours)
