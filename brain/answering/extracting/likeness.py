"""Which sentences answer, where the embedder has compared them with the question token by token."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from statistics import fmean

from brain.answering.extracting.question_kind import Wants
from brain.answering.extracting.selection import ScoredSentence
from brain.answering.extracting.sought import sought
from brain.answering.extracting.typed import has_type
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.late_interaction import Likeness
from brain.text.reading import Reading


@dataclass(frozen=True, slots=True)
class LikenessWeights:
    """How much each signal of a sentence counts; as `signals` gives them, they are the signals themselves.

    Fitted by `python -m benchmarks.fit_sentences` to questions of people who don't use the documents' words.
    All are so small that a difference of scores means to `Lengths` what it does where words alone count.
    """

    by_words: float = 0.45  # its score by `SentenceWeights`
    by_token: float = 3.2
    mean: float = 0.95
    defines: float = 0.3
    passage: float = 0.6  # the cosine of its passage
    best_passage: float = -0.1
    long: float = -0.15  # its words, in sixties, up to one
    asks: float = -0.55  # is a question itself
    leads_in: float = -0.2  # ends with a colon
    subject: float = 0.35  # is a row about just what is asked about; set by hand, for want of tables
    untyped: float = -0.3  # lacks the number or time that is asked for
    outdated: float = -0.5  # of a document that no longer holds; set by hand
    step: float = 0.3  # holds for an amount of the asker's case; set by hand


_in_order = attrgetter(*(field.name for field in fields(LikenessWeights)))  # astuple() copies, which is slow


def by_likeness(sentences: Sequence[ScoredSentence], retrieved: Retrieved) -> list[ScoredSentence]:
    """The sentences with their new scores, best first; as they are where nothing was compared."""
    if not retrieved.likeness or not sentences:
        return list(sentences)
    worth = _in_order(LikenessWeights())
    found = [
        replace(sentence, score=sum(w * s for w, s in zip(worth, _in_order(signals), strict=True)))
        for sentence, signals in zip(sentences, likeness_signals(sentences, retrieved), strict=True)
    ]
    return sorted(found, key=lambda s: (-s.score, s.rank, s.number))


def likeness_signals(sentences: Sequence[ScoredSentence], retrieved: Retrieved) -> list[LikenessWeights]:
    """What the weights weigh, of each sentence; one of a passage that was not read counts as a usual one."""
    asked = sought(retrieved.query.text).kind
    asked_of, reading = frozenset(retrieved.query.stems), retrieved.query.reading
    measured = asked.wants in (Wants.NUMBER, Wants.TIME)
    read = [one for passage in retrieved.likeness.values() for one in passage]
    usual = Likeness(fmean(one.by_token for one in read), fmean(one.mean for one in read))
    dense = {c.passage.id: c.dense for c in retrieved.candidates}
    outdated = {c.passage.id for c in retrieved.candidates if c.outdated}
    amounts = frozenset(amount.name for amount in retrieved.query.amounts)
    found = []
    for sentence in sentences:
        own = retrieved.likeness.get(sentence.passage.id)
        like = usual if own is None else own[sentence.number]
        found.append(
            LikenessWeights(
                by_words=sentence.score,
                by_token=like.by_token,
                mean=like.mean,
                defines=float(sentence.defines),
                passage=dense[sentence.passage.id],
                best_passage=float(sentence.rank == 0),
                long=min(len(sentence.text.split()), 60) / 60,
                asks=float(sentence.text.endswith("?")),
                leads_in=float(sentence.text.endswith(":")),
                subject=float(_is_about(sentence, asked_of, reading)),
                untyped=float(measured and not has_type(asked, sentence.text)),
                outdated=float(sentence.passage.id in outdated),
                step=float(not amounts.isdisjoint(sentence.stems)),
            )
        )
    return found


def _is_about(sentence: ScoredSentence, asked_of: frozenset[str], reading: Reading) -> bool:
    """Whether it is a row whose first cell says nothing that isn't asked: "Petrel 2", not "Petrel 2 Pro"."""
    subject, tab, _ = sentence.passage.text[sentence.start : sentence.end].partition("\t")
    stems = frozenset(reading.stems_and_dates(subject)) if tab else frozenset()
    return bool(stems) and stems <= asked_of
