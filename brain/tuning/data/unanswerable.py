"""Questions that no document answers although they sound like it: another number, an unwritten thing."""

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from brain.domain import Passage
from brain.text.terms import content_stems
from brain.tuning.data.cases import Case

_NUMBERED = re.compile(r"(?<=[A-Za-z] )(?P<n>[1-9]\d?)(?=\b(?![.:/%\d-]))|\b(?P<y>20[12]\d)\b")
_OF_PERSON = (
    "What is {who}'s home address?",
    "How old is {who}?",
    "What did {who} study?",
    "Where did {who} work before?",
    "How much does {who} earn?",
    "When is {who}'s birthday?",
)
_OF_THING = (
    "Who was in charge of {what} in 2012?",
    "How much did {what} cost last year?",
    "What do customers in Brazil say about {what}?",
    "How many complaints were there about {what} last month?",
    "Who wrote the first rules on {what}?",
    "Which newspaper reported on {what}?",
)
_PERSON = re.compile(r"\b(?:Who is the .+ for|of|:) (?P<who>[A-Z][\w'’-]+ [A-Z][\w'’-]+)\?")
_TOPIC = re.compile(
    r"^(?:What (?:do I need to|should I) know about|Can you tell me about|What is said about) "
    r"(?P<what>[^“”?]{4,50})\?$"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that was made from an answerable one; a passage that holds any of `lacks` may answer it."""

    question: str
    kind: str
    lacks: frozenset[str]

    def may_be_answered_by(self, passage: Passage) -> bool:
        """Whether the passage holds what the question is about and nobody should have written down."""
        return bool(self.lacks & _held(passage))


def changed(case: Case, found: Sequence[Passage], rng: random.Random) -> Changed | None:
    """A question that none of the passages answers, made from one that they do; None where none fits."""
    held: set[str] = set().union(*map(_held, found))
    ways = [_other_number, _unwritten]
    rng.shuffle(ways)
    for way in ways:
        if made := way(case.questions[0], held, rng):
            return made
    return None


def _held(passage: Passage) -> set[str]:
    text = f"{passage.context}\n{passage.table_header}\n{passage.text}"
    return {*content_stems(text), *re.findall(r"\d+", text)}


def _other_number(question: str, held: Collection[str], rng: random.Random) -> Changed | None:
    """`the Petrel 2` becomes `the Petrel 7`: a near miss that must not be answered from its neighbour."""
    place = _NUMBERED.search(question)
    if place is None or "“" in question or re.search(r"\d[%€$]|[€$]\d|:\d", question):
        return None
    before = question[: place.start()].split()
    if place["n"] and not (before and before[-1][0].isupper()):
        return None  # "up to 3 days": another number asks the same
    low, high = (int(place["n"]) + 2, 39) if place["n"] else (2031, 2049)
    free = [number for number in map(str, range(low, high)) if number not in held]
    if not free:
        return None
    number = rng.choice(free)
    asked = f"{question[: place.start()]}{number}{question[place.end() :]}"
    return Changed(asked, "other number", frozenset((number,)))


def _unwritten(question: str, held: Collection[str], rng: random.Random) -> Changed | None:
    """Something else about the same person or thing, of which the passages hold no word."""
    forms: tuple[str, ...]
    if person := _PERSON.search(question):
        forms, name = _OF_PERSON, person["who"]
    elif topic := _TOPIC.match(question):
        forms, name = _OF_THING, topic["what"]
    else:
        return None
    made = [
        Changed(form.format(who=name, what=name), "not written down", lacks)
        for form in forms
        if (lacks := frozenset(content_stems(form.format(who="", what="")))) and not lacks & set(held)
    ]
    return rng.choice(made) if made else None
