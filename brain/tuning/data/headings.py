"""Questions from headings, and from headings and lines that are questions already."""

import re
from collections.abc import Iterator, Sequence
from zlib import crc32

from brain.domain import Passage
from brain.text.pronouns import points_back
from brain.text.terms import content_stems
from brain.tuning.data.cases import Case, Said, about, told
from brain.tuning.data.outline import Line, Section, sections
from brain.tuning.data.wording import VAGUE, Letters, first_person, in_title, specific, titled

_LONGEST_LIST = 4  # the prompt asks for one to four sentences or list items
_SENTENCES = 2
_ASKS = re.compile(r"^(?:what|who|which|how (?:many|much|long|often|old))\b", re.I)
_DIRECT = re.compile(
    r"^(?:what|who|which \w+) (?:is|are|was|were|can|may|must|should|happens|happened|changes|counts|applies"
    r"|costs?|works|belongs|needs|pays|helps)\b|^(?:how|why|where|when) (?:is|are|do|does|can|should|will"
    r"|did)\b",
    re.I,
)
_QUESTION = re.compile(r"^(?:what|who|whom|whose|which|how|why|where|when|is|are|am|was|were|do|does|did"
                       r"|can|could"
                       r"|may|must|should|shall|will|would|has|have|had|isn't|aren't|don't"
                       r"|can't)\b", re.I)  # fmt: skip
_CLAUSE = re.compile(
    r"^(?:if|when|before|after|once) (?:you|your|the|a|an|somebody|someone|something)\b", re.I
)
_GERUND = re.compile(r"^(?!(?:during|nothing|something|anything|everything|king|ring|spring|string|meeting"
                     r"|training|building|evening|morning|parking|pricing|billing|housing|clothing)\b)"
                     r"[A-Za-z]{3,}ing\b(?! (?:is|are)\b)", re.I)  # fmt: skip
_IMPERATIVE = re.compile(
    r"^(?:add|ask|avoid|book|call|change|check|choose|contact|create|define|delete|enable|ensure|fill|find"
    r"|get"
    r"|give|install|keep|let|make|open|order|pay|prepare|provide|read|remember|remove|report|run|send|set"
    r"|sign"
    r"|start|submit|test|optimize|optimise|constrain|brainstorm|minimize|reduce|improve|increase|monitor"
    r"|manage|handle|build|deploy|configure|connect|explore|identify|measure|understand|learn|evaluate"
    r"|implement|specify|combine|encourage|verify|apply|schedule|consider|leverage|validate|generate|try"
    r"|turn|update|upload|use|write)\b (?!(?:policy|rules|plan|case|cases|time)\b)",
    re.I,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|can|will|does|do|isn['’]t|aren['’]t|can['’]t|won['’]t|don['’]t|doesn['’]t)\b",
    re.I,
)
_NOUN_TOO = re.compile(
    r"^(?:book|call|change|check|contact|find|order|pay|open|report|run|set|sign|start|test|try|turn|update|use"
    r"|schedule|measure|monitor|handle|build|keep|read|print)\b",
    re.I,
)
_OBJECT = re.compile(r"^\w+ (?:the|an?|your|our|my|in|for|to|with|up|out|any|all|it|yourself)\b", re.I)
_EMPTY = frozenset(
    "introduction overview summary contents abstract references notes note appendix conclusion conclusions"
    " background methods results discussion faq faqs miscellaneous general other others more details purpose"
    " scope description example examples resources links contact contacts acknowledgements copyright license"
    " about index home welcome next steps prerequisites source sources keywords metadata funding figure table"
    " acknowledgments".split()
)
_NOUN_FORMS = (
    "What do I need to know about {heading}?",
    "What should I know about {heading}?",
    "Can you tell me about {heading}?",
    "What is said about {heading}?",
    "What does “{title}” say about {heading}?",
)
_PREPOSITION = re.compile(r"^(?:from|in|on|at|to|with|for|by|as|of|under|during|within|also|not)\b", re.I)
_ADVERBS = frozenset(
    "afterwards before now today later always never first last finally earlier again".split()
)
_ANNOUNCES = re.compile(
    r"\b(?:things|following|points|steps|ways|reasons|rules|options|signs|cases|parts|questions|kinds|types)\b",
    re.I,
)
_DATED = re.compile(r"^\W*(?:\d|(?:january|february|march|april|may|june|july|august|september|october"
                    r"|november|december)\b|[ivx]+\b|v\d)", re.I)  # fmt: skip


def questions_from_headings(passages: Sequence[Passage], letters: Letters) -> Iterator[Case]:
    """Cases from the sections of one document."""
    held = [section for section in sections(passages) if section.lines]
    for section in held:
        said = _answer(section)
        if not said:
            continue
        title = section.title
        if section.heading.endswith("?"):
            if asked := _faq(section.heading):
                yield about(said[0].passage, "faq", titled(asked, title), said)
        elif questions := _asked(section, letters):
            yield about(said[0].passage, "heading", questions, said)


