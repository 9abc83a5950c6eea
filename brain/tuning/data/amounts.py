"""Questions for amounts and times: `The badge costs 12 euros.` answers `How much does the badge cost?`."""

import re

from brain.tuning.data.subjects import is_subject, plain_rest, shortened, subject
from brain.tuning.data.wording import Letters, first_person

_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half an?"
)
_NUMBER = rf"(?:\d[\d.,]*|{_WORDS})"
_ABOUT = (
    r"(?:(?:about|around|roughly|up to|at least|at most|more than|less than|only|over|under|nearly|almost|exactly"
    r"|no more than|a maximum of|a minimum of|between) )?"
)
_MONEY = rf"(?:(?:€|\$|£|EUR |USD ){_NUMBER}|{_NUMBER} (?:euros?|dollars?|pounds?|cents))"
_SPAN = rf"{_NUMBER}(?:[ -](?:to|or|and)[ -]{_NUMBER})?[ -](?:(?:working|business|calendar|full) )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_MOMENT = (
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})|(?:{_MONTHS})\b|{_DAYS}|\d{{1,2}}:\d\d|\d{{1,2}} ?[ap]\.?m"
    rf"|(?:the )?\d{{1,2}}(?:st|nd|rd|th)\b(?! (?:floor|wing|edition|version|week|place|page|grade|level|street|time|century))|noon|midnight|(?:in )?(?:19|20)\d\d\b)"
)
_VERBS = {
    base: (forms, past)
    for base, forms, past in (
        ("have", "has", "had"), ("get", "gets", "got"), ("receive", "receives", "received"),
        ("need", "needs", "needed"), ("hold", "holds", "held"), ("contain", "contains", "contained"),
        ("include", "includes", "included"), ("cover", "covers", "covered"), ("offer", "offers", "offered"),
        ("use", "uses", "used"), ("employ", "employs", "employed"), ("serve", "serves", "served"),
        ("support", "supports", "supported"), ("store", "stores", "stored"), ("keep", "keeps", "kept"),
        ("accept", "accepts", "accepted"), ("cost", "costs", ""), ("take", "takes", "took"),
        ("last", "lasts", "lasted"), ("weigh", "weighs", "weighed"), ("pay", "pays", "paid"),
        ("sell", "sells", "sold"), ("own", "owns", "owned"), ("add", "adds", "added"), ("build", "builds", "built"),
        ("give", "gives", "gave"), ("earn", "earns", "earned"), ("report", "reports", "reported"),
        ("enroll", "enrolls", "enrolled"), ("identify", "identifies", "identified"),
        ("analyze", "analyzes", "analyzed"), ("require", "requires", "required"), ("open", "opens", "opened"),
    )
}  # fmt: skip
_FORM_OF = {form: (base, aux) for base, (third, past) in _VERBS.items()
            for form, aux in ((base, "do"), (third, "does"), (past, "did")) if form}  # fmt: skip
_SVO = re.compile(
    rf"^(?P<s>[^,;:()]{{2,60}}?) (?P<v>{'|'.join(sorted(_FORM_OF, key=len, reverse=True))}) {_ABOUT}"
    rf"(?:(?P<money>{_MONEY})|(?P<span>{_SPAN})|(?P<n>{_NUMBER}) (?P<u>[a-z].*?))(?P<rest>\b.*)?$"
)
_IS = re.compile(
    rf"^(?P<s>(?:The|Our|Your) [^,;:()]{{3,60}}?) (?P<a>is|are|was|were) {_ABOUT}"
    rf"(?P<v>{_MONEY}|{_SPAN}|{_NUMBER} ?(?:%|percent)|{_NUMBER}(?= [a-z]+s?\b)|{_MOMENT})(?P<rest>.*)$"
)
_HOW = re.compile(
    rf"^(?P<s>[^,;:()]{{3,60}}?) (?P<a>is|are|was|were) {_ABOUT}{_NUMBER} (?:\w+ )(?P<adj>high|long|wide|deep|tall|old|thick|heavy|away)\b"
)
_THERE = re.compile(rf"^There (?P<a>are|were) {_ABOUT}(?P<n>{_NUMBER}) (?P<u>[a-z].*)$")
_STARTS = re.compile(
    rf"^(?:(?:About|Around|Nearly|Almost|Over|At least|Up to|Only|More than) )?(?P<n>{_NUMBER}) (?P<u>[a-z].*)$",
    re.I,
)
_NOUNS = re.compile(r"^(?P<u>(?:(?!(?:of|or|and|to|per|a|an|the|in|on|at|for|with|from|by|more|less|times|percent)\b)[a-z][\w-]* ){0,2}"
                    r"(?:[a-z][\w-]*[^s\W]s|people|children|staff)\b)(?P<of> of (?:[a-z][\w-]* ?){1,3}?(?=$|[.,]| (?:a|an|the|in|on|at|per|for|with|from|by|each|every|to|who|that|and|or|but)\b))?"
                    r"(?P<rest>.*)$")  # fmt: skip
