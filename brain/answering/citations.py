"""The citation check: whatever wrote the draft, only what its passages back is said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from brain.answering.draft import Draft, DraftSentence, Form
from brain.domain import Citation, Passage, Sentence
from brain.text.terms import content_stems, numbers

SUPPORT = 0.8  # share of a sentence's content words that its passage must hold
_URL = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]]+", re.IGNORECASE)
_MARK = re.compile(r"\s*\[\d{1,3}\]")


@dataclass(frozen=True, slots=True)
class Checked:
    """The sentences that are backed, their citations numbered from 1 in order, and why others were dropped."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    dropped: tuple[dict[str, str], ...]


def checked(draft: Draft, retrieved: Sequence[Passage]) -> Checked:
    """Keep the sentences whose passage was retrieved and supports them; number and quote their sources."""
    known = {passage.id: passage for passage in retrieved}
    dropped: list[dict[str, str]] = []
    kept: list[DraftSentence] = []
    for sentence in draft.sentences:
        fault = _fault(sentence, known)
        if fault:
            dropped.append({"sentence": sentence.text, "why": fault})
        else:
            kept.append(sentence)
    runs = _runs(kept)
    citations = tuple(
        Citation(number, run[0].passage, run[0].passage.text[run[0].start : run[-1].end])
        for number, run in enumerate(runs, start=1)
    )
    sentences = tuple(
        Sentence(sentence.text, (number,)) for number, run in enumerate(runs, start=1) for sentence in run
    )
    return Checked(_written(draft.verdict, runs), sentences, citations, tuple(dropped))


def _fault(sentence: DraftSentence, known: dict[int, Passage]) -> str:
    passage = known.get(sentence.passage.id)
    if passage is None or passage.text != sentence.passage.text:
        return "its source was not retrieved"
    quote = passage.text[sentence.start : sentence.end]
    if not quote.strip():
        return "it quotes nothing"
    backing = f"{quote}\n{passage.table_header}\n{passage.context}\n{passage.text}"
    unknown = numbers(sentence.text) - numbers(backing)
    if unknown:
        return f"its numbers are not in the source: {', '.join(sorted(unknown))}"
    stems = content_stems(sentence.text)
    held = set(content_stems(backing))
    if stems and sum(stem in held for stem in stems) / len(stems) < SUPPORT:
        return "its words are not in the source"
    strange = [url for url in _URL.findall(sentence.text) if url.rstrip(".,;") not in backing]
    if strange:
        return "it names an address that is not in the source"
    return ""


def _runs(sentences: Sequence[DraftSentence]) -> list[list[DraftSentence]]:
    """Neighbouring sentences of one passage share a citation, which quotes them together."""
    runs: list[list[DraftSentence]] = []
    for sentence in sentences:
        last = runs[-1][-1] if runs else None
        if last and last.passage.id == sentence.passage.id and _adjoin(last, sentence):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _adjoin(first: DraftSentence, second: DraftSentence) -> bool:
    between = first.passage.text[first.end : second.start]
    return first.end <= second.start and not between.strip()


def _written(verdict: str, runs: Sequence[Sequence[DraftSentence]]) -> str:
    """The answer in words, each run of sentences followed by its number."""
    parts: list[str] = []
    for number, run in enumerate(runs, start=1):
        for at, sentence in enumerate(run):
            last = at == len(run) - 1
            text = _MARK.sub("", sentence.text) + (f" [{number}]" if last else "")
            if sentence.form is Form.PROSE:
                fits = parts and not parts[-1].startswith("- ")
                parts.append(f" {text}" if fits and not parts[-1].endswith("\n") else text)
            else:
                parts.append(f"\n- {text}" if parts else f"- {text}")
    text = "".join(
        part if part.startswith((" ", "\n")) or at == 0 else f"\n{part}" for at, part in enumerate(parts)
    )
    return f"{verdict}. {text}" if verdict and text else text
