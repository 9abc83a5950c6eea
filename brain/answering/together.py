"""Several questions of one message, each answered by itself: one answer, its citations numbered anew."""

import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

from brain.answering.citations import VERDICTS
from brain.domain import Answer, Disagreement, Passage, Question, Sentence, Trace, Untold

_VERDICTS = tuple(f"{verdict}." for verdict in VERDICTS)
_MARKER = re.compile(r"\[(\d+)\]")


def together(question: Question, parts: Sequence[Answer], left: int = 0) -> Answer:
    """The answers in order, a paragraph each; what was not found is named. At least one is answered.

    `left` are the questions of the message that were not looked at.
    """
    answered = [part for part in parts if not part.refused]
    numbers: dict[tuple[int, int | None], int] = {}
    numbered = _said_once([_numbered(part, numbers) for part in answered])
    respelled = any(part.read_as for part in answered)
    read_as = " ".join(part.read_as or part.trace.question for part in parts) if respelled else ""
    disagreements = tuple(dict.fromkeys(one for part in numbered for one in part.disagreements))
    untold = tuple(dict.fromkeys(one for part in numbered for one in part.untold))
    passages: dict[int, Passage] = {}
    for part in parts:
        passages |= {passage.id: passage for passage in part.retrieved if passage.id not in passages}
    return Answer(
        text="\n\n".join(part.text for part in numbered),
        sentences=tuple(sentence for part in numbered for sentence in part.sentences),
        citations=tuple(
            {(one.number, one.quote): one for part in numbered for one in part.citations}.values()
        ),
        refusal=None,
        trace=_trace(question, parts, read_as, disagreements, untold),
        retrieved=tuple(passages.values()),
        sure=all(part.sure for part in answered),
        partial=any(part.partial for part in answered),
        unanswered=tuple(part.trace.question for part in parts if part.refused),
        read_as=read_as,
        left=left,
        notes=tuple(dict.fromkeys(note for part in answered for note in part.notes)),
        disagreements=disagreements,
        untold=untold,
    )


def _numbered(part: Answer, numbers: dict[tuple[int, int | None], int]) -> Answer:
    """The part with the numbers of the whole: the same place has the same number throughout."""
    anew = {
        c.number: numbers.setdefault((c.passage.id, c.passage.source.locator.page), len(numbers) + 1)
        for c in part.citations
    }
    return replace(
        part,
        disagreements=tuple(
            replace(one, first=anew[one.first], other=anew[one.other]) for one in part.disagreements
        ),
        untold=tuple(replace(one, beside=anew[one.beside]) for one in part.untold),
        text=_MARKER.sub(lambda mark: f"[{anew.get(int(mark[1]), mark[1])}]", part.text),
        sentences=tuple(Sentence(s.text, tuple(anew[n] for n in s.citations)) for s in part.sentences),
        citations=tuple(replace(citation, number=anew[citation.number]) for citation in part.citations),
    )


def _said_once(parts: Sequence[Answer]) -> list[Answer]:
    """The parts without the sentences that one before them says from the same place; none is left empty."""
    said: set[Sentence] = set()
    found: list[Answer] = []
    for part in parts:
        repeated = [sentence for sentence in part.sentences if sentence in said]
        said |= set(part.sentences)
        if part.text.startswith(_VERDICTS) or part.disagreements:
            found.append(part)  # a yes or no leans on what is said after it, and one side on the other
        elif len(repeated) < len(part.sentences):
            found.append(_without(part, repeated))
    return found


def _without(part: Answer, repeated: Sequence[Sentence]) -> Answer:
    """The part without these sentences; a number that stands for the sentence before as well stays."""
    text = part.text
    for at, sentence in enumerate(part.sentences):
        if sentence not in repeated:
            continue
        before = part.sentences[at - 1] if at else None
        shared = (
            before is not None
            and before not in repeated
            and before.citations == sentence.citations
            and f"{before.text} [" not in text
        )
        marker = "" if shared else r"(?: ?\[\d+\])?"
        text = re.sub(
            rf"(?:^- |(?<= )|^)?{re.escape(sentence.text)}{marker} ?\n?", "", text, count=1, flags=re.M
        )
    kept = tuple(sentence for sentence in part.sentences if sentence not in repeated)
    numbers = {number for sentence in kept for number in sentence.citations}
    citations = tuple(citation for citation in part.citations if citation.number in numbers)
    return replace(part, text=text.strip(), sentences=kept, citations=citations)


def _trace(
    question: Question,
    parts: Sequence[Answer],
    read_as: str,
    disagreements: Sequence[Disagreement],
    untold: Sequence[Untold],
) -> Trace:
    """What became of each, and the steps of the first that was answered; of one that is not sure, if any."""
    answered = [part for part in parts if not part.refused]
    shown = next((part for part in answered if not part.sure), answered[0])
    asked = [
        {
            "question": part.trace.question,
            "read as": part.trace.standalone,
            "answered": not part.refused,
            "confidence": _confidence(part.trace),
        }
        for part in parts
    ]
    spent: Counter[str] = Counter()
    for part in parts:
        spent.update(part.trace.timings_ms)
    timings = {name: round(milliseconds, 2) for name, milliseconds in spent.items()}
    read = " / ".join(part.trace.standalone for part in parts)
    steps = {"asked": asked, **shown.trace.steps, **({"respelled": read_as} if read_as else {})}
    for name, found in (("disagreements", disagreements), ("untold", untold)):
        steps.pop(name, None)  # by the numbers of a part
        if found:
            steps[name] = [asdict(one) for one in found]
    return Trace(uuid.uuid4().hex[:12], question.text, read, steps, timings)


def _confidence(trace: Trace) -> object:
    evidence = trace.steps.get("evidence")
    return evidence.get("confidence") if isinstance(evidence, dict) else None
