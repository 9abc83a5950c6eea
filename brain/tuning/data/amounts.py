"""Questions for amounts: `The badge costs 12 euros.` answers `How much does the badge cost?`."""

import re

from brain.tuning.data.quantities import ABOUT, LIMIT, MOMENT, MONEY, NUMBER, SPAN
from brain.tuning.data.subjects import is_subject, plain_rest, shortened, subject
from brain.tuning.data.wording import Letters, first_person

_VERBS = {
    base: (third, past)
    for base, third, past in (
        ("have", "has", "had"), ("get", "gets", "got"), ("receive", "receives", "received"),
        ("need", "needs", "needed"), ("hold", "holds", "held"), ("contain", "contains", "contained"),
        ("include", "includes", "included"), ("cover", "covers", "covered"), ("offer", "offers", "offered"),
        ("use", "uses", "used"), ("employ", "employs", "employed"), ("serve", "serves", "served"),
        ("support", "supports", "supported"), ("store", "stores", "stored"), ("keep", "keeps", "kept"),
        ("accept", "accepts", "accepted"), ("cost", "costs", ""), ("take", "takes", "took"),
        ("last", "lasts", "lasted"), ("weigh", "weighs", "weighed"), ("pay", "pays", "paid"),
        ("sell", "sells", "sold"), ("own", "owns", "owned"), ("add", "adds", "added"),
        ("build", "builds", "built"), ("give", "gives", "gave"), ("earn", "earns", "earned"),
        ("report", "reports", "reported"), ("enroll", "enrolls", "enrolled"),
        ("identify", "identifies", "identified"), ("analyze", "analyzes", "analyzed"),
        ("require", "requires", "required"), ("open", "opens", "opened"),
    )
}  # fmt: skip
_FORM_OF = {
    form: (base, aux)
    for base, (third, past) in _VERBS.items()
    for form, aux in ((base, "do"), (third, "does"), (past, "did"))
    if form
}
_ANY_FORM = "|".join(sorted(_FORM_OF, key=len, reverse=True))
_SVO = re.compile(
    rf"^(?P<s>[^,;:()]{{2,60}}?) (?P<v>{_ANY_FORM}) {ABOUT}"
    rf"(?:(?P<money>{MONEY})|(?P<span>{SPAN})|(?P<n>{NUMBER}) (?P<u>[a-z].*?))(?P<rest>\b.*)?$"
)
_IS = re.compile(
    rf"^(?P<s>(?:The|Our|Your) [^,;:()]{{3,60}}?) (?P<a>is|are|was|were) {ABOUT}"
    rf"(?P<v>{MONEY}|{SPAN}|{NUMBER} ?(?:%|percent)|{NUMBER}(?= [a-z]+s?\b)|{MOMENT})(?P<rest>.*)$"
)
_HOW = re.compile(
    rf"^(?P<s>[^,;:()]{{3,60}}?) (?P<a>is|are|was|were) {ABOUT}{NUMBER} (?:\w+ )"
    r"(?P<adj>high|long|wide|deep|tall|old|thick|heavy|away)\b"
)
_THERE = re.compile(rf"^There (?P<a>are|were) {ABOUT}(?P<n>{NUMBER}) (?P<u>[a-z].*)$")
_STARTS = re.compile(
    r"^(?:(?:About|Around|Nearly|Almost|Over|At least|Up to|Only|More than) )?"
    rf"(?P<n>{NUMBER}) (?P<u>[a-z].*)$",
    re.IGNORECASE,
)
_NO_NOUN = (
    "of|or|and|to|per|a|an|the|in|on|at|for|with|from|by|more|less|times|percent|between|before|after|passed"
)
_NOUNS = re.compile(
    rf"^(?P<u>(?:(?!(?:{_NO_NOUN})\b)[a-z][\w-]* ){{0,2}}(?:[a-z][\w-]*[^s\W]s|people|children|staff)\b)"
    r"(?P<of> of(?: [a-z][\w-]*){1,3}?"
    r"(?=$|[.,]| (?:a|an|the|in|on|at|per|for|with|from|by|each|every|to|who|that|and|or|but)\b))?"
    r"(?P<rest>.*)$"
)
_RULED_OUT = frozenset(
    "seconds minutes hours metres meters kilometres percent degrees times others versions of".split()
)
_DAYS_OF = re.compile(
    r"(?:working |business |calendar |full )?(?:days|weeks|hours|months)"
    r"(?: of(?: [a-z]+){1,3}?(?=$|[.,]| (?:a|an|the|in|on|at|per|for|with|from|by|each|every|to)\b))?"
)
_FOLLOWS = re.compile(
    r"^(?:a|an|per|each|every|in|on|at|for|from|with|to|of|during|without|behind|near|under|between|along"
    r"|around|outside|inside|across)\b"
)
_HAPPENS = re.compile(r"^(?:is|are|was|were|have|had|can|must|will|need|[a-z]+ed)\b")


