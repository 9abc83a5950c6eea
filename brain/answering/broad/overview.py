"""A document in short: a sentence for each of its main sections, the most central ones, in its own words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from brain.answering.broad.central import Floats, centrality, marginal
from brain.answering.broad.sections import Section, sections_of
from brain.answering.broad.tellable import Tellable, tellable
from brain.answering.draft import OWN_WORDS, Draft, DraftSentence, Form
from brain.answering.extracting.cleaning import ended, without_marks
from brain.domain import Passage, Source
from brain.retrieval.document_named import Named, in_short, without_numbering
from brain.text.analysis import analyse
from brain.text.deciding import decides, is_of_decisions, is_of_form

Embed = Callable[[list[str]], list[list[float]]]


@dataclass(frozen=True, slots=True)
class OverviewSize:
    """How much is told at most, and what is looked at for it."""

    sentences: int = 7
    words: int = 150
    looked_at: int = 72  # sentences that are compared with one another, …
    of_section: int = 12  # … and of one section


BRIEF = OverviewSize(sentences=3, words=70)
NOT_ALL = "That is not all of it: ask for a part of it, or look at the document."
_WHOLE = 110  # words of a section that is told as it stands
_HEADING = 8  # words of a heading in the text, at most
_FEW = 5  # sentences that are told at least, where there are so many sections or not
# A section's first sentence says what it is about, and leans on no other; the second half as much.
_LEADS = 0.2
_ROW = -0.15  # a row tells of one case
_FIGURES = 0.05  # what has a number in it is seldom a mere word of welcome
_REPEATS = 0.25  # what a section that is like a chosen one loses
_NAMED = 3  # sections that are named as left out


def overview(named: Named, embed: Embed, size: OverviewSize | None = None) -> Draft:
    """The draft, its sentences in the document's order; empty where no sentence stands by itself."""
    size = size or OverviewSize()
    lead = f"From {named.title}, in its {OWN_WORDS}"
    if named.heading and (whole := _whole(named.passages, size)):
        return Draft(whole, lead=lead)
    sections = sections_of(named.passages, len(named.heading))
    each = max(2, min(size.of_section, size.looked_at // max(1, len(sections))))
    candidates = [(at, found) for at, one in enumerate(sections) for found in _spread(one, each)]
    if not candidates:
        return Draft(())
    vectors = unit(embed([found.text for _, found in candidates]))
    chosen = sorted(_chosen([at for at, _ in candidates], [found for _, found in candidates], vectors, size))
    titles = [part.casefold() for part in (named.title, *re.split(r"\s[–—|›-]\s", named.title))]
    names = [one.name if one.name.casefold() not in titles else "" for one in sections]
    told = tuple(found.drafted(names[at]) for at, found in (candidates[one] for one in chosen))
    all_there_is = len(chosen) == sum(len(analyse(passage).sentences) for passage in named.passages)
    left = () if all_there_is else (_left_out(names, {candidates[one][0] for one in chosen}),)
    return Draft(told, lead=lead, notes=(*left, *_others(named.others)))


def decisions(named: Named) -> Draft:
    """What a document says was decided, in its order; without sentences where it says so nowhere."""
    size = OverviewSize()
    found: list[DraftSentence] = []
    words = most = 0
    for section in sections_of(named.passages, len(named.heading)):
        of_decisions = is_of_decisions(section.name)
        for one in tellable(section.passages):
            if is_of_form(one.text) or not (of_decisions or decides(one.text)):
                continue
            most += 1
            words += len(one.text.split())
            if not found or (words <= size.words and len(found) < size.sentences):
                found.append(one.drafted(section.name if named.title != section.name else ""))
    left = (NOT_ALL,) * (len(found) < most)
    lead = f"From {named.title}, in its {OWN_WORDS}"
    return Draft(tuple(found), lead=lead, notes=(*left, *_others(named.others)))


def decided_beside(part: Named, whole: Named) -> bool:
    """Whether a document says outside its section of decisions, too, that something was decided."""
    inside = {passage.id for passage in part.passages}
    outside = [passage for passage in whole.passages if passage.id not in inside]
    return any(decides(one.text) for one in tellable(outside))


def _whole(passages: Sequence[Passage], size: OverviewSize) -> tuple[DraftSentence, ...]:
    """All of a section that is no longer than its overview would be; nothing of a longer one."""
    told = []
    words = 0
    for passage in passages:
        merged = (
            passage.source.locator.heading[-1:] and passage.source.locator.heading[-1] not in passage.context
        )
        for sentence in analyse(passage).sentences:
            text = passage.text[sentence.start : sentence.end]
            if merged and _looks_like_heading(passage.text, sentence.start, sentence.end):
                break  # the next of several small sections that were joined
            words += len(text.split())
            if words > min(_WHOLE, size.words):
                return ()
            if "\t" in text or _is_heading_of(passage, text):
                continue
            told.append(
                DraftSentence(ended(without_marks(text)), passage, sentence.start, sentence.end, Form.ITEM)
            )
    return tuple(told)


def _looks_like_heading(text: str, start: int, end: int) -> bool:
    """Whether a few words stand in a line of their own, without an end mark, and not at the end."""
    alone = text[start - 1 : start] in ("", "\n") and text[end : end + 1] == "\n"
    line = text[start:end]
    return alone and len(line.split()) <= _HEADING and line[-1] not in ".,;:!?…" and "\t" not in line


def _is_heading_of(passage: Passage, line: str) -> bool:
    return without_numbering(line).rstrip(":") in map(without_numbering, passage.source.locator.heading)


def _spread(section: Section, most: int) -> list[Tellable]:
    """Sentences from all over a section: the first of each passage, then the second of each, and so on."""
    step = max(1, len(section.passages) // most)  # an endless section is read here and there
    by_passage = [tellable([passage]) for passage in section.passages[::step]]
    longest = max(map(len, by_passage), default=0)
    turns = [found[turn] for turn in range(longest) for found in by_passage if turn < len(found)]
    return sorted(turns[:most], key=lambda one: (one.passage.ordinal, one.start))


def _chosen(
    section_of: Sequence[int], candidates: Sequence[Tellable], vectors: Floats, size: OverviewSize
) -> list[int]:
    """Which are told: of each section the best one, the most central sections first; then others."""
    central = centrality(vectors)
    worth = []
    for at, found in enumerate(candidates):
        beside = [other for other, section in enumerate(section_of) if section == section_of[at]]
        middle = vectors[beside].mean(axis=0)
        near = float(vectors[at] @ middle / (np.linalg.norm(middle) or 1.0))
        worth.append(
            0.5 * float(central[at])
            + 0.5 * near
            + _LEADS / (1 + at - beside[0])
            + _ROW * found.is_row
            + _FIGURES * any(map(str.isdigit, found.text))
        )
    best = [max(_of(section, section_of), key=lambda at: (worth[at], -at)) for section in set(section_of)]
    best.sort()
    order = [
        best[at] for at in marginal([worth[at] for at in best], vectors[best], len(best), repeats=_REPEATS)
    ]
    rest = [at for at in range(len(candidates)) if at not in best]
    if len(best) < _FEW:
        order += [rest[at] for at in marginal([worth[at] for at in rest], vectors[rest], _FEW - len(best))]
    told: list[int] = []
    words = 0
    for at in order:
        words += len(candidates[at].text.split())
        if told and (words > size.words or len(told) == size.sentences):
            break
        told.append(at)
    return told


def _of(section: int, section_of: Sequence[int]) -> list[int]:
    return [at for at, other in enumerate(section_of) if other == section]


def unit(vectors: Sequence[Sequence[float]]) -> Floats:
    """Vectors of length 1, [n, dimensions]."""
    found = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(lengths, 1e-9), dtype=np.float32)


def _left_out(sections: Sequence[str], told: set[int]) -> str:
    said = {sections[at] for at in told}
    names = [name for name in dict.fromkeys(sections) if name and name not in said]
    if not names:
        return "That is not all of it: ask for a part of it, or look at the document."
    more = len(names) - _NAMED
    listed = ", ".join(f"“{in_short(name)}”" for name in names[:_NAMED])
    tail = f" and {more} more part{'s' if more > 1 else ''}" if more > 0 else ""
    are = "is" if len(names) == 1 else "are"
    return f"That is not all of it: {listed}{tail} {are} left out. Ask for a part."


def _others(others: Sequence[Source]) -> tuple[str, ...]:
    if not others:
        return ()
    names = " and ".join(f"“{in_short(source.title or source.document)}”" for source in others)
    return (f"That name fits {names} too: ask for it by its title.",)


def passages_of(draft: Draft) -> tuple[Passage, ...]:
    """The passages that a draft is from, each once."""
    return tuple({sentence.passage.id: sentence.passage for sentence in draft.sentences}.values())
