"""What the documents say about something: sentences from several of them, each document's together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from brain.answering.broad.central import marginal
from brain.answering.broad.overview import Embed, OverviewSize, unit
from brain.answering.broad.tellable import tellable
from brain.answering.draft import OWN_WORDS, Draft
from brain.answering.extracting.extractive import sentences_by_words
from brain.answering.extracting.likeness import by_likeness
from brain.retrieval.document_named import in_short, without_numbering
from brain.retrieval.fusion import Candidate
from brain.retrieval.hybrid import Retrieved
from brain.text.terms import content_stems

_LOOKED_AT = 24  # sentences, of the likeliest
_OF_DOCUMENT = 2  # where there are several
_OF_EACH = 2  # passages of each document that are read
_BEHIND = 2.5  # how far a sentence's score may lie behind the best one's
TOPIC = OverviewSize(sentences=5, words=130)


def topic_overview(retrieved: Retrieved, size: OverviewSize, embed: Embed) -> Draft:
    """The likeliest sentences that speak of it, or stand under a heading that does; few of each document."""
    retrieved = replace(retrieved, candidates=_spread(retrieved.candidates))
    asked = frozenset(retrieved.query.stems)
    ranked = by_likeness(sentences_by_words(retrieved), retrieved)
    standing = {
        (found.passage.id, found.start): found
        for found in tellable({sentence.passage.id: sentence.passage for sentence in ranked}.values())
    }
    likely = [
        (sentence, standing[place])
        for sentence in ranked
        if (place := (sentence.passage.id, sentence.start)) in standing
        and asked & (sentence.stems | frozenset(content_stems(sentence.passage.context)))
    ]
    likely = [one for one in likely if one[0].score >= likely[0][0].score - _BEHIND][:_LOOKED_AT]
    if not likely:
        return Draft(())
    vectors = unit(embed([found.text for _, found in likely]))
    order = marginal([sentence.score for sentence, _ in likely], vectors, len(likely))
    documents = [sentence.passage.source.document_id for sentence, _ in likely]
    several = len(set(documents)) > 1
    chosen: list[int] = []
    words = 0
    for at in order:
        if several and [documents[one] for one in chosen].count(documents[at]) >= _OF_DOCUMENT:
            continue
        words += len(likely[at][1].text.split())
        if chosen and (words > size.words or len(chosen) == size.sentences):
            break
        chosen.append(at)
    first = list(dict.fromkeys(documents[at] for at in chosen))
    chosen.sort(
        key=lambda at: (first.index(documents[at]), likely[at][1].passage.ordinal, likely[at][1].start)
    )
    told = tuple(
        likely[at][1].drafted(_heading(likely[at][1].passage.source.locator.heading)) for at in chosen
    )
    title = in_short(likely[chosen[0]][1].passage.source.title)
    lead = (
        f"From {len(first)} documents, in their {OWN_WORDS}"
        if len(first) > 1
        else f"From {title}, in its {OWN_WORDS}"
    )
    return Draft(told, lead=lead, notes=("There may be more: these are the nearest sentences that I found.",))


def _spread(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The best passages of each document before all others of it."""
    seen: Counter[int] = Counter()
    first: list[Candidate] = []
    others: list[Candidate] = []
    for candidate in candidates:
        document = candidate.passage.source.document_id
        seen[document] += 1
        (first if seen[document] <= _OF_EACH else others).append(candidate)
    return (*first, *others)


def _heading(path: Sequence[str]) -> str:
    return without_numbering(path[-1]) if path else ""
