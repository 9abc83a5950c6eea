"""The weekly digest for admins: what is missing, contradicts itself, is old or fails, and who still waits."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bots.desk.cards import Card, Delivery, Row
from bots.desk.gaps import contradicting, told
from bots.desk.notices import Deliver, Notice
from bots.desk.overview import CITED_WITHIN, OLD, relied_on
from bots.desk.wording import age, count, in_line, shortened, web_link
from bots.working_days import WorkingDays, week_of
from brain.catalog.rows import DriveState
from brain.usage.domain import Outcome, Period, Readers
from brain.usage.stale import stale

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from brain.catalog.catalog import Catalog
    from brain.usage.domain import Gaps

ADMINS = "admins"
DAYS = 7  # of a week
_SHOWN = 5  # of each kind
_GO_ON = (
    "`gaps {}` shows all that is missing, `status` how everything is (both after `/citewise`, for admins)."
)


class FindGaps(Protocol):
    """Looks up the gaps since a moment, so many at most, for admins or for the people of a place."""

    def __call__(self, since: datetime, most: int, *, readers: Readers | None = None) -> "Gaps":
        """Find them."""


class Digest:
    """The digests of one catalog: one a week for each of those who are to have it."""

    name = "digest"

    def __init__(
        self,
        catalog: "Catalog",
        audience: "Audience",
        gaps: FindGaps,
        wanted_by: Iterable[str],
        calendar: WorkingDays,
    ) -> None:
        """`wanted_by` are principals of channels, or `admins` for each of them directly."""
        self._calendar = calendar
        self._catalog = catalog
        self._audience = audience
        self._gaps = gaps
        wanted = list(wanted_by)
        channels = [name for name in wanted if name != ADMINS]
        self._to = [*channels, *(sorted(audience.admins) if ADMINS in wanted else ())]

    def due(self, now: datetime) -> list[Notice]:
        """That of this week, from the morning of its first working day on; none in a week that is all off."""
        week = week_of(now)
        begins = self._calendar.begins(week)
        if begins is None or now.replace(tzinfo=None) < begins:
            return []
        return [Notice(f"{self.name}:{week}:{to}", to.partition(":")[0]) for to in self._to]

    def place(self, rest: str) -> str:
        """The channel that it is for: whether people from outside are in it decides what it is shown."""
        to = rest.partition(":")[2]
        return to if ":channel:" in to else ""

    async def say(self, rest: str, now: datetime, deliver: Deliver) -> bool:
        """Deliver the digest of a week, unless it is over, or nobody wants it any more."""
        week, _, to = rest.partition(":")
        if week != week_of(now) or to not in self._to:
            return True
        card = await asyncio.to_thread(self.card, to, now)
        return await deliver(Delivery(to, card, key=f"{self.name}-{rest}"))

    def card(self, to: str, now: datetime) -> Card:
        """The last seven days as `to` may see them: an admin (a person) all, a channel what it may read.

        They are more or fewer where the week, or the one before, began with days off, so that none is left
        out or told twice; weeks that were all off come with the next.
        """
        days = self._calendar.days_since_last(week_of(now))
        since = now.astimezone(UTC) - timedelta(days=days)
        readers = None if self._audience.sees_all_places([to]) else Readers(to, self._audience.of([to]))
        asked = Period(since.date(), tuple(self._catalog.asked.since(since)))
        rows = [*self._missing(since, readers), *self._old(now, readers), *self._failing(readers)]
        rows += [*self._waiting(now), Row("To go on", _GO_ON.format(days))]
        weeks = "week" if (number := round(days / DAYS)) < 2 else f"{number} weeks"
        return Card(f"The {weeks} to {now.day} {now:%B}", _in_short(asked), tuple(rows))

    def _missing(self, since: datetime, readers: Readers | None) -> list[Row]:
        found = self._gaps(since, _SHOWN, readers=readers)
        shown = [gap for gap in found.open if gap.wordings]
        rows = [Row(f"Missing: {shortened(gap.wordings[0], 120)}", " · ".join(told(gap))) for gap in shown]
        if unsaid := len(found.open) - len(shown):
            private = "asked in private" if readers is None else "asked elsewhere, or in private"
            rows.append(Row("Missing, too", f"{count(unsaid, 'topic')}, {private}"))
        if found.more:
            rows.append(Row("Missing, with less weight", count(found.more, "topic")))
        return [*rows, *map(contradicting, found.contradictions[:_SHOWN])]

    def _old(self, now: datetime, readers: Readers | None) -> list[Row]:
        moment = now.astimezone(UTC)
        old = stale(self._catalog, moment - timedelta(days=OLD), moment - timedelta(days=CITED_WITHIN))
        return [
            Row(f"Old: {in_line(found.row.title)}", relied_on(found), web_link(found.row.uri))
            for found in [found for found in old if found.cited and _open(found.row.space, readers)][:_SHOWN]
        ]

    def _failing(self, readers: Readers | None) -> list[Row]:
        return [
            Row(f"Failing: {in_line(found.drive.url)}", found.reason or found.state.value)
            for found in self._catalog.followed.all()
            if found.drive.watched and found.state is not DriveState.OK and _open(found.drive.space, readers)
        ]

    def _waiting(self, now: datetime) -> list[Row]:
        waiting = self._catalog.handoffs.unanswered()
        if not waiting:
            return []
        longest = age(waiting[0].opened, now.astimezone(UTC)).replace(" old", " ago")
        return [Row("Waiting for a person", f"{count(len(waiting), 'question')}, the first asked {longest}")]


def _open(space: str, readers: Readers | None) -> bool:
    return readers is None or space in readers.spaces


def _in_short(asked: Period) -> str:
    if not asked.askings:
        return "Nobody asked anything."
    outcomes = ", ".join(f"{asked.given(outcome):,} {outcome.value}" for outcome in Outcome)
    people = "1 person" if asked.people == 1 else f"{asked.people:,} people"
    marks = f"{asked.marked(helpful=True):,} marked helpful, {asked.marked(helpful=False):,} not helpful"
    return f"{count(len(asked.askings), 'question')} of {people}: {outcomes}; {marks}."
