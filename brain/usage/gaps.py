"""What the documents lack: questions that found no answer, or one that did not help, topic by topic."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from langchain_core.embeddings import Embeddings

from brain.catalog.catalog import Catalog
from brain.catalog.rows import Vector
from brain.domain import Question
from brain.usage.contradictions import contradictions
from brain.usage.domain import Asking, Gap, Gaps, Lack, Readers, Topic
from brain.usage.grouping import groups

MOST = 1_000
"""So many questions are brought together at most, the latest: grouping them takes a second."""
PEOPLE = 3
"""Words that were said in private are shown where there are no others, and so many people asked."""
_WORDINGS, _NEAREST = 3, 3


class GapFinder:
    """Finds what a catalog's documents lack by what people asked of them."""

    def __init__(
        self,
        catalog: Catalog,
        embeddings: Embeddings,
        answers: Callable[[Question], bool],
        private: Callable[[Asking], bool],
    ) -> None:
        """`answers` says whether the documents answer a question now.

        `private` says whether somebody asked for themselves alone.
        """
        self._catalog = catalog
        self._embeddings = embeddings
        self._answers = answers
        self._private = private
        self._known: dict[str, Vector] = {}

    def find(
        self,
        since: datetime,
        most: int,
        report: Callable[[int, int], object] | None = None,
        *,
        readers: Readers | None = None,
    ) -> Gaps:
        """The `most` wanted gaps since then, and those met on the way that are settled.

        `report` is told how many topics were asked again, of how many. Where others than admins read them, it
        is for these `readers`: words are then shown only of what was asked in their very place and looked for
        in no space but theirs, and documents only of these. Who asks in another channel, be it a private one,
        was never told that these would read it.
        """
        askings = self._catalog.asked.since(since)
        lacking = [asking for asking in askings if asking.lacks]
        topics = self._topics(lacking[-MOST:])
        found: list[Gap] = []
        while len(found) < len(topics) and sum(not gap.settled for gap in found) < most:
            found.append(self._gap(topics[len(found)], readers))
            if report is not None:
                report(len(found), len(topics))
        met = contradictions(self._catalog, askings, readers)
        return Gaps(since, len(askings), len(lacking), tuple(found), len(topics) - len(found), met)

    def _topics(self, lacking: Sequence[Asking]) -> list[Topic]:
        if not lacking:
            return []
        texts = list(dict.fromkeys(asking.wanted for asking in lacking))
        vectors = self._vectors(texts)
        of_text: dict[str, list[Asking]] = {text: [] for text in texts}
        for asking in lacking:
            of_text[asking.wanted].append(asking)
        topics = [Topic(tuple(a for row in group for a in of_text[texts[row]])) for group in groups(vectors)]
        return sorted(topics, key=lambda topic: (topic.people, len(topic.askings), topic.last), reverse=True)

    def _vectors(self, texts: Sequence[str]) -> Vector:
        """The vectors of these texts, one a row, of length 1; those of the last call are remembered."""
        new = [text for text in texts if text not in self._known]
        known = {text: self._known[text] for text in texts if text in self._known}
        if new:
            found = np.asarray(self._embeddings.embed_documents(new), dtype=np.float32)
            found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
            known |= dict(zip(new, found, strict=True))
        self._known = known
        return np.stack([known[text] for text in texts])

    def _gap(self, topic: Topic, readers: Readers | None) -> Gap:
        shown = [asking for asking in topic.askings if self._may_be_shown(asking, readers)]
        if not shown and topic.people >= PEOPLE and readers is None:
            shown = list(topic.askings)
        wordings = tuple(dict.fromkeys(asking.wanted for asking in shown))[:_WORDINGS]
        complaints = tuple(mark for asking in shown for mark in asking.marks if not mark.helpful)
        if readers is not None:  # what is written there is told to admins
            complaints = tuple(replace(mark, words="") for mark in complaints)
        return Gap(topic, wordings, complaints, self._nearest(topic, readers), self._settled(topic))

    def _may_be_shown(self, asking: Asking, readers: Readers | None) -> bool:
        """Whether its words may be: others heard them, or whoever asked was told that an admin sees them."""
        if readers is not None:
            return asking.place == readers.place and asking.spaces <= readers.spaces
        return not self._private(asking) or not asking.lacks.isdisjoint({Lack.NOT_HELPFUL, Lack.HANDED_OVER})

    def _nearest(self, topic: Topic, readers: Readers | None) -> tuple[str, ...]:
        passages = self._catalog.passages(number for asking in topic.askings for number in asking.nearest)
        sources = {
            number: passage.source
            for number, passage in passages.items()
            if readers is None or passage.source.space in readers.spaces
        }
        titles = Counter(
            title
            for asking in topic.askings
            for title in dict.fromkeys(sources[n].title for n in asking.nearest if n in sources)
        )
        return tuple(title for title, _ in titles.most_common(_NEAREST))

    def _settled(self, topic: Topic) -> bool:
        """Whether the documents have changed so that nobody of these would miss anything today."""
        others: list[Asking] = []
        for asking in topic.askings:
            if not asking.cited or Lack.NOT_HELPFUL not in asking.lacks:
                others.append(asking)
            elif not self._changed(asking):
                return False
        return not others or self._answered_now(others[0])

    def _changed(self, asking: Asking) -> bool:
        """Whether something that the answer was made from has been changed or taken out since."""
        return len(self._catalog.passages(asking.cited)) < len(set(asking.cited))

    def _answered_now(self, asking: Asking) -> bool:
        known = asking.spaces & {space.name for space in self._catalog.spaces()}
        return bool(known) and self._answers(Question(asking.wanted, asking.person, known))
