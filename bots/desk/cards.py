"""What the Desk shows apart from answers: cards of plain words, which each door draws in its own way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Style(StrEnum):
    """How much a button stands out."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """What can be pressed: `action` says what is done, `ref` about what (both come back in a Press)."""

    action: str
    label: str
    ref: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Menu:
    """A choice of one; what is chosen comes back in a Press as the field `value`."""

    action: str
    label: str
    ref: str
    options: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; `link` is followed from its text, where there is one.

    `person` is a principal that the Desk itself names: each door shows it after the text as its platform
    shows people, also where others read it. Nobody is called by that.
    """

    text: str
    detail: str = ""
    link: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage, word for word, with the stretches of it that matter (start, end)."""

    label: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A message of the Desk. All of it is plain text: a door must let none of it become live.

    `people` are the principals that the Desk itself names in it. Where one person alone reads the card, a
    door may show their names for these, and for no others that may stand in words of a person or a document.
    """

    title: str
    text: str = ""
    rows: tuple[Row, ...] = ()
    quotes: tuple[Quote, ...] = ()
    buttons: tuple[Button, ...] = ()
    menus: tuple[Menu, ...] = ()
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for: a choice where there are `options`, a person, otherwise words.

    A `person` is picked as the platform lets one pick people, and comes back as a principal.
    """

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    long: bool = False
    optional: bool = False
    value: str = ""
    person: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked before an action is done; what is filled in comes back in a Press."""

    action: str
    ref: str
    title: str
    submit: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A card for somewhere else. Where `ref` is set, the Desk is told where it went (`placed`).

    What is delivered under a `key` is delivered once, however often and by whomever it's asked for: the door
    looks for it first, after `since` where that is known. Without one, that holds for the event that led to
    it. `whom` are the people (principals) that it is for: where others read it too, they are called by name,
    and nobody else is; where it can't be told there any more, each of them is told alone. Where it does
    not matter whether it can be delivered, `matters` is false: whoever led to it then hears nothing of that.
    """

    to: str
    card: Card
    ref: str = ""
    key: str = ""
    whom: tuple[str, ...] = ()
    since: datetime | None = None
    matters: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """A card that was delivered under a `key`, as it is to be shown now.

    `at` is where it stands, in the words of the door that placed it.
    """

    at: str
    key: str
    card: Card


@dataclass(frozen=True, slots=True)
class Reply:
    """What follows from a command or a press.

    `card` (and each of `more`) is for the caller alone; it takes the place of the card that was pressed
    where `replaces` is set. `redrawn` are the refs of deliveries whose cards no longer show how things are:
    the Desk says what they are to show (`standing`).
    """

    card: Card | None = None
    replaces: bool = False
    more: tuple[Card, ...] = ()
    elsewhere: tuple[Delivery, ...] = ()
    redrawn: tuple[str, ...] = ()
