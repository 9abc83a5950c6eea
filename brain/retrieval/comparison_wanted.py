"""Questions that compare: "what is the difference between A and B?", "is A cheaper than B?", "A vs B"."""

import re
from dataclasses import dataclass

from brain.text.terms import content_words

MOST = 3  # things side by side
LONGEST = 200  # characters; what is longer tells a story
_LONGEST = 8  # words of a thing; what is longer is a clause


@dataclass(frozen=True, slots=True)
class ComparisonWanted:
    """The two or three `things`, and what is asked of each: `attributes` are groups of words for it.

    Any word of a group will do; the groups are tried in order. Without them, everything is asked.

    `asks_more` is set where yes or no is asked: True for "is the first one more than the second?". Where it is
    `open`, all that sets them apart is asked for ("compare A and B"), else one thing of each.
    """

    things: tuple[str, ...]
    attributes: tuple[tuple[str, ...], ...] = ()
    asks_more: bool | None = None
    open: bool = True


# What an adjective asks for, as documents call it, and whether it means more of that.
_MONEY = ("price", "cost", "fee", "eur", "usd", "retail", "amount", "premium")
_LENGTH = ("length", "duration", "long", "weeks", "days", "months", "hours", "years", "time", "period")
_SIZE = ("size", "area", "people", "number", "screen", "dimensions", "diameter")
_DATE = ("date", "when", "time", "deadline", "start", "until", "due", "opening", "hours")
_WEIGHT = ("weight", "mass", "kg")
_SPEED = ("speed", "time", "within", "days", "hours", "reply", "interval", "latency")
_ASKED_BY = {
    "cheaper": (_MONEY, False),
    "cheapest": (_MONEY, False),
    "dearer": (_MONEY, True),
    "pricier": (_MONEY, True),
    "costlier": (_MONEY, True),
    "expensive": (_MONEY, True),
    "longer": (_LENGTH, True),
    "longest": (_LENGTH, True),
    "shorter": (_LENGTH, False),
    "shortest": (_LENGTH, False),
    "bigger": (_SIZE, True),
    "biggest": (_SIZE, True),
    "larger": (_SIZE, True),
    "largest": (_SIZE, True),
    "smaller": (_SIZE, False),
    "smallest": (_SIZE, False),
    "heavier": (_WEIGHT, True),
    "heaviest": (_WEIGHT, True),
    "lighter": (_WEIGHT, False),
    "lightest": (_WEIGHT, False),
    "later": (_DATE, True),
    "latest": (_DATE, True),
    "earlier": (_DATE, False),
    "earliest": (_DATE, False),
    "sooner": (_DATE, False),
    "faster": (_SPEED, None),
    "fastest": (_SPEED, None),
    "quicker": (_SPEED, None),
    "slower": (_SPEED, None),
    "older": (("age", "founded", "since", "date", "year"), None),
    "newer": (("age", "founded", "since", "date", "year"), None),
    "higher": (("height", "high", "up", "maximum"), True),
    "lower": (("height", "low", "minimum"), False),
    "more": ((), True),
    "most": ((), True),
    "less": ((), False),
    "fewer": ((), False),
    "fewest": ((), False),
    "better": ((), None),
    "best": ((), None),
    "worse": ((), None),
    "different": ((), None),
}
_BY_VERB = {"cost": _MONEY, "pay": _MONEY, "weigh": _WEIGHT, "last": _LENGTH, "take": _LENGTH}
_ADJECTIVE = "|".join(sorted((word for word in _ASKED_BY), key=len, reverse=True))
_DEGREE = rf"(?P<degree>{_ADJECTIVE})"
_LEAD = (
    r"(?:(?:hi|hello|hey|please|pls|so|ok(?:ay)?|and|also|now|then)\b[\s,:!.–-]*"
    r"|(?:can|could|would|will) you (?:please )?|(?:tell|show|give|explain to) (?:me|us) |explain |i(?:'d| would) like to know )*"
)
_BY = (
    r"(?:,? (?:in|for|by|on|regarding|concerning|about|as to|with (?:regard|respect) to|when it comes to|in terms of"
    r"|as regards) (?P<by>[^,?]+))?"
)
_COLON = r"(?:\s*[:;]\s*(?P<after>.+))?"
_PATTERNS = (
    # what is the difference (in price) between A and B (in …)?  how big is the difference between …
    re.compile(
        rf"{_LEAD}(?:what(?:'s| is| are) |how (?:big|large|much) is |is there |are there |describe |list )?(?:an? |the |any )?"
        rf"(?:main |key |big |exact |actual )?difference(?:s)?(?: (?:in|of) (?P<of>[^,?]+?))? (?:between|of|among) (?P<things>.+?)"
        rf"{_BY}{_COLON}",
        re.IGNORECASE,
    ),
    # compare A with B (on …); a comparison of A and B
    re.compile(
        rf"{_LEAD}(?:compare |(?:an? |the )?comparison (?:of|between) |contrast )(?P<things>.+?){_BY}{_COLON}",
        re.IGNORECASE,
    ),
    # how do A and B differ (in …)?  how does A differ from B?  in what way is A different from B?
    re.compile(
        rf"{_LEAD}(?:how|where|in (?:what|which) (?:way|respect)s?) (?:do|does|did) (?:the )?(?:(?P<of>\w+) differ (?:for|between) )"
        rf"(?P<things>.+?){_COLON}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_LEAD}(?:how|where|in (?:what|which) (?:way|respect)s?) (?:do|does|did|is|are) (?P<first>.+?)"
        rf" (?:differ|different|compare|vary)(?: (?:from|to|with|than) (?P<second>.+?))?{_BY}{_COLON}",
        re.IGNORECASE,
    ),
    # is A (much) cheaper than B (in …)?  is A a longer … than B?
    re.compile(
        rf"{_LEAD}(?P<yesno>is|are|was|were) (?P<first>.+?) (?:an? )?(?:much |any |a (?:lot|bit|little) |more (?=expensive))?{_DEGREE}"
        rf"(?: (?P<what>(?!than\b)[^,?]+?))? than (?P<second>.+?){_BY}",
        re.IGNORECASE,
    ),
    # does A cost more than B?  does A have more users than B?
    re.compile(
        rf"{_LEAD}(?P<yesno>do|does|did|can|will|would) (?P<first>.+?) (?P<verb>cost|pay|weigh|last|take|have|has|get|gets|offer|allow|include|cover"
        rf"|give|need|run|earn|hold|reach|measure|support|come with)s? (?:an? )?(?:much |any |a (?:lot|bit) )?{_DEGREE}"
        rf"(?: (?P<what>(?!than\b)[^,?]+?))? than (?P<second>.+?){_BY}",
        re.IGNORECASE,
    ),
    # which (one|plan) is cheaper(,:) A or B?  who gets more leave, A or B?  what's longer: A or B?
    re.compile(
        rf"{_LEAD}(?:which|what|who)(?:'s)?(?: (?P<kind>(?!of\b)[\w ]+?))?"
        rf"(?: (?P<verb>is|are|has|have|gets?|costs?|weighs?|lasts?|takes?|offers?|allows?|pays?|needs?|runs?|replies|reaches|goes|comes with|uses?))?"
        rf" (?:the |an? )?(?:more (?=expensive))?{_DEGREE}(?: (?P<what>[^,:?–-]+?))?\s*(?:[,:;–-]| between )\s*(?P<things>.+)",
        re.IGNORECASE,
    ),
    # which of A and B is cheaper / has more users / can print in colour?
    re.compile(
        rf"{_LEAD}(?:which|who|what) (?:one )?of (?:the )?(?P<things>.+? (?:and|or) .+?)"
        rf" (?P<verb>is|are|was|has|have|gets?|costs?|weighs?|lasts?|takes?|can|may|offers?|allows?|comes with|does|needs?)"
        rf" (?:the |an? )?(?:more (?=expensive))?(?:{_DEGREE} ?)?(?P<what>.*)",
        re.IGNORECASE,
    ),
    # A or B: which is cheaper?
    re.compile(
        rf"{_LEAD}(?P<things>.+? or .+?)\s*[,:;?–-]\s*(?:which|what|who)(?: one| of (?:them|the two))?"
        rf"(?: (?P<verb>is|are|has|have|costs?|weighs?|lasts?|gets?))? (?:the |an? )?(?:more (?=expensive))?{_DEGREE}(?: (?P<what>.+))?",
        re.IGNORECASE,
    ),
    # A vs B; A versus B: price?  A compared to B
    re.compile(
        rf"{_LEAD}(?:(?P<of>[^,:?]+?): )?(?P<first>(?!(?:who|when|why|where|how)\b)[^,:?]+?) (?:vs\.?|versus|compared (?:to|with)) (?P<second>.+?)"
        rf"{_BY}{_COLON}",
        re.IGNORECASE,
    ),
)
_JOINED = re.compile(r"\s*(?:,\s*(?:and|or)?|\b(?:and|or|vs\.?|versus|with|to|against)\b)\s*", re.IGNORECASE)
_ARTICLE = re.compile(
    r"^(?:(?:the|an?|our|my|your|their|both|either|either the|having|using|taking)\s+)+", re.IGNORECASE
)
_POINTS = re.compile(
    r"(?:it|this|that|these|those|them|they|you|we|i|he|she|there|one|ones?|two|before|usual|usually|expected|now|today"
    r"|last year|ever|allowed|others?|the (?:others?|rest|two|first|second|former|latter))",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:what|who|when|where|why|how|which|if|whether|to|that)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
