"""Whether a text holds the kind of thing that is asked for: a number, a time, a date."""

import re

from brain.answering.extracting.question_kind import QuestionKind, Wants
from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.text.folding import fold

# "none" and "free" answer "how many" and "how much", too.
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|half|third|quarter|dozen|hundred|thousand|million|free|once|twice|nobody"
    r"|none|no)\b",
    re.IGNORECASE,
)
_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
# A year, a time of day, a day of a month, a month, a weekday, a duration, a time in words, "daily", "noon".
_TIME = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}(?::\d\d|\s?[ap]m\b)"
    r"|\b\d{1,2}(?:st|nd|rd|th)\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|\w+teen|twenty|thirty|sixty"
    r"|ninety)[ -](?:(?:working|business|calendar) )?"
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"
    rf"|\b(?:half|quarter|five|ten|twenty) (?:past|to) {_HOUR}\b|\b{_HOUR} o['’]?clock\b"
    # "at ten", "from nine to five", but not "at one of the sites" or "at ten sites"
    rf"|\b(?:at|by|until|till|before|after|since|from {_HOUR} (?:to|until|till)) {_HOUR}"
    r"(?=\s*(?:$|[.,;:!?)]|(?:on|in|and|or|until|till|every|each|sharp|today|tomorrow|when)\b))"
    r"|\b\d+\s?(?:secs?|mins?|hrs?|h|wks?|yrs?)\b"
    r"|\b(?:daily|weekly|monthly|quarterly|yearly|annually|century|immediately|today|tomorrow|morning|afternoon|evening|noon|midday|midnight|hourly)\b",
    re.IGNORECASE,
)

_REASON = re.compile(
    r"\b(?:because|due to|since|as a result|so that|in order to|caused by|reason|therefore)\b", re.IGNORECASE
)


def has_type(kind: QuestionKind, text: str) -> bool:
    """Whether the text holds the number or time that is asked for; True where that can't be seen.

    Who and where aren't looked for: "the travel desk" is a person to ask, too.
    """
    if kind.wants is Wants.NUMBER:
        return names_number(text, kind.language)
    return names_time(text, kind.language) if kind.wants is Wants.TIME else True


def names_time(text: str, language: Language = ENGLISH) -> bool:
    """Whether a date, a time of day, a weekday or a duration stands in the text, in English or `language`."""
    return bool(_TIME.search(text) or (language.says and language.says.time.search(fold(text))))


def names_date(text: str, language: Language = ENGLISH) -> bool:
    """Whether the text is little more than a date, as a heading of release notes or minutes is."""
    return names_time(text, language) and any(c.isdigit() for c in text) and len(text.split()) <= 6


def names_number(text: str, language: Language = ENGLISH) -> bool:
    """Whether a number stands in the text, in digits or words."""
    return bool(_NUMBER.search(text) or (language.says and language.says.number.search(fold(text))))


def gives_reason(text: str, language: Language = ENGLISH) -> bool:
    """Whether the text has a word that a reason is told with."""
    return bool(_REASON.search(text) or (language.says and language.says.reason.search(fold(text))))
