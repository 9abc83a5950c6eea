"""Questions from single sentences: definitions, amounts, times, rules, conditions, reasons, persons.

Each rule only moves words that stand in the sentence; a sentence that fits none of them is left alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from brain.domain import Passage
from brain.text.terms import content_stems
from brain.tuning.data.amounts import amount, counted, how_many
from brain.tuning.data.cases import Case, Said, about, stands_alone, told
from brain.tuning.data.outline import sections
from brain.tuning.data.quantities import NUMBER
from brain.tuning.data.subjects import is_subject, plain_rest, shortened, subject
from brain.tuning.data.times import time_of
from brain.tuning.data.wording import VAGUE, Letters, first_person, grammatical, titled

Rule = Callable[[str, Letters], str]

_DEFINES = re.compile(
    r"^(?P<s>[^,;:()]{2,60}?) (?:(?P<is>is|are) (?P<c>(?:an?|the|our) [a-z][^.]{12,}[.!])|(?P<m>means"
    r"|refers to|stands for) .{8,})$"
)
_NOT_DEFINED = re.compile(
    r"\b(?:reason|problem|result|goal|idea|question|answer|aim|point|first|second|third|next|last|following"
    r"|rest"
    r"|exception|only|other|one|way|thing|difference|purpose|example|case|step|main|focus|trick)s?\b",
    re.I,
)
_NOT_DEFINING = re.compile(r"^(?:the (?:same|case|only|first|last|next|most|best|one|way)|an? (?:lot|few"
                           r"|bit|good|great"
                           r"|must|little|problem|way|plus|result|exception|option|big|bad|new|common|key"
                           r"|useful))\b", re.I)  # fmt: skip
_MODAL = re.compile(
    r"^(?P<s>[^,;:()]{2,60}?) (?P<m>can(?: ?not|['’]t)?|may(?: not)?|must(?: not|n['’]t)?|should(?: not"
    r"|n['’]t)?"
    r"|(?:need|has|have)s? to|(?:are|is) (?:not )?allowed to|do(?:es)? not (?:need|have) to"
    r"|do(?:es)?n['’]t (?:need|have) to) (?P<v>[a-z].+?)[.!]$"
)
_LIMIT = re.compile(
    r",| (?:if|when|unless|because|so that|once(?! more)|until|as soon as|as long as|provided|except|but"
    r"|while"
    r"|although|since|whether|and then|in order) | [–—-] |;|:|\("
)
_OPEN_ENDED = re.compile(
    r"\b(?:consider|decide|determine|know|check|ensure|see|ask|tell|sure|find|confirm|verify|note|say|show|think)$"
)
_CONDITION = re.compile(r"^(?P<w>If|When|Once) (?P<c>[^,;:()]{8,90}), (?P<m>.{10,})$")
_EXISTS = re.compile(r"\b(?:are|were) there\b")
_PAST = re.compile(r"\b(?:was|were|had|did|came|went|found|got|took|made|said"
                   r"|(?<!is )(?<!are )(?<!be )(?<!been )"
                   r"(?<!has )(?<!have )(?<!not )(?<!get )(?<!gets )[a-z]{3,}ed)\b")  # fmt: skip
_TO_DO = re.compile(
    r"^(?:then |please |first |just |simply |always |never )*(?:add|apply|ask|avoid|be|book|bring|call|change"
    r"|check|choose|click|close|collect|contact"
    r"|copy|create|delete|do|don['’]t|enter|fill|follow|forward|get|give|go|inform|keep|leave|let|make|mark"
    r"|note"
    r"|open|order|pay|pick|press|put|read|report|return|run|say|see|select|send|set|show|sign|start|stop"
    r"|submit"
    r"|take|talk|tell|try|turn|update|use|wait|work|write|you (?:must|should|need|have|can|may))\b",
    re.I,
)
_ORDER = re.compile(r"^(?!(?:the|your|our|it|they|there|this|that|we|he|she|all|each|these|those|its|their"
                    r"|any|both)\b)[a-z]+"
                    r" (?:the|an?|your|our|it|them|to|all|any|us|up|out|at|in|on|with|that) ")  # fmt: skip
_WISH = re.compile(r"\b(?:want|need|prefer|like|wish|require|plan|find|have questions)\b")
_WHY = re.compile(
    r"^(?P<s>[^,;:()]{2,60}?) (?P<a>is|are|was|were|can|cannot|must) (?P<r>[^,;:]{3,80}?),? because .{6,}$"
)
_AGENT = re.compile(
    r"^(?P<s>[^,;:()]{2,60}?) (?P<a>is|are|was|were) (?P<p>approved|decided|signed|checked|reviewed|led"
    r"|organised"
    r"|organized|planned|owned|written|maintained|managed|chaired|handled|run|paid|provided|supported"
    r"|kept) by"
    r" (?P<w>(?:the|your|our|an?) [a-z]|[A-Z][a-z]+ )"
)
_IN_CHARGE = re.compile(
    r"^(?P<n>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,2}|[Tt]he [\w ]{3,40}?) (?:is|are) (?P<p>responsible for"
    r"|in charge of) (?P<o>[^,;:.]{4,80}?)(?=[,;:.]|$| and | but )"
)
_WHERE = re.compile(
    r"^(?P<s>[^,;:()]{2,60}?) (?P<a>is|are) (?P<p>kept|stored|located|held|found|published|posted|listed"
    r"|recorded) (?:in|at|on|under) "
)


def questions_from_statements(passages: Sequence[Passage], letters: Letters) -> Iterator[Case]:
    """Cases from the sentences of one document."""
    for section in sections(passages):
        for line in section.lines:
            if line.is_row:
                continue
            for sentence in line.sentences():
                text = told(sentence)
                if not text or not stands_alone(sentence):
                    continue
                if found := _asked(text, letters):
                    kind, asked = found
                    questions = titled(asked[0].upper() + asked[1:], section.title)
                    yield about(line.passage, kind, questions, (Said(text, line.passage),))


def _asked(text: str, letters: Letters) -> tuple[str, str] | None:
    """The first rule's kind and question that a sentence answers, if that can be asked so."""
    for kind, rule in RULES:
        asked = rule(text, letters)
        if (
            asked
            and len(asked.split()) <= 24
            and not VAGUE.search(_EXISTS.sub("", asked))
            and grammatical(asked)
        ):
            return kind, asked
    return None


