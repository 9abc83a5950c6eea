"""The citation check: whatever wrote the draft, only what its passages back is said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from brain.answering.draft import OWN_WORDS, Draft, DraftSentence, Form
from brain.answering.extracting.cleaning import without_references
from brain.answering.writing.figures import held_figures
from brain.answering.writing.table_row import is_light
from brain.domain import Citation, Disagreement, Passage, Sentence, Untold
from brain.languages.telling import LANGUAGES
from brain.text.terms import content_stems, numbers

VERDICTS = (
    "Yes",
    "No",
    *(word for one in LANGUAGES if one.decides for word in (one.decides.yes, one.decides.no)),
)
SUPPORT = 0.8  # share of a sentence's content words that its passage must hold
_URL = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]]+", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:-|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Checked:
    """The backed sentences, their citations numbered from 1 in order, and why others were dropped."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    dropped: tuple[dict[str, str], ...]
    disagreements: tuple[Disagreement, ...] = ()
    untold: tuple[Untold, ...] = ()


def checked(draft: Draft, retrieved: Sequence[Passage]) -> Checked:
    """Keep the sentences whose passage was retrieved and supports them; number and quote their sources."""
    known = {passage.id: passage for passage in retrieved}
    dropped = [{"sentence": sentence, "why": why} for sentence, why in draft.discarded]
    kept: list[DraftSentence] = []
    for written in draft.sentences:
        sentence = replace(written, text=without_references(written.text).strip())
        fault = _fault(sentence, known)
        if fault:
            dropped.append({"sentence": sentence.text, "why": fault})
        else:
            kept.append(sentence)
    kept = _with_counterparts(kept)
    numbers_of: dict[_Place, int] = {}
    for sentence in kept:
        numbers_of.setdefault(_place(sentence), len(numbers_of) + 1)
    citations = tuple(
        Citation(numbers_of[_place(run[0])], _where_it_stands(run[0]), quote)
        for run in _runs(kept)
        for quote in _quotes(run)
    )
    sentences = tuple(Sentence(s.text, (numbers_of[_place(s)],)) for s in kept)
    text = _written(draft.verdict, kept, numbers_of)
    if draft.lead and kept:
        text = f"{_harmless(draft.lead)}\n{text}"
    if draft.more_steps and kept and not dropped:
        text += f"\n{_more(draft.more_steps)} [{numbers_of[_place(kept[-1])]}]"
    disagreements = _disagreements(kept, numbers_of)
    untold = _untold(draft.untold, kept, numbers_of, known) if disagreements else ()
    return Checked(text, sentences, citations, tuple(dropped), disagreements, untold)


def _with_counterparts(kept: Sequence[DraftSentence]) -> list[DraftSentence]:
    """The sentences; one that contradicts what was dropped contradicts nothing."""
    there = {(sentence.passage.id, sentence.start) for sentence in kept}
    return [
        replace(s, otherwise=None)
        if s.otherwise and (s.otherwise.passage, s.otherwise.start) not in there
        else s
        for s in kept
    ]


def _disagreements(
    kept: Sequence[DraftSentence], numbers_of: "dict[_Place, int]"
) -> tuple[Disagreement, ...]:
    """Which numbers contradict each other, each pair once."""
    place_of = {(sentence.passage.id, sentence.start): _place(sentence) for sentence in kept}
    pairs: dict[tuple[int, int], bool] = {}
    for sentence in kept:
        if (against := sentence.otherwise) is None:
            continue
        first, other = numbers_of[place_of[against.passage, against.start]], numbers_of[_place(sentence)]
        pairs.setdefault((first, other), against.older)
    return tuple(Disagreement(first, other, older) for (first, other), older in pairs.items())


def _untold(
    left: Sequence[DraftSentence],
    kept: Sequence[DraftSentence],
    numbers_of: "dict[_Place, int]",
    known: dict[int, Passage],
) -> tuple[Untold, ...]:
    """What says otherwise again than what is told, as far as that is told still."""
    place_of = {(sentence.passage.id, sentence.start): _place(sentence) for sentence in kept}
    return tuple(
        Untold(
            numbers_of[place_of[one.otherwise.passage, one.otherwise.start]],
            one.passage.source.title or one.passage.source.document,
            one.passage.id,
            tuple(_quotes([one])),
        )
        for one in left
        if one.otherwise
        and (one.otherwise.passage, one.otherwise.start) in place_of
        and not _fault(one, known)
    )


