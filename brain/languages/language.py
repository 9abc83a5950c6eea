"""What is told of a language: one frozen object each, in a module of its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from brain.text.folding import fold, pieces


class Compounds(StrEnum):
    """How a language makes one word of several: as German does (`Urlaub` + s + `Antrag`), or not at all."""

    NONE = "none"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Asks:
    """How questions of each kind are put: patterns over folded text, looked for in this order.

    `counted` has one group, what is counted ("wie viele (Tage) …"); `money` tells the questions for an
    amount of money; `measured` are the words that only say what is measured ("wie (hoch)", "was (kostet)"),
    and are no topic. What none of them finds asks for a fact, a `narrow` one where that pattern finds it.
    """

    yes_no: re.Pattern[str]
    reason: re.Pattern[str]
    number: re.Pattern[str]
    time: re.Pattern[str]
    person: re.Pattern[str]
    place: re.Pattern[str]
    listed: re.Pattern[str]
    steps: re.Pattern[str]
    narrow: re.Pattern[str]
    money: re.Pattern[str]
    counted: re.Pattern[str]
    measured: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Says:
    """How sentences say what is asked for: patterns over folded text.

    `denial` and `condition` find what turns a sentence around: a model may not add or drop it. Nor may it add
    what `turning` finds: little words of order, duty and limits ("vor", "muss", "höchstens").
    """

    number: re.Pattern[str]
    time: re.Pattern[str]
    money: re.Pattern[str]
    reason: re.Pattern[str]
    denial: re.Pattern[str]
    condition: re.Pattern[str]
    turning: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Decides:
    """How sentences say yes or no to a question: patterns over folded text.

    `denial` says that something isn't so. What `hedge` finds leaves it open: conditions, exceptions, and
    negations of something else ("nicht genommener Urlaub"). `under` is an adverbial that opens a sentence,
    with its words as a group: what follows holds only there.
    """

    yes: str
    no: str
    denial: re.Pattern[str]
    hedge: re.Pattern[str]
    under: re.Pattern[str]


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A language; each stands once, so that two are the same only if they are one object.

    `stemmer` is the name of its Snowball algorithm, `shortened` what is done to such a stem besides.
    `function_words` carry no topic; `also_known_by` are words that tell the language though they carry a
    meaning (negations, greetings). Both are folded. `letters` decide where words leave it open. `follows`
    opens a question that leans on the one before it. `months` are the twelve names, folded, each with the
    ways it is shortened.
    """

    code: str
    name: str
    stemmer: str
    shortened: Callable[[str], str] | None = None
    function_words: frozenset[str] = frozenset()
    also_known_by: frozenset[str] = frozenset()
    letters: str = ""
    compounds: Compounds = Compounds.NONE
    capital_nouns: bool = False
    asks: Asks | None = None
    says: Says | None = None
    decides: Decides | None = None
    follows: re.Pattern[str] | None = None
    months: tuple[tuple[str, ...], ...] = ()


def pattern(text: str) -> re.Pattern[str]:
    """A pattern over folded text, written with white space that means nothing; a blank is escaped."""
    return re.compile(text, re.VERBOSE)


def months_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Twelve months, written `january/jan february/feb …`: of each its name and what is short for it."""
    found = tuple(tuple(month.split("/")) for month in fold(text).split())
    assert len(found) == 12
    return found


def words_of(text: str) -> frozenset[str]:
    """The words of a text as they are compared."""
    return frozenset(pieces(fold(text)))
