"""The figures of a running `citewise serve`, in the text format of Prometheus.

https://prometheus.io/docs/instrumenting/exposition_formats/. Labels come from short lists that the code knows
(doors, outcomes, states, services): no question, name or id gets into one.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from bots.desk.domain import TERMINAL_DOOR
from bots.desk.tally import BOUNDS, CameOut, Counted
from bots.monitoring.pages import Page
from bots.serving.services import ServiceReport
from brain.answering.writing.facts import Watched
from brain.catalog.rows import DriveState, FollowedDrive
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from prometheus_client import Metric

    from bots.wiring import Citewise

Services = Callable[[], Sequence[ServiceReport]]


class Figures(Collector):
    """Looked up anew for each scrape; what can't be looked up is left out of it."""

    def __init__(
        self, citewise: "Citewise", version: str, ready: Callable[[], bool], services: Services
    ) -> None:
        """While `ready` says no, the home is being opened and nobody else may touch it."""
        self._citewise = citewise
        self._version = version
        self._ready = ready
        self._services = services
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def page(self) -> Page:
        """All of them."""
        return Page(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, generate_latest(self._registry))

    def describe(self) -> "Iterator[Metric]":
        """Name nothing ahead: this is the registry's only collector."""
        return iter(())

    def collect(self) -> "Iterator[Metric]":
        """Everything, in the order in which somebody would look at it."""
        build = GaugeMetricFamily("citewise_build_info", "The version that runs.", labels=["version"])
        build.add_metric([self._version], 1)
        yield build
        ready = self._ready()
        yield GaugeMetricFamily(
            "citewise_up", "1 when commands are taken, 0 while it starts or stops.", ready
        )
        yield from ProcessCollector(registry=None).collect()
        if not ready:
            return
        yield from _services(self._services())
        yield from _questions(self._citewise.tally.so_far(), self._doors())
        for look in (self._queues, self._index, self._drives, self._disk, self._model):
            with suppress(CitewiseError, OSError):  # such as a full disk: the other figures tell of it
                yield from look()

    def _doors(self) -> frozenset[str]:
        """Each has its figures from the start, zeros: from nothing to 1 is no rise that Prometheus sees."""
        return self._citewise.chats.names | {TERMINAL_DOOR}

    def _queues(self) -> "Iterator[Metric]":
        waiting = GaugeMetricFamily(
            "citewise_inbox_events", "Events of chats that are not answered yet.", labels=["door"]
        )
        oldest = GaugeMetricFamily(
            "citewise_inbox_oldest_seconds", "How long the oldest of them has waited.", labels=["door"]
        )
        queues = {queue.platform: queue for queue in self._citewise.catalog.inbox.queues()}
        for door in sorted(self._doors() - {TERMINAL_DOOR} | queues.keys()):
            queue = queues.get(door)
            waiting.add_metric([door], queue.unanswered if queue else 0)
            oldest.add_metric([door], queue.oldest_seconds if queue else 0)
        yield from (waiting, oldest)
        yield GaugeMetricFamily(
            "citewise_handoffs",
            "Questions that were handed to a person and have no reply yet.",
            self._citewise.catalog.handoffs.waiting(),
        )

    def _index(self) -> "Iterator[Metric]":
        catalog = self._citewise.catalog
        counts = catalog.counts()
        yield GaugeMetricFamily("citewise_documents", "Documents that are indexed.", counts.documents)
        yield GaugeMetricFamily("citewise_passages", "Passages of these documents.", counts.passages)
        yield GaugeMetricFamily(
            "citewise_index_behind", "Changes that the index has not taken over yet.", catalog.feed.behind()
        )

    def _drives(self) -> "Iterator[Metric]":
        # The keeper knows what a full disk keeps out of the catalog.
        drives = [status.known for status in self._citewise.keeper.status()]
        leaving = [known for known in drives if known.state is DriveState.REMOVING]
        followed = [known for known in drives if known.drive.watched and known not in leaving]
        states = Counter(known.state for known in (*followed, *leaving))
        family = GaugeMetricFamily(
            "citewise_drives", "Drives that are followed, and those being taken out.", labels=["state"]
        )
        for state in DriveState:
            family.add_metric([state.value], states[state])
        yield family
        if ages := [age for known in followed if (age := _look_age(known)) is not None]:
            yield GaugeMetricFamily(
                "citewise_drive_look_age_seconds",
                "How long ago the drive that was looked at longest ago was looked at as a whole.",
                max(ages),
            )
        yield GaugeMetricFamily(
            "citewise_files_unreadable",
            "Files that could not be read.",
            sum(known.failed for known in drives),
        )
        yield GaugeMetricFamily(
            "citewise_removals_held",
            "Documents whose removal waits for somebody to confirm it.",
            sum(known.held for known in followed),
        )

    def _disk(self) -> "Iterator[Metric]":
        home = self._citewise.home
        logs = [home.catalog, home.catalog.with_name("catalog.db-wal")]
        yield GaugeMetricFamily(
            "citewise_catalog_bytes",
            "Size of catalog.db and its log.",
            sum(path.stat().st_size for path in logs if path.exists()),
        )
        yield GaugeMetricFamily(
            "citewise_disk_free_bytes",
            "Room on the disk that holds the home.",
            shutil.disk_usage(home.path).free,
        )

    def _model(self) -> "Iterator[Metric]":
        answerer = self._citewise.brain.answerer
        state = answerer.state() if isinstance(answerer, Watched) else None
        if state is None:
            return
        fault = state.rests or bool(state.facts and state.facts.fault)
        yield GaugeMetricFamily("citewise_model_well", "0 while the model can't answer.", not fault)
        for name, what, value in (
            ("tokens_per_second", "Median speed of the last answers.", state.pace.tokens_per_second),
            ("first_token_seconds", "Median time to the first token.", state.pace.first_token_seconds),
            ("memory_bytes", "Memory that the model takes.", state.facts.memory if state.facts else None),
        ):
            if value is not None:
                yield GaugeMetricFamily(f"citewise_model_{name}", what, value)


def _services(reports: Sequence[ServiceReport]) -> "Iterator[Metric]":
    well = GaugeMetricFamily(
        "citewise_service_well", "1 where a service runs and what it looks after is well.", labels=["service"]
    )
    starts = CounterMetricFamily(
        "citewise_service_failures", "How often a service failed and was started again.", labels=["service"]
    )
    for report in reports:
        well.add_metric([report.name], report.well)
        starts.add_metric([report.name], report.failures)
    yield from (well, starts)


def _questions(counted: Counted, doors: frozenset[str]) -> "Iterator[Metric]":
    questions = CounterMetricFamily(
        "citewise_questions", "Questions since the start, by what became of them.", labels=["door", "outcome"]
    )
    for door in sorted(doors | {door for door, _ in counted.questions}):
        for outcome in CameOut:
            questions.add_metric([door, outcome.value], counted.questions.get((door, outcome), 0))
    seconds = HistogramMetricFamily(
        "citewise_answer_seconds", "From a question to its whole answer or refusal.", labels=["door"]
    )
    for door, times in sorted(counted.times.items()):
        so_far, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), times.counts, strict=True):
            so_far += count
            buckets.append((bound, float(so_far)))
        seconds.add_metric([door], buckets, times.seconds)
    yield from (questions, seconds)


def _look_age(known: FollowedDrive) -> float | None:
    when = known.reconciled.get("when")
    return (datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds() if when else None