def _harmless(lead: str) -> str:
    """The words before the sentences, in which a title must not look like a citation or lead elsewhere."""
    bare = without_references(lead)
    return f"In the documents' {OWN_WORDS}" if _URL.search(bare) else bare


def _more(steps: int) -> str:
    return "… 1 more step" if steps == 1 else f"… {steps} more steps"


_Place = tuple[int, str]  # a passage and, where it runs over pages or short sections, the one of them


def _place(sentence: DraftSentence) -> _Place:
    return sentence.passage.id, sentence.passage.source.locator.at(sentence.start).label


def _where_it_stands(sentence: DraftSentence) -> Passage:
    """The sentence's passage, placed on the page, or under the heading, where the sentence stands."""
    source = sentence.passage.source
    return replace(sentence.passage, source=replace(source, locator=source.locator.at(sentence.start)))


def _fault(sentence: DraftSentence, known: dict[int, Passage]) -> str:
    passage = known.get(sentence.passage.id)
    if passage is None or passage.text != sentence.passage.text:
        return "its source was not retrieved"
    if not sentence.text:
        return "it says nothing"
    quote = passage.text[sentence.start : sentence.end]
    if not quote.strip():
        return "it quotes nothing"
    backing = f"{quote}\n{passage.table_header}\n{passage.context}\n{passage.text}"
    unknown = numbers(sentence.text) - numbers(backing)
    held = set(content_stems(backing))
    if unknown or _share(sentence.text, held) < SUPPORT:  # a model may write "30 days" for "thirty days"
        figures = held_figures(sentence.text, quote, f"{passage.table_header}\n{passage.context}")
        if unknown and figures.fault:
            return f"its numbers are not in the source: {', '.join(sorted(unknown))}"
        held |= {stem for word in figures.words for stem in content_stems(word)}
        if _share(sentence.text, held, row="\t" in quote) < SUPPORT:
            return "its words are not in the source"
    strange = [url for url in _URL.findall(sentence.text) if url.rstrip(".,;") not in backing]
    if strange:
        return "it names an address that is not in the source"
    return ""


def _share(text: str, held: set[str], *, row: bool = False) -> float:
    """Of the content words, numbers aside, those that are held; verbs that no row has don't count of one."""
    stems = [stem for stem in content_stems(text) if not stem.isdigit()]
    counted = [stem for stem in stems if stem in held or not (row and is_light(stem))]
    return sum(stem in held for stem in counted) / len(counted) if counted else 1.0


def _runs(sentences: Sequence[DraftSentence]) -> list[list[DraftSentence]]:
    """Neighbouring sentences of one block are quoted together; every list item and row by itself."""
    runs: list[list[DraftSentence]] = []
    for sentence in sentences:
        last = runs[-1][-1] if runs else None
        if last and _place(last) == _place(sentence) and _runs_on(last, sentence):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _runs_on(first: DraftSentence, second: DraftSentence) -> bool:
    between = first.passage.text[first.end : second.start]
    if second.otherwise:
        return False
    return first.end <= second.start and not between.strip() and "\n" not in between and not first.cells


def _quotes(run: Sequence[DraftSentence]) -> list[str]:
    """The passage's own words: cell by cell of a row, else the run without the bullet before it."""
    text = run[0].passage.text
    if cells := [text[start:end] for start, end in run[0].cells if text[start:end].strip()]:
        return cells
    return [_BULLET.sub("", text[run[0].start : run[-1].end]).strip()]


def _written(verdict: str, kept: Sequence[DraftSentence], numbers_of: dict[_Place, int]) -> str:
    """The answer in words; the last of neighbouring sentences from one passage carries its number."""
    text = f"{verdict}." if verdict in VERDICTS and kept else ""
    for at, sentence in enumerate(kept):
        following = kept[at + 1] if at + 1 < len(kept) else None
        words = sentence.text
        runs_on = following is not None and not (sentence.otherwise or following.otherwise)
        if following is None or not runs_on or _place(following) != _place(sentence):
            words += f" [{numbers_of[_place(sentence)]}]"
        if sentence.otherwise:
            text += f"\n{sentence.otherwise.words} {words}"
        elif sentence.form is not Form.PROSE:
            mark = "" if sentence.form is Form.STEP else "- "
            text += f"\n{mark}{words}" if text else f"{mark}{words}"
        elif at and (kept[at - 1].form is not Form.PROSE or kept[at - 1].otherwise):
            text += f"\n{words}"
        else:
            text += f" {words}" if text else words
    return text
