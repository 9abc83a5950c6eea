"""A passage seen as sentences of stems: read once, used by reranking, the evidence gate and answering."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from brain.domain import Passage
from brain.text import amounts
from brain.text.above import NO_YEAR, Above
from brain.text.asked import Fit
from brain.text.dated import fits, holds_on
from brain.text.reading import PLAIN, Reading
from brain.text.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class AnalysedSentence:
    """A sentence, list item, heading or table row of a passage: `text[start:end]` and its stems in order.

    `elsewhen`: it is of another date than the ones that the question asks about, or it is a step of other
    amounts than the asked ones, and of none of those. Where it is of one of them, that date's or amount's
    name is the last of its stems, wherever the date stands. `bounded`: what holds on a date is asked for, and
    the sentence names a time within which that lies ("until 31 January").
    """

    start: int
    end: int
    stems: tuple[str, ...]
    stem_set: frozenset[str]
    elsewhen: bool = False
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class AnalysedPassage:
    """A passage's sentences in order; `context` holds the stems of title, headings and table header."""

    sentences: tuple[AnalysedSentence, ...]
    above: tuple[str, ...]
    context: frozenset[str]
    stems: frozenset[str]
    length: int

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Stems that are neighbours; made anew each time, since few passages are asked for them."""
        lines = (self.above, *(sentence.stems for sentence in self.sentences))
        return frozenset(chain.from_iterable(map(pairwise, lines)))


def analyse(passage: Passage, reading: Reading = PLAIN) -> AnalysedPassage:
    """The passage's sentences and stems; remembered for passages that were analysed so lately."""
    source = passage.source
    above = (
        Above.of(source.locator.heading, source.title, source.document, source.modified)
        if reading.dates
        else None
    )
    return _analyse(passage.text, passage.context, passage.table_header, reading, above)


@lru_cache(maxsize=8192)
def _analyse(
    text: str, context: str, table_header: str, reading: Reading, around: Above | None
) -> AnalysedPassage:
    sentences = []
    spans = list(sentence_spans(text))
    of_dates = fits(reading.dates, text, spans, table_header, around) if around else None
    lent = around.lent if around else NO_YEAR
    told_of = [list(zip(reading.dates, fit, strict=True)) for fit in of_dates] if of_dates else []
    of_others = [all(date.on and fit is Fit.OTHER for date, fit in told) for told in told_of]
    # What stands above rows of other dates is no answer without them.
    if (
        len(spans) > 1
        and table_header
        and text[spans[0][0] : spans[0][1]] == table_header
        and all(of_others[1:])
    ):
        of_others[:1] = [True] * bool(of_others)
    of_amounts = amounts.fits(reading.amounts, text, spans, table_header) if reading.amounts else None
    for at, (start, end) in enumerate(spans):
        stems = tuple(reading.stems(text[start:end]))
        elsewhen = bounded = False
        if of_dates:
            told = told_of[at]
            # "I get married on 19 June, do I get a day off?" is answered by nothing for being of that day.
            stems += tuple(date.name for date, fit in told if fit is Fit.SAME and not date.aside)
            elsewhen = of_others[at]
            bounded = not elsewhen and any(
                date.wanted and not date.event and holds_on(date, text[start:end], lent)
                for date in reading.dates
            )
        if of_amounts:
            held = list(zip(reading.amounts, of_amounts[at], strict=True))
            stems += tuple(amount.name for amount, fit in held if fit is Fit.SAME)
            # "After 3 years, and I have 5 weeks left": what holds for one is no other step.
            of_others_only = Fit.OTHER in of_amounts[at] and Fit.SAME not in of_amounts[at]
            elsewhen = elsewhen or of_others_only
        sentences.append(AnalysedSentence(start, end, stems, frozenset(stems), elsewhen, bounded))
    above = tuple(reading.stems(f"{context} {table_header}"))
    own = frozenset(above)
    return AnalysedPassage(
        tuple(sentences),
        above,
        own,
        own.union(*(sentence.stem_set for sentence in sentences)),
        len(above) + sum(len(sentence.stems) for sentence in sentences),
    )
