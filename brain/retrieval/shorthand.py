"""How people type in chat, written out: "whats", "dont", "im", "7 dec", "wfh"."""

import re
from collections.abc import Iterable

from brain.languages.english import ENGLISH
from brain.languages.telling import language_of
from brain.text.terms import fold

# Little words without their apostrophe: always meant so, and words of no other language.
_LITTLE = {
    "arent": "aren't",
    "couldnt": "couldn't",
    "didnt": "didn't",
    "doesnt": "doesn't",
    "hasnt": "hasn't",
    "havent": "haven't",
    "hows": "how's",
    "isnt": "isn't",
    "ive": "I've",
    "plz": "please",
    "pls": "please",
    "shouldnt": "shouldn't",
    "thats": "that's",
    "theres": "there's",
    "theyre": "they're",
    "wasnt": "wasn't",
    "whats": "what's",
    "whens": "when's",
    "wheres": "where's",
    "whos": "who's",
    "wont": "won't",
    "wouldnt": "wouldn't",
    "youre": "you're",
}
# These are words elsewhere ("im Urlaub", "la personne dont je parle"): so only beside English ones.
_AMONG_ENGLISH = (
    (re.compile(r"\b[Ii]m(?= (?:not|an?|the|off|on|at|so|still|ill|sick|new|your|my|\w+ing)\b)"), "I'm"),
    (re.compile(r"(?<=\b[Ii] )dont\b|(?<=\b(?:we|it) )dont\b|(?<=\bthey )dont\b|(?<=\byou )dont\b"), "don't"),
    (
        re.compile(r"\bdont(?= (?:have|know|need|want|get|work|like|do|see|think|pass|use|understand)\b)"),
        "don't",
    ),
    (
        re.compile(r"(?<=\b[Ii] )cant\b|\bcant(?= (?:i|we|you|find|get|log|open|see|reach|come|work)\b)"),
        "can't",
    ),
    (re.compile(r"(?<=\b(?:can|are) )u\b|(?<=\bdo )u\b|(?<=\b(?:could|would) )u\b"), "you"),
)
_MONTHS = {
    "jan": "January",
    "feb": "February",
    "mar": "March",
    "apr": "April",
    "jun": "June",
    "jul": "July",
    "aug": "August",
    "sep": "September",
    "sept": "September",
    "oct": "October",
    "nov": "November",
    "dec": "December",
}
# Words that are written so in chat and seldom in documents.
_LONG = {
    "1st": "first",
    "2nd": "second",
    "3rd": "third",
    "admin": "administrator",
    "appt": "appointment",
    "approx": "approximately",
    "bday": "birthday",
    "bldg": "building",
    "dept": "department",
    "eod": "end of the day",
    "info": "information",
    "hrs": "hours",
    "mgmt": "management",
    "mgr": "manager",
    "mins": "minutes",
    "ooo": "out of office",
    "ppl": "people",
    "pto": "paid time off",
    "pw": "password",
    "pwd": "password",
    "qty": "quantity",
    "tmrw": "tomorrow",
    "wfh": "working from home",
    "wks": "weeks",
    "xmas": "Christmas",
    "yr": "year",
    "yrs": "years",
}
_WORD = re.compile(r"(?<![\w’'.-])[A-Za-z\d]+(?![\w’'-]|\.\w)")
_DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}}(?:st|nd|rd|th)? )?(?P<month>{'|'.join(_MONTHS)})\b\.?(?P<after> \d{{1,4}}\b)?",
    re.IGNORECASE,
)


def written_out(question: str) -> str:
    """The question with its apostrophes, and with the months of its dates as words; in English alone."""
    if language_of(question) is not ENGLISH:
        return question
    text = _WORD.sub(lambda found: _cased(found.group()), question)
    for pattern, written in _AMONG_ENGLISH:
        text = pattern.sub(written, text)
    return _DATE.sub(_dated, text)


def long_forms(question: str, unknown: Iterable[str]) -> str:
    """The question with those of the `unknown` words written out that are short for something."""
    long = {word: _LONG[word] for word in unknown if word in _LONG}
    return _WORD.sub(lambda found: long.get(fold(found.group()), found.group()), question)


def _cased(word: str) -> str:
    """Capitals may be a name."""
    return word if word.isupper() else _LITTLE.get(word.lower(), word)


def _dated(found: re.Match[str]) -> str:
    if not found["day"] and not found["after"]:
        return found.group()  # "mar", "sun" and "dec" may be anything
    return f"{found['day'] or ''}{_MONTHS[found['month'].lower()]}{found['after'] or ''}"
