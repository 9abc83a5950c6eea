"""Questions that compare: "what is the difference between A and B?", "is A cheaper than B?", "A vs B"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from brain.retrieval.degrees import BY_VERB, DEGREES, Degree
from brain.text.terms import content_words

MOST = 3  # things side by side
LONGEST = 200  # characters; what is longer tells a story
_LONGEST_NAME = 8  # words of a thing; what is longer is a clause


@dataclass(frozen=True, slots=True)
class ComparisonWanted:
    """The two or three `things`, and what is asked of each: `attributes` are groups of words for it.

    Any word of a group will do; the groups are tried in order. Without them, everything is asked.
    `asks_more` is set where yes or no is asked: True for "is the first one more than the second?". Where it
    is `open`, all that sets them apart is asked for ("compare A and B"), else one thing of each.
    """

    things: tuple[str, ...]
    attributes: tuple[tuple[str, ...], ...] = ()
    asks_more: bool | None = None
    open: bool = True


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern that is written over several lines: line ends and what indents them don't count."""
    return re.compile("".join(line.strip("\n").removeprefix("    ") for line in text.splitlines()), re.I)


_DEGREE = rf"(?P<degree>{'|'.join(sorted(DEGREES, key=len, reverse=True))})"
_MUCH = r"(?:an? )?(?:much |any |a (?:lot|bit|little) |more (?=expensive))?"
_THE_MORE = r"(?:the |an? )?(?:more (?=expensive))?"
_HOW = r"(?:how|where|in (?:what|which) (?:way|respect)s?)"
_LEAD = (
    r"(?:(?:hi|hello|hey|please|pls|so|ok(?:ay)?|and|also|now|then)\b[\s,:!.–-]*"
    r"|(?:can|could|would|will) you (?:please )?|(?:tell|show|give|explain to) (?:me|us) |explain "
    r"|i(?:'d| would) like to know )*"
)
_BY = (
    r"(?:,? (?:in|for|by|on|regarding|concerning|about|as to|with (?:regard|respect) to|when it comes to"
    r"|in terms of|as regards) (?P<by>[^,?]+))?"
)
_AFTER = r"(?:\s*[:;]\s*(?P<after>.+))?"
_HAS = r"is|are|was|has|have|gets?|costs?|weighs?|lasts?|takes?|offers?|allows?|needs?|comes with"
_PATTERNS = (
    # what is the difference (in price) between A and B (in …)?
    _pattern(rf"""
    {_LEAD}(?:what(?:'s| is| are) |how (?:big|large|much) is |is there |are there |describe |list )?
    (?:an? |the |any )?(?:main |key |big |exact |actual )?differences?(?: (?:in|of) (?P<of>[^,?]+?))?
     (?:between|of|among) (?P<things>.+?){_BY}{_AFTER}"""),
    # compare A with B (on …); a comparison of A and B
    _pattern(rf"""
    {_LEAD}(?:compare |(?:an? |the )?comparison (?:of|between) |contrast )(?P<things>.+?){_BY}{_AFTER}"""),
    # how does leave differ for A and B?
    _pattern(
        rf"{_LEAD}{_HOW} (?:do|does|did) (?:the )?(?P<of>\w+) differ (?:for|between) (?P<things>.+?){_AFTER}"
    ),
    # how do A and B differ (in …)?  how does A differ from B?
    _pattern(rf"""
    {_LEAD}{_HOW} (?:do|does|did|is|are) (?P<first>.+?) (?:differ|different|compare|vary)
    (?: (?:from|to|with|than) (?P<second>.+?))?{_BY}{_AFTER}"""),
    # is A (much) cheaper than B (in …)?  is A a longer … than B?
    _pattern(rf"""
    {_LEAD}(?P<yesno>is|are|was|were) (?P<first>.+?) {_MUCH}{_DEGREE}(?: (?P<what>(?!than\b)[^,?]+?))?
     than (?P<second>.+?){_BY}"""),
    # does A cost more than B?  does A have more users than B?
    _pattern(rf"""
    {_LEAD}(?P<yesno>do|does|did|can|will|would) (?P<first>.+?)
     (?P<verb>cost|pay|weigh|last|take|have|has|get|gets|offer|allow|include|cover|give|need|run|earn|hold|reach
    |measure|support|come with)s? {_MUCH}{_DEGREE}(?: (?P<what>(?!than\b)[^,?]+?))?
     than (?P<second>.+?){_BY}"""),
    # which (one|plan) is cheaper(,:) A or B?  who gets more leave, A or B?  what's longer: A or B?
    _pattern(rf"""
    {_LEAD}(?:which|what|who)(?:'s)?(?: (?P<kind>(?!of\b)[\w ]+?))?
    (?: (?P<verb>{_HAS}|pays?|runs?|replies|reaches|goes|uses?))? {_THE_MORE}{_DEGREE}
    (?: (?P<what>[^,:?–-]+?))?\s*(?:[,:;–-]| between )\s*(?P<things>.+)"""),
    # which of A and B is cheaper / has more users / can print in colour?
    _pattern(rf"""
    {_LEAD}(?:which|who|what) (?:one )?of (?:the )?(?P<things>.+? (?:and|or) .+?)
     (?P<verb>{_HAS}|can|may|does) {_THE_MORE}(?:{_DEGREE} ?)?(?P<what>.*)"""),
    # A or B: which is cheaper?
    _pattern(rf"""
    {_LEAD}(?P<things>.+? or .+?)\s*[,:;?–-]\s*(?:which|what|who)(?: one| of (?:them|the two))?
    (?: (?P<verb>{_HAS}))? {_THE_MORE}{_DEGREE}(?: (?P<what>.+))?"""),
    # A vs B; price: A versus B; A compared to B
    _pattern(rf"""
    {_LEAD}(?:(?P<of>[^,:?]+?): )?(?P<first>(?!(?:who|when|why|where|how)\b)[^,:?]+?)
     (?:vs\.?|versus|compared (?:to|with)) (?P<second>.+?){_BY}{_AFTER}"""),
)
# Between the things: "A, B and C", "A vs. B".
_JOINED = re.compile(r"\s*(?:,\s*(?:and|or)?|\b(?:and|or|vs\.?|versus|with|to|against)\b)\s*", re.I)
_ARTICLE = re.compile(r"^(?:(?:the|an?|our|my|your|their|both|either|having|using|taking)\s+)+", re.I)
_WHICH = re.compile(r"^(?:and )?(?:which|who)(?: (?:one|of (?:them|these|those|both|the two)))? ", re.I)
# Not to be set side by side with anything: what only the thread, or the asker, tells.
_POINTS = re.compile(
    r"(?:it|this|that|these|those|them|they|you|we|i|he|she|there|ones?|two|before|usual|usually|expected|now"
    r"|today|last year|ever|allowed|others?|the (?:others?|rest|two|first|second|former|latter))",
    re.I,
)
_CLAUSE = re.compile(r"(?:what|who|when|where|why|how|which|if|whether|to|that)\b", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")
# "more than two weeks", "longer than 5 days": a limit, no other thing.
_AMOUNT = re.compile(
    r"[€$£]?\d[\d.,]*(?!\S)|[€$£]\d"
    r"|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half)\s+(?:\w+\s+)?"
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|euros?|dollars?|people|persons?|times?)\b",
    re.I,
)


