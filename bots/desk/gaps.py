"""What people asked and the documents lack, for admins in a chat."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bots.desk.cards import Card, Reply, Row
from bots.desk.domain import Command, number_in
from bots.desk.wording import age, count, shortened
from brain.errors import UsageError

if TYPE_CHECKING:
    from brain.usage.domain import Contradiction, Gap, Gaps

SHOWN = 10  # gaps, and contradictions, on a card
ON_HOME = 5
DAYS = 30  # back, if no number is said
LONGEST = 3_650  # days back
TITLE = "Asked and not found"


class KnowledgeGaps:
    """The gaps of one catalog as cards."""

    def __init__(self, find: "Callable[[datetime, int], Gaps]") -> None:
        """`find` looks up the gaps since a moment, so many at most."""
        self._find = find

    def gaps(self, command: Command) -> Reply:
        """What the documents lack by what was asked in the last days, 30 if no number is said."""
        days = _days(command.words)
        return Reply(self._card(days, SHOWN))

    def home(self) -> Card | None:
        """The most wanted; None where nothing is missing."""
        card = self._card(DAYS, ON_HOME)
        return card if card.rows else None

    def _card(self, days: int, most: int) -> Card:
        found = self._find(datetime.now(UTC) - timedelta(days=days), most)
        rows = (*map(_row, found.open), *map(contradicting, found.contradictions[:most]))
        return Card(TITLE, _summary(found, days), rows)


def _days(words: str) -> int:
    number = words.lower().removesuffix("days").strip() or str(DAYS)
    if not 0 < number_in(number) <= LONGEST:
        raise UsageError("Write `gaps`, or how many days it is to look back, such as `gaps 90`.")
    return int(number)


def _summary(found: "Gaps", days: int) -> str:
    span = f"the last {count(days, 'day')}" if days > 1 else "the last day"
    if not found.asked:
        return f"Nobody asked anything in {span}."
    if not found.lacking:
        asked = count(found.asked, "question")
        return f"{asked} in {span}: an answer was found each time, and nobody complained."
    said = [
        f"Of {count(found.asked, 'question')} in {span}, {found.lacking:,} found no sure answer, or one that "
        "did not help."
    ]
    if settled := len(found.gaps) - len(found.open):
        said.append(f"The documents answer {count(settled, 'topic')} of these by now.")
    if found.more:
        said.append(f"{count(found.more, 'topic')} of less weight {_are(found.more)} not shown.")
    said.append("The most wanted:" if found.open else "Nothing is left to add.")
    return " ".join(said)


def _row(gap: "Gap") -> Row:
    title = shortened(gap.wordings[0], 120) if gap.wordings else "Asked in private"
    return Row(title, " · ".join(told(gap)))


def told(gap: "Gap") -> list[str]:
    """What is to be known of a gap, each thing in a few words."""
    topic = gap.topic
    said = [f"{count(len(topic.askings), 'question')} of {_people(topic.people)}", f"last {_ago(topic.last)}"]
    said += [
        lack.value if (number := topic.lacking(lack)) == len(topic.askings) else f"{number}× {lack.value}"
        for lack in sorted(set().union(*(asking.lacks for asking in topic.askings)))
    ]
    said += [
        f"“{shortened(mark.words, 100)}”" if mark.words else mark.reason.replace("_", " ")
        for mark in gap.complaints
        if mark.words or mark.reason not in ("", "other")
    ][:2]
    if gap.nearest:
        said.append(f"nearest: {shortened(gap.nearest[0], 60)}")
    return said


def contradicting(met: "Contradiction") -> Row:
    """Two places that contradict each other, word for word."""
    first, other = met.places
    title = f"Contradict each other: {shortened(first.title, 60)} / {shortened(other.title, 60)}"
    said = [f"“{shortened(place.quote, 120)}”" for place in met.places]
    newer = ["the first is newer"] if met.dated else []
    met_in = f"met in {count(met.asked, 'answer')}, last {_ago(met.last)}"
    return Row(title, " · ".join([*said, *newer, met_in]))


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _ago(moment: datetime) -> str:
    return age(moment).replace(" old", " ago")
