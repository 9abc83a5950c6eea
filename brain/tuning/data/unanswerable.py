"""Questions that no document answers although they sound like it: another number, a thing nobody wrote down."""

import random
import re
from collections.abc import Sequence

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
    "Who supplies {what}?",
    "Which insurance covers {what}?",
    "Who translated {what} into Spanish?",
    "How much did {what} cost last year?",
    "Who was in charge of {what} in 2012?",
    "What do customers in Brazil say about {what}?",
    "Which app can I use for {what} on Sundays?",
    "How many complaints were there about {what} last month?",
)
_PERSON = re.compile(r"\b(?:Who is the .+ for|of|:) (?P<who>[A-Z][\w'’-]+ [A-Z][\w'’-]+)\?")
_TOPIC = re.compile(
    r"^(?:What (?:do I need to|should I) know about|Can you tell me about|What is said about|What (?:is"
    r"|are)) "
    r"(?P<what>(?!the )[^“”?]{4,50}|the [^“”?]{4,40})\?$"
)


def changed(case: Case, found: Sequence[Passage], rng: random.Random) -> tuple[str, str]:
    """A question that the passages don't answer, made from one that they do, and its kind; else empty."""
    ways = [_other_number, _unwritten]
    rng.shuffle(ways)
    for way in ways:
        if question := way(case.questions[0], found, rng):
            return question, "other number" if way is _other_number else "not written down"
    return "", ""


def _other_number(question: str, found: Sequence[Passage], rng: random.Random) -> str:
    """`the Petrel 2` becomes `the Petrel 7`: a near miss that must not be answered from its neighbour."""
    place = _NUMBERED.search(question)
    if place is None or "“" in question or re.search(r"\d[%€$]|[€$]\d|:\d", question):
        return ""
    before = question[: place.start()].split()
    if place["n"] and not (before and before[-1][0].isupper()):
        return ""  # "up to 3 days": another number asks the same
    low, high = (int(place["n"]) + 2, 39) if place["n"] else (2031, 2049)
    said = " ".join(f"{p.context}\n{p.table_header}\n{p.text}" for p in found)
    free = [n for n in range(low, high) if not re.search(rf"\b{n}\b", said)]
    return f"{question[: place.start()]}{rng.choice(free)}{question[place.end() :]}" if free else ""


def _unwritten(question: str, found: Sequence[Passage], rng: random.Random) -> str:
    """Something else about the same person or thing, of which the passages hold no word."""
    forms: tuple[str, ...]
    if person := _PERSON.search(question):
        forms, name = _OF_PERSON, person["who"]
    elif topic := _TOPIC.match(question):
        forms, name = _OF_THING, topic["what"]
    else:
        return ""
    held = {stem for p in found for stem in content_stems(f"{p.context}\n{p.table_header}\n{p.text}")}
    fitting = [
        asked
        for form in forms
        if (asked := form.format(who=name, what=name))
        and not set(content_stems(form.format(who="", what=""))) & held
    ]
    return rng.choice(fitting) if fitting else ""
