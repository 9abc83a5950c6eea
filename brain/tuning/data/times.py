"""Questions for times: `Claims are paid by the 15th.` answers `By when are claims paid?`."""

import re

from brain.tuning.data.quantities import MONTHS, WHENEVER
from brain.tuning.data.subjects import is_subject, plain_rest, subject
from brain.tuning.data.wording import Letters, first_person

_PREPOSITION = r"(?P<at>on|at|by|until|till|from|before|after|within|every|in|no later than)"
_PASSIVE = re.compile(
    r"^(?P<s>[^,;:()]{2,60}?)"
    r" (?P<m>is|are|was|were|must be|has to be|have to be|will be|should be|can be)"
    r" (?P<p>due|paid|held|made|sent|built|kept|taken|given|told|set|done|open|closed|available"
    r"|valid|[a-z]{3,}ed)"
    rf"(?P<mid>(?: [\w'’-]+){{0,5}}?) {_PREPOSITION} {WHENEVER}"
)
_BEGINS = {
    form: (base, aux)
    for base, third in (
        ("open", "opens"), ("close", "closes"), ("start", "starts"), ("begin", "begins"), ("end", "ends"),
        ("expire", "expires"), ("apply", "applies"), ("arrive", "arrives"), ("leave", "leaves"),
        ("meet", "meets"), ("happen", "happens"), ("run out", "runs out"), ("take place", "takes place"),
        ("take effect", "takes effect"), ("go live", "goes live"), ("change", "changes"),
    )
    for form, aux in ((base, "do"), (third, "does"))
}  # fmt: skip
_ANY_FORM = "|".join(sorted(_BEGINS, key=len, reverse=True))
_ACTIVE = re.compile(
    rf"^(?P<s>[^,;:()]{{2,60}}?) (?P<v>{_ANY_FORM}) (?:again )?"
    rf"(?P<at>on|at|from|in|every|until|by|within) {WHENEVER}"
)
_IN_DATE = re.compile(rf"in (?:the )?(?:{MONTHS}|(?:19|20)\d\d)")
_WHEN = {
    "every": "How often", "until": "Until when", "till": "Until when", "from": "From when", "by": "By when",
    "within": "How soon",
}  # fmt: skip


def time_of(text: str, letters: Letters) -> str:
    """Ask when: `Claims are paid by the 15th`, `The canteen opens at 11:30`."""
    if (found := _PASSIVE.match(text)) and is_subject(found["s"]):
        return _passive(found, letters)
    if (found := _ACTIVE.match(text)) and is_subject(found["s"]):
        base, aux = _BEGINS[found["v"]]
        return f"{_when(found['at'])} {aux} {subject(found['s'], letters)} {base}?"
    return ""


def _passive(found: re.Match[str], letters: Letters) -> str:
    middle = plain_rest(found["mid"])
    if (found["mid"] and not middle) or re.search(
        r"\b(?:not|never|only|also|and|or|is|are|to)\b", found["mid"]
    ):
        return ""
    if found["at"] == "in" and not _IN_DATE.search(found[0]):
        return ""
    who, end = subject(found["s"], letters), f" {first_person(middle)}" if middle else ""
    first, _, second = found["m"].partition(" ")
    if first in ("has", "have"):
        return (
            f"{_when(found['at'])} {'does' if first == 'has' else 'do'} {who} have to be {found['p']}{end}?"
        )
    return f"{_when(found['at'])} {first} {who} {second + ' ' if second else ''}{found['p']}{end}?"


def _when(preposition: str) -> str:
    return _WHEN.get(preposition, "When")