_RULED_OUT = re.compile(
    r"^(?:seconds|minutes|hours|metres|meters|kilometres|percent|degrees|times|others|versions|of)$"
)
_LIMIT = re.compile(
    r"[,;:(–—]| (?:and|but|or|if|when|unless|because|so|while|which|that|who|where|plus|including|until) "
)
_TIME_PREPOSITION = r"(?P<at>on|at|by|until|till|from|before|after|within|every|in|no later than)"
_WHENEVER = rf"(?:{_MOMENT}|{_SPAN}|(?:the )?(?:end|beginning|first|last|middle) of (?:the|each|every) \w+|(?:every|each) (?:day|week|month|quarter|year|morning|evening|night|hour|minute|spring|summer|autumn|winter))"
_PASSIVE = re.compile(
    rf"^(?P<s>[^,;:()]{{2,60}}?) (?P<m>is|are|was|were|must be|has to be|have to be|will be|should be|can be)"
    rf" (?P<p>due|paid|held|made|sent|built|kept|taken|given|told|set|done|open|closed|available|valid|[a-z]{{3,}}ed)(?P<mid>(?: [\w'’-]+){{0,5}}?)"
    rf" {_TIME_PREPOSITION} {_WHENEVER}"
)
_BEGINS = {
    form: (base, aux)
    for base in ("open", "close", "start", "begin", "end", "expire", "apply", "arrive", "leave", "meet", "happen",
                 "run out", "take place", "take effect", "go live", "change")
    for form, aux in ((base, "do"), (f"{base.split()[0]}{'es' if base.startswith('go') else 's'}{base[len(base.split()[0]):]}", "does"))
}  # fmt: skip
_BEGINS["applies"] = ("apply", "does")
_ACTIVE = re.compile(
    rf"^(?P<s>[^,;:()]{{2,60}}?) (?P<v>{'|'.join(sorted(_BEGINS, key=len, reverse=True))}) (?:again )?(?P<at>on|at|from|in|every|until|by|within) {_WHENEVER}"
)


def amount(text: str, letters: Letters) -> str:
    """`The fee is 30 euros.`, `The wall is 3 metres high.`, `A badge costs 12 euros.`"""
    if (found := _HOW.match(text)) and is_subject(found["s"]):
        return f"How {found['adj'].replace('away', 'far away')} {found['a']} {subject(found['s'], letters)}?"
    if (found := _IS.match(text)) and is_subject(found["s"]):
        if re.match(r"^ (?:of|or|and|to|more|less|times|years old)\b", found["rest"]) or found["s"].endswith(
            " first"
        ):
            return ""
        word = "When" if re.match(_MOMENT, found["v"]) else "What"
        if word == "When" and re.search(r"\b(?:number|version|edition|year)\b", found["s"]):
            word = "What"
        return f"{word} {found['a']} {subject(found['s'], letters)}?"
    return _of_verb(text, letters)