def _definition(text: str, letters: Letters) -> str:
    found = _DEFINES.match(text)
    if not found or not is_subject(found["s"]) or _NOT_DEFINED.search(found["s"]):
        return ""
    if re.match(rf"{NUMBER}\b", found["s"], re.I):
        return ""
    if found["c"] and (_NOT_DEFINING.match(found["c"]) or len(found["s"].split()) > 5):
        return ""
    who = subject(found["s"], letters)
    if found["m"]:
        return (
            f"What does {who} {'mean' if found['m'] == 'means' else 'stand for'}?"
            if found["m"] != "refers to"
            else f"What does {who} refer to?"
        )
    return f"What {found['is']} {who}?"


def _rule(text: str, letters: Letters) -> str:
    found = _MODAL.match(text)
    if not found or not (found["s"] in ("You", "We") or is_subject(found["s"])) or found["s"] == "We":
        return ""
    modal, rest = found["m"].lower().replace("’", "'"), shortened(found["v"], _LIMIT)
    if (
        not rest
        or " only " in rest
        or _OPEN_ENDED.search(rest)
        or not 2 <= len(rest.split()) <= 13
        or (rest.split()[0] in ("be", "also", "only", "always", "often") and found["s"] == "You")
    ):
        return ""
    rest = first_person(re.sub(r"^(?:also|only|always|never|still|usually|therefore|then) ", "", rest))
    you = found["s"] == "You"
    who = "I" if you else subject(found["s"], letters)
    if modal.startswith("can"):
        return f"Can {who} {rest}?"
    if modal.startswith("may") or "allowed" in modal:
        if modal == "may" and re.match(
            r"(?:want|need|find|notice|see|wish|have|attempt|expect|feel|get)\b", rest
        ):
            return ""  # "you may need": a chance, no permission
        return f"{'May' if you or 'not' in modal else 'Can'} {who} {rest}?"
    if modal.startswith("should"):
        return f"Should {who} {rest}?"
    if modal.startswith("must"):
        return f"May {who} {rest}?" if "n" in modal[4:] else f"Must {who} {rest}?"
    many = you or re.match(r"(?:have|need|do not|don't) ", modal)
    return f"{'Do' if many else 'Does'} {who} have to {rest}?"


def _condition(text: str, _: Letters) -> str:
    found = _CONDITION.match(text)
    if not found or VAGUE.search(found["c"]) or _PAST.search(found["c"]) or len(found["c"].split()) < 3:
        return ""
    if re.search(r"\b(?:higher|lower|larger|smaller|more|less|better|faster|longer)$", found["c"]):
        return ""
    if re.search(
        r"\b(?:we|I|our|may|must|should|will|possible|necessary|needed|applicable|in doubt|let's"
        r"|like this)\b",
        found["c"],
    ):
        return ""
    if not content_stems(found["c"]) or not re.match(
        r"^(?:you|your|the|an?|somebody|someone|something|nobody|no|[a-z]+s|[A-Z])\b", found["c"]
    ):
        return ""
    clause = f"{found['w'].lower()} {first_person(found['c'])}"
    if _TO_DO.match(found["m"]) or _ORDER.match(found["m"]) or _WISH.search(found["c"]):
        return f"What should I do {clause}?"
    return f"What happens {clause}?"


def _why(text: str, letters: Letters) -> str:
    found = _WHY.match(text)
    if not found or not is_subject(found["s"]) or VAGUE.search(found["r"]):
        return ""
    return f"Why {found['a']} {subject(found['s'], letters)} {first_person(found['r'])}?"


def _person(text: str, letters: Letters) -> str:
    if (found := _AGENT.match(text)) and is_subject(found["s"]):
        return f"Who {found['a']} {subject(found['s'], letters)} {found['p']} by?"
    if found := _IN_CHARGE.match(text):
        rest = first_person(plain_rest(found["o"]))
        return f"Who is {found['p']} {rest}?" if rest else ""
    return ""


def _place(text: str, letters: Letters) -> str:
    found = _WHERE.match(text)
    if not found or not is_subject(found["s"]):
        return ""
    return f"Where {found['a']} {subject(found['s'], letters)} {found['p']}?"


RULES: tuple[tuple[str, Rule], ...] = (
    ("reason", _why),
    ("condition", _condition),
    ("amount", amount),
    ("amount", how_many),
    ("amount", counted),
    ("time", time_of),
    ("person", _person),
    ("place", _place),
    ("definition", _definition),
    ("rule", _rule),
)
