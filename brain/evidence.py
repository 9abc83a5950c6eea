"""The evidence gate: whether there is an answer in these passages at all."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from brain.answering.extracting.sought import sought
from brain.domain import Passage
from brain.retrieval.codes import having_codes
from brain.retrieval.fusion import Candidate
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.lexical import names_held, sentence_coverages, telling_names
from brain.text.analysis import analyse

if TYPE_CHECKING:
    from brain.answering.draft import Draft

LOOKED_AT = 5  # passages that the signals are of
# A share of the best coverage: in less, no sentence has both the names and the kind of thing asked for.
MISFIT = 0.4
MISFIT_LEAVES = 0.1  # of the confidence
REST = 0.2  # of what is asked about a date besides: less of it stands there, and more elsewhere
THRESHOLD = 0.35
"""Refuses under 8 % of the answerable questions of every development set, and 10 to 40 % of everyday ones."""
SURE = 0.5
"""What is answered with less is rather unsure: none is likelier than an answer (docs/quality.md tells how
often either is right)."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of the evidence, each from 0 to 1.

    `coverage`: the best sentence's share of the question's weight, with what stands around it.
    `held`: the share of the question's weight that some single passage holds anywhere.
    `similarity`: the cosine of the nearest passage. `agreement`: the share of the best by words that are
    among the best by vectors. `phrase`: the question's word pairs found as pairs. `lead`: how far the best
    passage stands above the fifth. `rarest`: how little of the question's rarest words any one passage lacks;
    1 where one has its codes.
    `named`: the coverage of a sentence that, with its surroundings, holds the question's names, codes and
    numbers, over `coverage`. `typed`: the same of one that also has what is asked for, such as an amount.
    `alike`: the likeness of the likest sentence, token by token; 0 where the embedder can't tell.
    """

    coverage: float = 0.0
    held: float = 0.0
    similarity: float = 0.0
    agreement: float = 0.0
    phrase: float = 0.0
    lead: float = 0.0
    rarest: float = 0.0
    named: float = 0.0
    typed: float = 0.0
    alike: float = 0.0


@dataclass(frozen=True, slots=True)
class GateWeights:
    """A logistic regression over the signals.

    Fitted by `python -m benchmarks.fit_gate` to the answerable questions of four development sets and of four
    sets of everyday questions, and to three times as many that can't be answered: labelled ones, other sets'
    questions, a set's own after their documents were taken away, and near misses. Each set and each of these
    ways counts the same. docs/quality.md says how it does on sets that it was not fitted to.
    """

    bias: float
    coverage: float
    held: float
    similarity: float
    agreement: float
    phrase: float
    lead: float
    rarest: float = 0.0
    named: float = 0.0
    typed: float = 0.0
    alike: float = 0.0


# Cosines mean something only within one embedder: these weights hold for the default one …
FOR_MINILM = GateWeights(
    -5.7,
    coverage=0.2,
    held=0.0,
    similarity=4.0,
    agreement=0.4,
    phrase=0.1,
    lead=1.25,
    rarest=1.35,
    named=0.25,
    typed=1.35,
    alike=1.7,
)
# … and these for any, without the cosine and the comparison by tokens, and less sharp.
FOR_ANY = GateWeights(
    -3.8,
    coverage=0.15,
    held=1.8,
    similarity=0.0,
    agreement=1.0,
    phrase=0.75,
    lead=1.05,
    rarest=0.7,
    named=0.2,
    typed=1.55,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found and how far it is to be trusted: `confidence` is the chance that it answers.

    `quoted` is the answer in the documents' own sentences, where finding it was choosing them already.
    `likely` is the chance that what was then written of it answers, where whoever wrote it could tell.
    """

    retrieved: Retrieved
    signals: Signals
    confidence: float
    threshold: float
    quoted: "Draft | None" = None
    likely: float | None = None

    @property
    def suffices(self) -> bool:
        """Whether an answer may be attempted."""
        return self.confidence >= self.threshold

    @property
    def sure(self) -> bool:
        """Whether what was written, or else what was found, is more likely to answer than not."""
        return (self.confidence if self.likely is None else self.likely) >= SURE

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, best first."""
        return self.retrieved.passages

    def as_step(self) -> Mapping[str, object]:
        """For the trace."""
        signals = {name: round(value, 3) for name, value in asdict(self.signals).items()}
        return {
            "confidence": round(self.confidence, 4),
            "threshold": self.threshold,
            "sure": self.sure,
            **({} if self.likely is None else {"likely": round(self.likely, 4)}),
            **signals,
        }


@dataclass(frozen=True, slots=True)
class EvidenceGate:
    """Decides from the signals; refuses what is less likely than `threshold` to hold an answer."""

    weights: GateWeights = FOR_MINILM
    threshold: float = THRESHOLD

    def weigh(self, retrieved: Retrieved) -> Evidence:
        """Judge what was retrieved; nothing retrieved, or nothing asked, has confidence 0."""
        signals = signals_of(retrieved)
        if not retrieved.candidates or not retrieved.query.terms:
            return Evidence(retrieved, signals, 0.0, self.threshold)
        held = (getattr(self.weights, name) * value for name, value in asdict(signals).items())
        confidence = 1 / (1 + math.exp(-self.weights.bias - sum(held)))
        # The words are there, but not of what is asked, or not what is asked of it.
        if signals.typed < MISFIT:
            confidence *= MISFIT_LEAVES
        # The day is there, and nothing on it of what is asked.
        if rest_of_the_day(retrieved) < REST:
            confidence *= MISFIT_LEAVES
        return Evidence(retrieved, signals, confidence, self.threshold)


def signals_of(retrieved: Retrieved) -> Signals:
    """The signals of what was retrieved; all 0 where nothing was."""
    best = retrieved.candidates[:LOOKED_AT]
    if not best:
        return Signals()
    reading = retrieved.query.reading
    by_words = sorted(retrieved.candidates, key=lambda c: -c.keyword)[:LOOKED_AT]
    by_vectors = sorted(retrieved.candidates, key=lambda c: -c.dense)[:LOOKED_AT]
    both = {c.passage.id for c in by_words} & {c.passage.id for c in by_vectors}
    coverage = max(candidate.window for candidate in best)
    named, typed = _named_and_typed(retrieved, best)
    return Signals(
        coverage=coverage,
        held=max(retrieved.rarity.share(analyse(candidate.passage, reading).stems) for candidate in best),
        similarity=max(candidate.dense for candidate in retrieved.candidates),
        agreement=len(both) / len(by_words),
        phrase=max(candidate.phrase for candidate in best),
        lead=min(1.0, best[0].score - best[-1].score),
        rarest=_rarest(retrieved, best),
        named=min(1.0, named / coverage) if coverage else 0.0,
        typed=min(1.0, typed / coverage) if coverage else 0.0,
        alike=max((one.by_token for read in retrieved.likeness.values() for one in read), default=0.0),
    )


def rest_of_the_day(retrieved: Retrieved) -> float:
    """How much of what is asked besides the date is told of it in one passage, 0 to 1; 1 where none has it.

    What any minutes answer ("what was decided") doesn't count, nor does what stands in no passage at all: of
    that nobody can tell whether it stands there by another name.
    """
    held = (rest_held(candidate.passage, retrieved) for candidate in retrieved.candidates[:LOOKED_AT])
    return max((share for share in held if share is not None), default=1.0)


def rest_held(passage: Passage, retrieved: Retrieved, names: frozenset[str] | None = None) -> float | None:
    """The same of one passage; None where nothing in it is of the date, or of those with these `names`."""
    query, weights = retrieved.query, retrieved.rarity.weights
    if names is None:
        names = frozenset(date.name for date in query.dates if date.wanted)
    rest = {
        one: weight
        for one, weight in weights.items()
        if one not in names and one not in query.lent and weight < retrieved.rarity.unknown
    }
    total = sum(rest.values())
    if not names or not total:
        return 1.0
    analysed = analyse(passage, query.reading)
    of_it = [one.stem_set for one in analysed.sentences if one.bounded or names & one.stem_set]
    if not of_it:
        return None
    parts = (*PurePosixPath(passage.source.document).parts, *passage.source.locator.heading)
    there = analysed.context.union(query.reading.stems(" ".join(parts).replace("_", " ")), *of_it)
    return sum(weight for one, weight in rest.items() if one in there) / total


def _rarest(retrieved: Retrieved, best: Sequence[Candidate]) -> float:
    """1, less the rarest word that the best passage lacks over the rarest of all, by weight.

    Nothing is as rare as a code that few passages have: 1 where one of the best has all that are asked about.
    """
    coded = having_codes(retrieved.query.text, retrieved.passages)
    if any(candidate.passage.id in coded for candidate in best):
        return 1.0
    weights = retrieved.rarity.weights
    rarest = max(weights.values(), default=0.0)
    if not rarest:
        return 0.0
    lacking: list[float] = []  # the rarest word that each of the best passages lacks
    for candidate in best:
        held = analyse(candidate.passage, retrieved.query.reading).stems
        lacking.append(max((weight for stem, weight in weights.items() if stem not in held), default=0.0))
    return 1.0 - min(lacking) / rarest


def _named_and_typed(retrieved: Retrieved, best: Sequence[Candidate]) -> tuple[float, float]:
    """The best coverage of a sentence with the question's names, and of one with what is asked, too."""
    text = retrieved.query.text
    names = telling_names(retrieved.query, retrieved.rarity)
    asked = sought(text)
    reading = retrieved.query.reading
    named = typed = 0.0
    for candidate in best:
        analysed = analyse(candidate.passage, reading)
        header = frozenset(reading.stems(candidate.passage.table_header))
        covered = sentence_coverages(retrieved.rarity, analysed)
        for at, (sentence, share) in enumerate(zip(analysed.sentences, covered, strict=True)):
            if share <= typed:
                continue
            share *= names_held(retrieved.rarity, analysed, at, names)
            named = max(named, share)
            if share > typed and asked.in_sentence(
                candidate.passage.text[sentence.start : sentence.end],
                sentence.stem_set | header,
                candidate.passage.table_header,
            ):
                typed = share
    return named, typed