def _of_verb(text: str, letters: Letters) -> str:
    found = _SVO.match(text)
    if not found or not (found["s"] in ("You",) or is_subject(found["s"])):
        return ""
    base, aux = _FORM_OF[found["v"]]
    who = "I" if found["s"] == "You" else subject(found["s"], letters)
    rest = first_person(_rest(found["rest"] or ""))
    if found["money"]:
        return (
            f"How much {aux} {who} {base}{rest}?"
            if base in ("cost", "get", "pay", "receive", "earn", "add")
            else ""
        )
    if found["span"]:
        if base in ("take", "last"):
            return f"How long {aux} {who} {base}{rest}?"
        if base in ("have", "get", "need") and re.search(r"days|weeks|hours", found["span"]):
            unit = re.search(
                r"(?:working |business |calendar |full )?(?:days|weeks|hours|months)", found["span"]
            )
            return f"How many {unit[0]}{_of(found['rest'])} {aux} {who} {base}?" if unit else ""
        return ""
    nouns = _NOUNS.match(f"{found['u'] or ''}{found['rest'] or ''}".rstrip(".!"))
    if not nouns or base in ("take", "last", "cost", "weigh") or _RULED_OUT.match(nouns["u"].split()[-1]):
        return ""
    if found["n"] == "one":
        return ""
    return f"How many {nouns['u']}{(nouns['of'] or '').rstrip()} {aux} {who} {base}{first_person(_rest(nouns['rest']))}?"


def _of(rest: str | None) -> str:
    found = re.match(
        r"^ of (?:[a-z]+ ?){1,3}?(?=$|[.,]| (?:a|an|the|in|on|at|per|for|with|from|by|each|every|to)\b)",
        rest or "",
    )
    return found[0].rstrip() if found else ""


def _rest(text: str) -> str:
    """What may follow: a few words of place, time or purpose."""
    cut = shortened(text, _LIMIT)
    found = re.match(r"^(?:a|an|per|each|every|in|on|at|for|from|with|to|of|during|without)\b", cut)
    return f" {cut}" if found and len(cut.split()) <= 8 else ""


def how_many(text: str, _: Letters) -> str:
    """`There are 12 parking spaces behind the Works.`"""
    found = _THERE.match(text)
    nouns = _NOUNS.match(found["u"].rstrip(".!")) if found and found["n"] != "one" else None
    if not found or not nouns or _RULED_OUT.match(nouns["u"].split()[-1]):
        return ""
    rest = first_person(_rest(nouns["rest"]))
    return f"How many {nouns['u']}{(nouns['of'] or '').rstrip()} {found['a']} there{rest}?" if rest else ""


def counted(text: str, _: Letters) -> str:
    """`Forty stations were tested on piers.`"""
    found = _STARTS.match(text)
    nouns = _NOUNS.match(found["u"].rstrip(".!")) if found and found["n"].lower() != "one" else None
    if not nouns or nouns["of"] or _RULED_OUT.match(nouns["u"].split()[-1]):
        return ""
    rest = shortened(nouns["rest"], _LIMIT)
    if not 3 <= len(rest.split()) <= 14 or not re.match(
        r"^(?:is|are|was|were|have|had|can|must|will|need|[a-z]+ed)\b", rest
    ):
        return ""
    return f"How many {nouns['u']} {first_person(rest)}?"


def time_of(text: str, letters: Letters) -> str:
    """`Claims are paid by the 15th.`, `The canteen opens at 11:30.`"""
    if (found := _PASSIVE.match(text)) and is_subject(found["s"]):
        middle = plain_rest(found["mid"])
        if (found["mid"] and not middle) or re.search(
            r"\b(?:not|never|only|also|and|or|is|are)\b", found["mid"]
        ):
            return ""
        who, end = subject(found["s"], letters), f" {first_person(middle)}" if middle else ""
        if found["at"] == "in" and not re.search(rf"in (?:the )?(?:{_MONTHS}|(?:19|20)\d\d)", found[0]):
            return ""
        first, _, second = found["m"].partition(" ")
        if first in ("has", "have"):
            return f"{_when(found['at'])} {'does' if first == 'has' else 'do'} {who} have to be {found['p']}{end}?"
        return f"{_when(found['at'])} {first} {who} {second + ' ' if second else ''}{found['p']}{end}?"
    if (found := _ACTIVE.match(text)) and is_subject(found["s"]):
        base, aux = _BEGINS[found["v"]]
        return f"{_when(found['at'])} {aux} {subject(found['s'], letters)} {base}?"
    return ""


def _when(preposition: str) -> str:
    return {"every": "How often", "until": "Until when", "till": "Until when", "from": "From when", "by": "By when",
            "within": "How soon"}.get(preposition, "When")  # fmt: skip
