"""The question that a cell of a table answers, from its column's name and its row's subject."""

import re
from zlib import crc32

from brain.text.terms import content_stems
from brain.tuning.data.wording import Letters

_PERSONS = re.compile(
    r"^(?:owner|manager|lead|head|person|contact|contact person|author|approver|reviewer|responsible|assignee"
    r"|team lead|name)$",
    re.IGNORECASE,
)
_BY = re.compile(r"^(\w+ed|written|led|made|built) by$", re.IGNORECASE)
_WHEN = frozenset(("when", "date"))
_HOW = frozenset(("how long", "how often"))
_MEANING = frozenset(("description", "definition", "meaning", "what it is"))
_VALUES = frozenset(("value", "values", "details", "detail", "info", "information"))
_QUESTIONABLE = re.compile(
    r"^(?:what|who|whom|how|when|where|why|which|from|to|in|on|for|with|if)\b", re.IGNORECASE
)
_NOUN = re.compile(r"^[^\W\d_][\w'’/&-]*(?: [\w'’/&()-]+){0,4}$")
_DANGLING = re.compile(r"\b(?:on|in|to|at|by|for|with|of|from|is|are)$", re.IGNORECASE)
_UNIT = re.compile(r"\s*\(([^()]{1,24})\)$")
_MONEY = re.compile(r"\b(?:price|cost|fee|EUR|USD|GBP)\b|[€$£]", re.IGNORECASE)
_DETERMINED = re.compile(r"^(?:the|an?|your|our|my|any|every|each|all|no|\w+ing)\b", re.IGNORECASE)
_PERSON = re.compile(r"^[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,3}(?:,.*)?$")
_PLURAL = re.compile(r"(?:[^sui]s|people)$")


def asked_of_cell(name: str, value: str, subject: str, title: str, letters: Letters) -> str:
    """The question for a cell; empty where no natural one can be made."""
    column = column_name(name, letters)
    low = column.casefold()
    if low in _MEANING:
        return f"What is {subject}?"
    if low in _VALUES:
        return f"What is the {subject} in “{title}”?" if len(subject.split()) <= 4 else ""
    if by := _BY.match(column):
        return f"Who is {subject} {by[1].lower()} by?"
    if _PERSONS.match(column) and is_person(value):
        return f"Who is the {column} for {subject}?"
    if low in _WHEN:
        return f"When is {subject}?" if re.search(r"\d", value) else ""
    if low in ("due", "due date"):
        return f"When is {subject} due?"
    if low in ("what you get", "what do you get"):
        return f"What do I get with {subject}?"
    if low in _HOW:
        return f"{column.capitalize()} is {subject}?"
    if not content_stems(column) or low.startswith("how "):
        return ""
    if _QUESTIONABLE.match(column):
        return f"What does the table say under “{name}” for {subject}?"
    if not is_nameable(column):
        return ""
    return _of_noun(column, subject, plenty=name, money=bool(_MONEY.search(name)))


def _of_noun(column: str, subject: str, *, plenty: str, money: bool) -> str:
    bare = re.sub(r"^the ", "", subject)
    capital = bare[0].upper() + bare[1:]
    forms = [f"What is the {column} for {subject}?", f"{capital}: what is the {column}?"]
    if is_plural(column):
        forms = [f"What are the {column} for {subject}?", f"{capital}: what are the {column}?"]
    elif money:
        forms[1] = f"How much is the {column} for {subject}?"
    elif is_person(subject):
        forms[0] = f"What is the {column} of {subject}?"
    return forms[crc32(f"{plenty}{subject}".encode()) % 2]


def asked_of_label(label: str, value: str, title: str, letters: Letters) -> str:
    """The question for a value that a document gives of itself, such as its owner."""
    name = letters.inside(label)
    if by := _BY.match(name):
        return f"Who was “{title}” {by[1].lower()} by?"
    if _PERSONS.match(name) and is_person(value):
        return f"Who is the {name} of “{title}”?"
    return f"What does “{title}” say about {name}?"


def asked_of_attribute(attribute: str, thing: str, title: str, letters: Letters) -> str:
    """The question for a cell of a table whose rows are attributes and whose columns are things."""
    name = column_name(attribute, letters)
    verb = "are" if is_plural(name) else "is"
    if thing.casefold() in _VALUES:
        return f"What {verb} the {name} in “{title}”?"
    return f"What {verb} the {name} for {subject_of(thing, letters)}?"


def column_name(name: str, letters: Letters) -> str:
    """A column's name as it stands inside of a question, without its unit."""
    column = letters.inside(_UNIT.sub("", name))
    return column.lower() if column.isupper() and len(column) > 3 else column


def subject_of(cell: str, letters: Letters) -> str:
    """What a row is about, as it stands inside of a question."""
    found = letters.inside(cell, unknown=False)
    common = found != cell and " " in found and not re.search(r"[,(]", found)
    return f"the {found}" if common and not _DETERMINED.match(found) else found


def says_nothing(name: str) -> bool:
    """Whether the column only says that there is a value."""
    return name.casefold() in _MEANING | _VALUES


def is_nameable(name: str) -> bool:
    """Whether "the NAME of" can be said."""
    usable = _NOUN.match(name) and not _QUESTIONABLE.match(name) and not _DANGLING.search(name)
    return bool(usable) and bool(content_stems(name))


def is_plural(name: str) -> bool:
    """Whether the noun phrase is plural, by its ending."""
    return bool(_PLURAL.search(re.split(r" (?:of|per|an?|in|for|to|on) ", name)[0]))


def is_person(value: str) -> bool:
    """Whether it reads like a person's name."""
    return bool(_PERSON.match(value))