# "more than two weeks", "longer than 5 days": a limit, no other thing.
_AMOUNT = re.compile(
    r"(?:€|\$|£)?\d[\d.,]*(?!\S)|(?:€|\$|£)\d|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half)\s+"
    r"(?:\w+\s+)?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|euros?|dollars?|people|persons?|times?)\b",
    re.IGNORECASE,
)


def comparison_wanted(question: str) -> ComparisonWanted | None:
    """What is to be set side by side; None where something else is asked."""
    text = " ".join(question.split()).replace("’", "'").strip(" ?!.")
    if len(text) > LONGEST:
        return None
    for pattern in _PATTERNS:
        if (found := pattern.fullmatch(text)) and (wanted := _wanted(found)):
            return wanted
    return None


def _wanted(found: "re.Match[str]") -> ComparisonWanted | None:
    parts = found.groupdict()
    given = _things(parts)
    if not 2 <= len(given) <= MOST:
        return None
    degree = (parts.get("degree") or "").lower()
    by_degree, is_more = _ASKED_BY.get(degree, ((), None))
    if parts.get("verb") and not parts.get("what"):
        by_degree = _BY_VERB.get(parts["verb"].lower().rstrip("s"), by_degree)
    given, before = _without_shared_opening(given)
    named = [*(parts.get(name) or "" for name in ("what", "of", "by", "after")), before]
    words = tuple(dict.fromkeys(word for part in named for word in content_words(part)))
    words = tuple(word for word in words if word not in _ASKED_BY)
    asks_more = is_more if parts.get("yesno") else None
    attributes = tuple(group for group in (words, by_degree) if group)
    return ComparisonWanted(tuple(given), attributes, asks_more, open=not degree)