def _faq(heading: str) -> str:
    text = re.sub(r"^(?:Q(?:uestion)?\s*\d*\s*[:.)-])\s*", "", heading).strip()
    if _IMPERATIVE.match(text) or re.match(
        r"(?:visit|host|access|leave|work|reach|apply|request|reset|park)\b", text, re.I
    ):
        text = f"How do I {first_person(text[0].lower() + text[1:])}"
    elif not _QUESTION.match(text):
        return ""
    usable = len(text.split()) >= 3 and not VAGUE.search(text) and content_stems(text)
    return text[0].upper() + text[1:] if usable else ""


def _asked(section: Section, letters: Letters) -> tuple[str, ...]:
    """The questions that a section's heading can be turned into; none for one that says nothing alone."""
    heading, title = re.sub(r"^About (?=\w)", "", section.heading), section.title
    stems = content_stems(heading)
    bare = heading.casefold().strip(" .:")
    if (
        not stems
        or VAGUE.search(heading)
        or bare in _EMPTY
        or _DATED.match(heading)
        or len(heading.split()) > 10
        or re.search(r"[\[\]{}<>=\\|_+]|[.;]\s|\.\w{2,4}$", heading)
        or sum(sign.isalpha() for sign in heading) < 0.7 * len(heading.replace(" ", ""))
    ):
        return ()
    text = letters.inside(heading)
    if found := re.match(r"^how to (.+)$", heading, re.I):
        return titled(f"How do I {first_person(found[1])}?", title)
    if _DIRECT.match(heading):
        return titled(f"{heading[0].upper()}{first_person(heading[1:])}?", title)
    if _CLAUSE.match(heading):
        asked = first_person(heading[0].lower() + heading[1:])
        return titled(f"What should I do {asked}?", title)
    if _ASKS.match(heading) or re.match(r"^(?:how|why|where|when|whether|if|before|after)\b", heading, re.I):
        return ()
    if _FINITE.search(heading):
        return ()  # a statement
    if _IMPERATIVE.match(heading) and (not _NOUN_TOO.match(heading) or _OBJECT.match(heading)):
        return titled(f"How do I {first_person(text[0].lower() + text[1:])}?", title)
    if _GERUND.match(heading):
        asked = first_person(text[0].lower() + text[1:])
        if len(asked.split()) > 1:
            return titled(f"What do I need to know about {asked}?", title)
        return (in_title(f"What should I know about {asked}?", title),)
    if heading.casefold() == title.casefold():
        return (f"What is “{title}” about?",) if len(title.split()) > 1 else ()
    if re.match(r"examples?\b", heading, re.I) or heading.lower() in _ADVERBS or _PREPOSITION.match(heading):
        return ()
    forms = _NOUN_FORMS if specific(heading) else _NOUN_FORMS[-1:]
    form = forms[crc32(f"{title}{heading}".encode()) % len(forms)]
    asked = form.format(heading=first_person(text), title=title)
    return titled(asked, title) if "{title}" not in form else (asked,)


def _answer(section: Section) -> tuple[Said, ...]:
    """The section's first sentences, or its list where that is short enough to be told whole."""
    said: list[Said] = []
    lines = section.lines
    for at, line in enumerate(lines):
        if line.is_row:
            break
        if line.is_item:
            items = []
            for following in lines[at:]:
                if not following.is_item:
                    break
                items.append(following)
            if said and _ANNOUNCES.search(said[-1].text):
                return ()  # "We expect five things": without them it says little
            return tuple(said) or _list(items)
        for sentence in line.sentences():
            if sentence.rstrip().endswith(":"):
                return tuple(said) or _list(_items_after(lines, at))
            text = told(sentence)
            if not text or (not said and points_back(sentence)):
                return tuple(said)
            if any(text == one.text for one in said):
                continue
            said.append(Said(text, line.passage))
            if len(said) == _SENTENCES:
                return tuple(said)
    return tuple(said)


def _items_after(lines: list[Line], at: int) -> list[Line]:
    items = []
    for line in lines[at + 1 :]:
        if not line.is_item:
            break
        items.append(line)
    return items


def _list(items: list[Line]) -> tuple[Said, ...]:
    if not 2 <= len(items) <= _LONGEST_LIST:
        return ()
    said: list[Said] = []
    for item in items:
        if item.text.startswith((" ", "\t")):
            return ()
        for number, sentence in enumerate(item.sentences()):
            text = told(sentence, whole=number > 0)
            if not text:
                return ()
            said.append(Said(text, item.passage, item.lead if number == 0 else ""))
    return tuple(said) if sum(len(one.text.split()) for one in said) <= 110 else ()
