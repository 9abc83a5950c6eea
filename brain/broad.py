"""Questions that one passage doesn't answer: for the gist of a document or topic, and for comparisons.

What answers them is looked for in their own way, and weighed more strictly than else: a document must be
named by its title or file name, a section by its heading, a thing by its cell or sentence. Where nothing is,
the question goes the usual way, past the usual gate, unless a text was asked for ("the pension plan").
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from brain.answering.broad.comparison import Searches, from_prose, from_tables
from brain.answering.broad.overview import BRIEF, NOT_ALL, decided_beside, decisions, overview, passages_of
from brain.answering.broad.topic import TOPIC, topic_overview
from brain.answering.draft import Draft
from brain.domain import Passage, Turn
from brain.evidence import Evidence, EvidenceGate
from brain.retrieval.chatter import without_chatter
from brain.retrieval.comparison_wanted import ComparisonWanted, comparison_wanted
from brain.retrieval.document_named import (
    Named,
    asks_for_text,
    document_named,
    is_generic,
    section_named,
    telling_stems,
)
from brain.retrieval.followup import in_thread
from brain.retrieval.fusion import Candidate
from brain.retrieval.hybrid import HybridRetriever, Retrieved
from brain.retrieval.overview_wanted import OverviewWanted, overview_wanted
from brain.retrieval.query import Query, asks_of_a_day
from brain.text.analysis import analyse
from brain.text.deciding import is_of_meeting
from brain.text.terms import content_stems, stem

CERTAIN = 0.99  # what was named stands there under its name
TABLES = 6  # that are looked at for a comparison
LOOKED_AT = 12  # passages of a search, for tables
_DECIDED = frozenset(map(stem, ("decided", "decisions")))
LONG = 3  # passages of a day's minutes, of which no question finds all
DECISIONS = 2  # that are told for what was decided; minutes that say it less often are told in short
REACH = 8  # passages to either side that may be of the same table
SHARED = 3  # of the best passages for all things together, which are looked at for each


@dataclass(frozen=True, slots=True)
class BroadQuestions:
    """Finds what answers a broad question, as evidence with its sentences chosen."""

    retriever: HybridRetriever
    gate: EvidenceGate

    def evidence(self, query: Query, audience: Iterable[str]) -> Evidence | None:
        """The evidence in these spaces, with its draft; without one where there is none to be had.

        None where the question is not a broad one, or may be answered like any other.
        """
        spaces = frozenset(audience)
        if wanted := overview_wanted(query.text):
            return self._overview(query, wanted, spaces, brief=False)
        if compared := comparison_wanted(query.text):
            return self._comparison(query, compared, spaces)
        if asks_of_a_day(query):
            return self._day(query, spaces)
        return None

    def in_short(self, history: Sequence[Turn], audience: Iterable[str]) -> Evidence | None:
        """The overview that the thread was given last, in fewer sentences; None where it was none."""
        asked = without_chatter(history)
        if not asked:
            return None
        query = in_thread(asked[-1].question, asked[:-1])
        wanted = overview_wanted(query.text)
        evidence = self._overview(query, wanted, frozenset(audience), brief=True) if wanted else None
        return evidence if evidence and evidence.suffices else None

    # Overviews

    def _overview(
        self, query: Query, wanted: OverviewWanted, spaces: frozenset[str], *, brief: bool
    ) -> Evidence | None:
        index, catalog = self.retriever.index, self.retriever.catalog
        size = BRIEF if brief else None
        named = document_named(wanted.document, spaces, index, catalog) if wanted.document else None
        if named and wanted.topic:
            part = section_named(wanted.topic, spaces, index, catalog, within=named)
            if part:
                return self._named(query, part, overview(part, self._embed, size), spaces)
            told = self._topic(query, wanted.topic, spaces, brief=brief, within=named)
            return told if told.suffices else None
        if named is None and wanted.document and wanted.sure and not wanted.topic:
            named = section_named(wanted.document, spaces, index, catalog)
        if named:
            return self._named(query, named, overview(named, self._embed, size), spaces)
        if not wanted.sure:
            return None
        if is_generic(topic := wanted.topic or wanted.document):
            return None
        told = self._topic(query, topic, spaces, brief=brief)
        # A text that was asked for and isn't there is not to be made up for by what comes near.
        return told if told.suffices or asks_for_text(wanted.document) else None

    def _named(self, query: Query, named: Named, draft: Draft, spaces: frozenset[str]) -> Evidence | None:
        if not draft.sentences:
            return None
        found = self.retriever.find(query, spaces)
        chosen = {p.id for p in passages_of(draft)}
        first = [p for p in named.passages if p.id in chosen] or named.passages
        return self._certain(_with_first(found, first), draft)

    def _topic(
        self, query: Query, topic: str, spaces: frozenset[str], *, brief: bool, within: Named | None = None
    ) -> Evidence:
        """Sentences about it; all its words must stand in one passage, and the gate must be passed."""
        found = self.retriever.find(Query.of(topic), spaces)
        wanted = frozenset(content_stems(topic)) if within is None else telling_stems(topic)
        held = [c for c in found.candidates if wanted <= analyse(c.passage).stems]
        if within is not None:
            inside = within.source.document_id
            held = [c for c in held if c.passage.source.document_id == inside]
        weighed = self.gate.weigh(found)
        if not held or not weighed.suffices:
            return replace(self._refused(found), signals=weighed.signals)
        kept = replace(found, candidates=tuple(held))
        size = BRIEF if brief else TOPIC
        draft = topic_overview(kept, size, self._embed)
        if not draft.sentences:
            return self._refused(found)
        return replace(
            weighed, retrieved=replace(_with_first(found, passages_of(draft)), query=query), quoted=draft
        )

    def _day(self, query: Query, spaces: frozenset[str]) -> Evidence | None:
        """The minutes of the day that is asked about in short, where a title or file name tells it."""
        words = [word for word in query.words if stem(word, query.language) not in query.lent]
        days = [date for date in query.dates if date.on and not date.is_stretch and len(date.readings) == 1]
        if len(days) != 1 or len(days) != len(query.dates):
            return None
        day = days[0]
        name = " ".join((*words, day.readings[0].in_words))
        named = document_named(name, spaces, self.retriever.index, self.retriever.catalog)
        if named is None or len(named.passages) < LONG:
            return None
        if _DECIDED & frozenset(query.stems) and (part := self._under_decisions(named, spaces)):
            draft = overview(part, self._embed)
            if day.decision and decided_beside(part, named):
                draft = replace(draft, notes=(*draft.notes, NOT_ALL))
            return self._named(query, part, draft, spaces)
        if day.decision and not named.heading:
            draft = decisions(named)
            if len(draft.sentences) >= DECISIONS:
                return self._named(query, named, draft, spaces)
            # What a mail or a log of the day says was decided is found like anything else.
            if not is_of_meeting(f"{named.source.document} {named.title}"):
                return None
        return self._named(query, named, overview(named, self._embed), spaces)

    def _under_decisions(self, minutes: Named, spaces: frozenset[str]) -> Named | None:
        """The section of that name; None for one with a table, of which no sentence would be told."""
        index, catalog = self.retriever.index, self.retriever.catalog
        part = section_named("decisions", spaces, index, catalog, within=minutes)
        in_prose = part and not any("\t" in passage.text for passage in part.passages)
        return part if in_prose else None

    # Comparisons

    def _comparison(self, query: Query, wanted: ComparisonWanted, spaces: frozenset[str]) -> Evidence | None:
        asked = " ".join(word for group in wanted.attributes[:1] for word in group[:2])
        both = f"{asked} comparison of {' and '.join(wanted.things)}".strip()
        whole = self.retriever.find(Query.of(both), spaces)
        each = [self.retriever.find(Query.of(_about(thing, asked)), spaces) for thing in wanted.things]
        unknown = [_is_unknown(thing, found) for thing, found in zip(wanted.things, each, strict=True)]
        if all(unknown):
            return None
        draft = from_tables(wanted, self._tables([whole, *each]), unknown)
        if draft.sentences:
            return self._certain(replace(_with_first(whole, passages_of(draft)), query=query), draft)
        if not wanted.open:
            return None
        weighed = [self.gate.weigh(found) for found in each]
        good = tuple(self._beside(one.retrieved, whole) if one.suffices else None for one in weighed)
        draft = from_prose(wanted, Searches(whole, good), unknown, self._embed)
        sure = [one for one in weighed if one.suffices]
        if not draft.sentences or not sure:
            return None
        weakest = min(sure, key=lambda one: one.confidence)
        found = replace(_with_first(whole, passages_of(draft)), query=query)
        return replace(weakest, retrieved=found, quoted=draft)

    def _beside(self, found: Retrieved, whole: Retrieved) -> Retrieved:
        """What was found for one thing, and the best of what was found for all, sentences compared."""
        likely = [found.candidates[:SHARED], whole.candidates[:SHARED], found.candidates[SHARED:]]
        merged = {candidate.passage.id: candidate for part in likely for candidate in part}
        return self.retriever.compared(replace(found, candidates=tuple(merged.values())))

    def _tables(self, searches: Sequence[Retrieved]) -> list[list[Passage]]:
        """The tables that the best passages are of, the likeliest first, each with what of it stands near.

        Two tables of a document may have the same header: the headings above them part them.
        """
        places: dict[tuple[int, str, str], list[int]] = {}
        for rank in range(LOOKED_AT):
            for found in searches:
                if rank < len(found.candidates) and (one := found.candidates[rank].passage).table_header:
                    key = (one.source.document_id, one.table_header, one.context)
                    places.setdefault(key, []).append(one.ordinal)
        return [
            [
                near
                for near in self._near(document, ordinals)
                if (near.table_header, near.context) == (header, context)
            ]
            for (document, header, context), ordinals in list(places.items())[:TABLES]
        ]

    def _near(self, document: int, ordinals: Sequence[int]) -> list[Passage]:
        """Passages of a document that stand near these, each once, in order: it may be endless."""
        found: dict[int, Passage] = {}
        for ordinal in ordinals:
            for one in self.retriever.catalog.neighbours(document, ordinal - REACH, ordinal + REACH):
                found[one.ordinal] = one
        return [found[ordinal] for ordinal in sorted(found)]

    # Both

    def _embed(self, texts: list[str]) -> list[list[float]]:
        return self.retriever.embeddings.embed_documents(texts)

    def _certain(self, found: Retrieved, draft: Draft) -> Evidence:
        weighed = self.gate.weigh(found)
        named = replace(draft, note="from what the question names")
        return replace(weighed, confidence=max(weighed.confidence, CERTAIN), quoted=named)

    def _refused(self, found: Retrieved) -> Evidence:
        return replace(self.gate.weigh(found), confidence=0.0)


def _is_unknown(thing: str, found: Retrieved) -> bool:
    """Whether a word of the thing's name stands in no passage."""
    stems, rarity = frozenset(content_stems(thing)), found.rarity
    return any(weight >= rarity.unknown for stem, weight in rarity.weights.items() if stem in stems)


def _about(thing: str, asked: str) -> str:
    return f"{asked} of {thing}" if asked else f"What is {thing}?"


def _with_first(found: Retrieved, passages: Sequence[Passage]) -> Retrieved:
    """The same with these passages before all others: what is answered from was retrieved."""
    known = {candidate.passage.id: candidate for candidate in found.candidates}
    best = found.candidates[0].score if found.candidates else 0.0
    first = [
        known.get(p.id, Candidate(p, 0.0, 0.0)).scored(best + (len(passages) - at) / 100)
        for at, p in enumerate(passages)
    ]
    chosen = {candidate.passage.id for candidate in first}
    return replace(found, candidates=(*first, *(c for c in found.candidates if c.passage.id not in chosen)))
