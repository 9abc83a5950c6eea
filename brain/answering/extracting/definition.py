"""What "What is an IAA?" asks for: the sentence that says what a thing is, or what its letters stand for."""

import re
from dataclasses import dataclass
from enum import IntEnum

_ASKS = re.compile(
    r"^(?:what|who)(?:'s|’s| is| are| was| were) (?:meant by |an? |the |our |your )?(?P<one>[^,?]+?)"
    r"(?: all about| about| for| good for)?\s*\??$"
    r"|^what (?:do|does) (?:the |an? )?(?P<other>[^,?]+?) (?:mean|stand for|refer to)\s*\??$"
    r"|^(?:define|definition of|meaning of) (?:the |an? )?(?P<plain>[^,?]+?)\s*\??$",
    re.IGNORECASE,
)
_MOST_WORDS = 4
# Asks for a property of a thing ("the price of …", "my limit"), not for what the thing is.
_OF_SOMETHING = re.compile(
    r"\b(?:of|for|in|on|at|to|with|from|by|my|your|between|next|best|latest|current)\b", re.IGNORECASE
)
_SAYS = r"(?:is|are|was|were|means|mean|stands for|stand for|refers to|refer to|describes?|denotes?)"
# "Tock is used …", "is not …": something is said of the thing, not what it is.
_NOT_WHAT = (
    r"(?!(?:not|only|also|now|given|made|held|paid|set|done|sent|subject|available|due|free|in|on|at)\b"
    r"|\w+(?:ed|ing|ly)\b)"
)
_DOES = r"(?:lets|helps?|allows?|enables?|provides?|offers?|tracks?|(?:is|are) used (?:to|for|by|when))"
_ARTICLE = r"(?:the |an? |our |\W{0,3})?"


class Saying(IntEnum):
    """How plainly a sentence says what a thing is."""

    NOTHING = 0
    NAMED = 1  # it gives the long form, or calls something by that name
    DEFINED = 2  # its subject is the thing


@dataclass(frozen=True, slots=True)
class Definition:
    """The thing that is asked about, and where sentences say what it is."""

    term: str
    _subject: re.Pattern[str]
    _named: re.Pattern[str]

    def said_by(self, sentence: str) -> Saying:
        """How plainly this sentence, as written in the document, says it."""
        if self._subject.search(sentence):
            return Saying.DEFINED
        return Saying.NAMED if self._named.search(sentence) else Saying.NOTHING


def definition(question: str) -> Definition | None:
    """The thing whose meaning is asked for; None where something else is asked."""
    found = _ASKS.match(question.strip())
    term = next((part for part in found.groups() if part), "").strip() if found else ""
    if not term or len(term.split()) > _MOST_WORDS or _OF_SOMETHING.search(term):
        return None
    name = r"(?i:" + r"[\s-]+".join(map(re.escape, term.split())) + "(?:s|es)?)"
    letters = [word for word in term.split() if len(word) > 1 and word.isupper()]  # "a PIV card"
    short = "|".join((name, *map(re.escape, letters)))
    opens = rf"(?:^|[.:;–—]\s+){_ARTICLE}(?:[A-Z][\w-]* )?{name}(?:\s*\([^)]*\))?"
    subject = re.compile(
        rf"{opens}"
        rf"(?:\s+{_SAYS}\s+{_NOT_WHAT}|\s*[:–—]\s+\w|, (?:an?|the|which is|who is)\s)",
        re.IGNORECASE,
    )
    # Begun anywhere but where a word begins, these would take time by the square of its length.
    named = re.compile(
        rf"{opens}\s+{_DOES}\b"
        rf"|\b[A-Z]\w+(?:[ -](?:(?:of|and|the|for|to|in)[ -])*[A-Z\d]\w*)*\s*\((?:{short})\)"
        rf"|\b\w+ \w+ \((?:{short})\)"
        rf"|\b{name}\s*\((?!\s*https?:)[A-Za-z][\w-]+ [^)]+\)"
        rf"|\b(?:called|known as|named|abbreviated|short for) (?:an? |the )?[\W_]{{0,3}}{name}\b"
    )
    return Definition(term, subject, named)