def _things(parts: "dict[str, str | None]") -> list[str]:
    """The things, each with the noun that they share: "the Harbour and the Keeper plan" are two plans."""
    if first := parts.get("first"):
        second = parts.get("second")
        named = [first, second] if second else _split(first)
        if second and len(more := _split(second)) > 1:  # "A vs B vs C"
            named = [first, *more]
    else:
        named = _split(parts.get("things") or "")
    if len(named) > 1 and (year := _YEAR.search(named[0])):  # "the policies of 2024 and 2026"
        opening = named[0][: year.start()]
        named = [f"{opening}{name.strip()}" if _YEAR.fullmatch(name.strip()) else name for name in named]
    bare = [_ARTICLE.sub("", name or "").strip(" ,:;\"'“”") for name in named]
    if any(_is_no_thing(name) for name in bare) or len({name.lower() for name in bare}) < len(bare):
        return []
    return _with_shared_noun(bare)


def _without_shared_opening(names: list[str]) -> tuple[list[str], str]:
    """Names without what is asked of all and stands before the first: "per diem Norway" beside "Denmark"."""
    first = names[0].split()
    at = next((i for i, word in enumerate(first) if _is_name(word)), 0)
    alone = all(_is_name(word) for name in names[1:] for word in name.split()[:1])
    if at and alone and all(map(_is_name, first[at:])) and len(names[1].split()) <= len(first) - at:
        return [" ".join(first[at:]), *names[1:]], " ".join(first[:at])
    return names, ""


def _is_name(word: str) -> bool:
    return word[0].isupper()


def _split(things: str) -> list[str]:
    return [part for part in _JOINED.split(things) if part.strip()]


def _is_no_thing(name: str) -> bool:
    return (
        not content_words(name)
        or len(name.split()) > _LONGEST
        or bool(_POINTS.fullmatch(name) or _CLAUSE.match(name))
        or bool(_AMOUNT.match(name))
    )


def _with_shared_noun(names: list[str]) -> list[str]:
    """Each with the common noun at the end of the last, or of the first with "one" for the last."""
    last = names[-1].split()
    if last[-1].lower() in ("one", "ones") and len(last) > 1:
        noun = next((word for word in names[0].split() if word[0].isupper()), names[0].split()[-1])
        return [*names[:-1], " ".join([*last[:-1], noun])]
    plural = last[-1].removesuffix("s")
    if len(last) > 1 and last[-1].islower() and last[-1].isalpha():
        goes_on = any(names[-1].lower().startswith(f"{name.lower()} ") for name in names[:-1])
        single = not goes_on and all(len(name.split()) < len(last) for name in names[:-1])
        if single and all(plural not in name.lower() for name in names[:-1]):
            return [*(f"{name} {last[-1]}" for name in names[:-1]), names[-1]]
    return names
