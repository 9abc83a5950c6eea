"""What benchmarks/kill_ingest.py kills: a one-shot ingest, and one that follows a drive as `serve` does."""

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

STARTED, FOLLOWING = "started", "following"
SETTLE_SECONDS = 0.3
_SAMPLE_SECONDS = 0.05  # between two looks at what the follower is doing
_PATIENCE_SECONDS = 120.0
LOG = "embedded.log"
# Loaded once, in the process that all others are forked from: a second of imports less for each of them.
_PRELOADED = (
    "benchmarks.cheap_embedder", "bots.serving.drive_keeping", "bots.serving.index_check", "bots.wiring",
    "brain.index.search_index", "chromadb", "ingest.following.keeper", "ingest.locate", "ingest.sync",
    "langchain_core.embeddings", "watchfiles",
)  # fmt: skip

Work = Callable[[Path, Path, Connection], None]


class KilledProcess:
    """A process of its own, that says by words what it does, and can be asked to finish."""

    def __init__(self, work: Work, home: Path, drive: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(_PRELOADED))
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(home, drive, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.stage = ""
        self.said: dict[str, Any] = {}
        self.again = 0

    def heard(self, seconds: float) -> bool:
        """Take up what it says within that time; False once it has nothing more to say."""
        try:
            if self._pipe.poll(seconds):
                word = self._pipe.recv()
                if isinstance(word, dict):
                    self.said = word
                elif isinstance(word, int):
                    self.again += word
                else:
                    self.stage = word
        except (EOFError, OSError):
            return False
        return True

    def ask(self) -> None:
        """Let it finish; what it says last is in `said` then."""
        self._pipe.send("finish")

    def kill(self) -> bool:
        """SIGKILL; False where it had ended by itself before."""
        self._process.kill()
        while self.heard(_PATIENCE_SECONDS):
            pass
        return self.end() == -signal.SIGKILL

    def stop(self) -> None:
        """End it whatever it does; harmless where it has ended."""
        self._process.kill()
        self._process.join(_PATIENCE_SECONDS)

    def end(self) -> int | None:
        """Wait for its end; its exit status."""
        while self.heard(_PATIENCE_SECONDS):
            pass
        self._process.join(_PATIENCE_SECONDS)
        self._pipe.close()
        return self._process.exitcode


def ingest(home: Path, drive: Path, pipe: Connection) -> None:
    """One ingest, as the command line does it; says its stages, and its report at the end."""
    from benchmarks.cheap_embedder import witnessed
    from brain.catalog.catalog import Catalog
    from brain.index.search_index import SearchIndex
    from ingest.local.folder import LocalFolder
    from ingest.locate import readable_suffixes
    from ingest.parsing.pool import ParsePool
    from ingest.sync import Parts, sync

    told: set[str] = set()

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage not in told:
            told.add(stage)
            pipe.send(str(stage))

    pipe.send(STARTED)
    with Catalog(home / "catalog.db") as catalog:
        index: list[SearchIndex] = []

        def open_index() -> SearchIndex:
            pipe.send("indexing")
            if not index:
                index.append(SearchIndex.open(home / "index", catalog))
            return index[0]

        embedder = witnessed(home / "catalog.db", home / LOG, pipe.send)
        folder = LocalFolder(drive, readable_suffixes())
        report = sync(folder, "general", Parts(catalog, open_index, lambda: embedder, ParsePool), progress)
        rebuilt = any(part.rebuilt for part in index)
        pipe.send("closing")
        for part in index:
            part.close()
    pipe.send({"embedded": report.embedded, "failed": report.failed, "rebuilt": rebuilt, "confirmed": 0})


def follow(home: Path, drive: Path, pipe: Connection) -> None:
    """Keep a drive in step as `citewise serve` does, until asked to finish: then come to rest and close."""
    from benchmarks.cheap_embedder import witnessed
    from bots.serving.drive_keeping import DriveKeeping
    from bots.serving.index_check import IndexCheck
    from bots.serving.services import Supervisor
    from bots.settings import load_settings
    from bots.wiring import Citewise
    from brain.embedding.embedder import Embedder
    from ingest.options import DriveOptions

    class Witnessed(Citewise):
        @cached_property
        def embedder(self) -> Embedder:
            return witnessed(self.home.catalog, home / LOG, pipe.send)

    pipe.send(STARTED)
    with Witnessed(load_settings(home), "serve", create=True) as citewise:
        known = [found for found in citewise.catalog.drives() if found.watched]
        if not known:
            known = [citewise.drives.add(str(drive), "general", DriveOptions(settle=SETTLE_SECONDS))]
        _ = citewise.index  # `serve` has everything ready before it starts its services
        supervisor = Supervisor([IndexCheck(lambda: citewise.index), DriveKeeping(citewise.keeper)])
        supervisor.start()
        pipe.send(FOLLOWING)
        stopped = threading.Event()
        sampler = threading.Thread(target=_tell_stages, args=(citewise.keeper, pipe, stopped), daemon=True)
        sampler.start()
        pipe.recv()
        stopped.set()
        sampler.join()
        told = _come_to_rest(citewise, known[0].id)
        supervisor.stop(8.0)
        told["rebuilt"] = citewise.index.rebuilt is not None
    pipe.send(told)


def _tell_stages(keeper: Any, pipe: Connection, stopped: threading.Event) -> None:
    last = ""
    while not stopped.wait(_SAMPLE_SECONDS):
        at_work = next((row.at_work for row in keeper.status()), None)
        stage = str(at_work[0]) if at_work else "waiting"
        if stage != last:
            last = stage
            pipe.send(stage)


def _come_to_rest(citewise: Any, drive_id: int) -> dict[str, Any]:
    """Look until nothing is unsettled or held; removals that the brake holds are confirmed."""
    confirmed = embedded = 0
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        report = citewise.keeper.sync_now(drive_id)
        embedded += report.embedded
        if report.held:
            citewise.catalog.followed.allow(drive_id)
            confirmed += 1
        elif not report.unsettled:
            break
        else:
            time.sleep(SETTLE_SECONDS)
    return {"embedded": embedded, "failed": report.failed, "confirmed": confirmed}
