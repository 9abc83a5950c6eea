"""Documents that contradict each other, as answers met them: what somebody has to mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from brain.catalog.catalog import Catalog
from brain.domain import Passage
from brain.text.quoted import stands_at
from brain.usage.domain import Asking, Contradiction, Place, Quoted, Readers


@dataclass(slots=True)
class _Met:
    pair: tuple[Quoted, Quoted]
    dated: bool
    askings: list[Asking] = field(default_factory=list)


def contradictions(
    catalog: Catalog, askings: Sequence[Asking], readers: Readers | None = None
) -> tuple[Contradiction, ...]:
    """Those that these answers met and that still stand there, the most often met first.

    One is mended when either place no longer says it. Where others than admins read them, only such are told
    of which both documents are in spaces of these `readers`. No question is told, and nobody's name.
    """
    passages = catalog.passages({p for one in askings for *pair, _ in one.contradicting for p, _ in pair})
    met: dict[frozenset[Quoted], _Met] = {}
    for asking in askings:
        for first, other, dated in asking.contradicting:
            if all(_stands(quoted, passages, readers) for quoted in (first, other)):
                known = met.setdefault(frozenset((first, other)), _Met((first, other), dated))
                known.askings.append(asking)
    found = [_told(one, passages) for one in met.values()]
    return tuple(sorted(found, key=lambda one: (one.people, one.asked, one.last), reverse=True))


def _stands(quoted: Quoted, passages: Mapping[int, Passage], readers: Readers | None) -> bool:
    passage = passages.get(quoted[0])
    if passage is None or stands_at(quoted[1], passage.text) is None:
        return False
    return readers is None or passage.source.space in readers.spaces


def _told(met: _Met, passages: Mapping[int, Passage]) -> Contradiction:
    first, other = (_place(quoted, passages) for quoted in met.pair)
    return Contradiction(
        (first, other),
        len(met.askings),
        len({asking.person for asking in met.askings}),
        max(asking.asked for asking in met.askings),
        met.dated,
    )


def _place(quoted: Quoted, passages: Mapping[int, Passage]) -> Place:
    passage = passages[quoted[0]]
    source = passage.source
    where = source.locator.at(stands_at(quoted[1], passage.text) or 0).label
    return Place(source.document, source.title, source.space, where, " … ".join(quoted[1]))