def comparison_wanted(question: str) -> ComparisonWanted | None:
    """What is to be set side by side; None where something else is asked.

    Behind a dash ("compare A and B – which of them is cheaper?") a follow-up asks something else of the same.
    """
    frame, dash, own = question.rpartition(" – ")
    if dash and (before := comparison_wanted(frame)):
        which, asks = _WHICH.subn(f"which of {' and '.join(before.things)} ", own.strip(), count=1)
        return comparison_wanted(which) if asks else None
    text = " ".join(question.split()).replace("’", "'").strip(" ?!.")
    if len(text) > LONGEST:
        return None
    for pattern in _PATTERNS:
        if (found := pattern.fullmatch(text)) and (wanted := _wanted(found.groupdict(default=""))):
            return wanted
    return None


def _wanted(parts: Mapping[str, str]) -> ComparisonWanted | None:
    given = _things(parts)
    if not 2 <= len(given) <= MOST:
        return None
    word = parts.get("degree", "").lower()
    degree = DEGREES.get(word, Degree())
    by_degree = degree.words
    if not parts.get("what"):
        by_degree = BY_VERB.get(parts.get("verb", "").lower().rstrip("s"), by_degree)
    given, before = _without_shared_opening(given)
    named = [*(parts.get(name, "") for name in ("what", "of", "by", "after")), before]
    asked = tuple(
        dict.fromkeys(word for part in named for word in content_words(part) if word not in DEGREES)
    )
    attributes = tuple(group for group in (asked, by_degree) if group)
    asks_more = degree.more if parts.get("yesno") else None
    return ComparisonWanted(tuple(given), attributes, asks_more, open=not word)