def amount(text: str, letters: Letters) -> str:
    """Ask for an amount: `The fee is 30 euros`, `The wall is 3 metres high`, `A badge costs 12 euros`."""
    if (found := _HOW.match(text)) and is_subject(found["s"]):
        how = found["adj"].replace("away", "far away")
        return f"How {how} {found['a']} {subject(found['s'], letters)}?"
    if (found := _IS.match(text)) and is_subject(found["s"]):
        if re.match(r"^ (?:of|or|and|to|more|less|times|years old)\b", found["rest"]):
            return ""
        is_date = re.match(MOMENT, found["v"]) and not re.search(r"\b(?:number|version|year)\b", found["s"])
        return f"{'When' if is_date else 'What'} {found['a']} {subject(found['s'], letters)}?"
    return _of_verb(text, letters)


def _of_verb(text: str, letters: Letters) -> str:
    found = _SVO.match(text)
    if not found or not (found["s"] == "You" or is_subject(found["s"])):
        return ""
    base, aux = _FORM_OF[found["v"]]
    who = "I" if found["s"] == "You" else subject(found["s"], letters)
    if found["money"]:
        paying = base in ("cost", "get", "pay", "receive", "earn", "add")
        return f"How much {aux} {who} {base}{_rest(found['rest'])}?" if paying else ""
    if found["span"]:
        if base in ("take", "last"):
            return f"How long {aux} {who} {base}{_rest(found['rest'])}?"
        unit = _DAYS_OF.search(f"{found['span']}{found['rest'] or ''}")
        fits = unit and base in ("have", "get", "need")
        return f"How many {unit[0].rstrip()} {aux} {who} {base}?" if unit and fits else ""
    nouns = _nouns(found["n"], f"{found['u'] or ''}{found['rest'] or ''}")
    if not nouns or base in ("take", "last", "cost", "weigh"):
        return ""
    return f"How many {_named(nouns)} {aux} {who} {base}{_rest(nouns['rest'])}?"


def how_many(text: str, _: Letters) -> str:
    """Ask how many there are: `There are 12 parking spaces behind the Works`."""
    found = _THERE.match(text)
    nouns = _nouns(found["n"], found["u"]) if found else None
    if not found or not nouns:
        return ""
    rest = _rest(nouns["rest"])
    return f"How many {_named(nouns)} {found['a']} there{rest}?" if rest else ""


def counted(text: str, _: Letters) -> str:
    """Ask for the number that opens a sentence: `Forty stations were tested on piers`."""
    found = _STARTS.match(text)
    nouns = _nouns(found["n"], found["u"]) if found else None
    if not nouns or nouns["of"]:
        return ""
    rest = shortened(nouns["rest"], LIMIT)
    if not 3 <= len(rest.split()) <= 14 or not _HAPPENS.match(rest):
        return ""
    return f"How many {nouns['u']} {first_person(rest)}?"


def _nouns(number: str, text: str) -> re.Match[str] | None:
    """The counted things at the text's beginning; None for one, and for units of measure."""
    found = _NOUNS.match(text.rstrip(".!")) if number.lower() != "one" else None
    return found if found and found["u"].split()[-1] not in _RULED_OUT else None


def _named(nouns: re.Match[str]) -> str:
    return f"{nouns['u']}{(nouns['of'] or '').rstrip()}"


def _rest(text: str | None) -> str:
    """What may follow: a few words of place, time or purpose."""
    cut = shortened(text or "", LIMIT)
    fits = _FOLLOWS.match(cut) and len(cut.split()) <= 8
    return f" {first_person(plain_rest(cut))}" if fits and plain_rest(cut) else ""