def _things(parts: Mapping[str, str]) -> list[str]:
    """The things, each with the noun that they share: "the Harbour and the Keeper plan" are two plans."""
    if first := parts.get("first"):
        second = _split(parts.get("second", ""))
        if len(second) == 1:  # "FMLA" beside "sick leave": no noun is shared
            given = [_bare(first), _bare(second[0])]
            return [] if any(map(_is_no_thing, given)) else _with_one(given)
        named = [first, *second] if second else _split(first)
    else:
        named = _split(parts.get("things", ""))
    if len(named) > 1 and (year := _YEAR.search(named[0])):  # "the policies of 2024 and 2026"
        opening = named[0][: year.start()]
        named = [f"{opening}{name.strip()}" if _YEAR.fullmatch(name.strip()) else name for name in named]
    bare = list(map(_bare, named))
    if any(_is_no_thing(name) for name in bare) or len({name.lower() for name in bare}) < len(bare):
        return []
    return _with_shared_noun(_with_one(bare))


def _bare(name: str) -> str:
    return _ARTICLE.sub("", name).strip(" ,:;\"'“”")


def _without_shared_opening(names: list[str]) -> tuple[list[str], str]:
    """Names without what is asked of all and stands before the first: "per diem Norway" beside "Denmark"."""
    first = names[0].split()
    at = next((i for i, word in enumerate(first) if word[0].isupper()), 0)
    alone = all(name[0].isupper() for name in names[1:])
    named = all(word[0].isupper() for word in first[at:])
    if at and alone and named and len(names[1].split()) <= len(first) - at:
        return [" ".join(first[at:]), *names[1:]], " ".join(first[:at])
    return names, ""


def _split(things: str) -> list[str]:
    return [part for part in _JOINED.split(things) if part.strip()]


def _is_no_thing(name: str) -> bool:
    long = len(name.split()) > _LONGEST_NAME
    points = _POINTS.fullmatch(name) or _CLAUSE.match(name) or _AMOUNT.match(name)
    return long or bool(points) or not content_words(name)


def _with_shared_noun(names: list[str]) -> list[str]:
    """Each with the common noun at the end of the last: "the Harbour and the Keeper plan"."""
    last = names[-1].split()
    if len(last) < 2 or not last[-1].islower() or not last[-1].isalpha():
        return names
    noun = last[-1].removesuffix("s")
    others = [name.lower() for name in names[:-1]]
    if any(noun in name or names[-1].lower().startswith(f"{name} ") for name in others):
        return names
    if any(len(name.split()) >= len(last) for name in others):
        return names
    return [*(f"{name} {last[-1]}" for name in names[:-1]), names[-1]]


def _with_one(names: list[str]) -> list[str]:
    """The last with the first one's noun for "one": "the oak clock" beside "the slate one"."""
    last = names[-1].split()
    if len(last) < 2 or last[-1].lower() not in ("one", "ones"):
        return names
    noun = next((word for word in names[0].split() if word[0].isupper()), names[0].split()[-1])
    return [*names[:-1], " ".join([*last[:-1], noun])]
