"""`python -m benchmarks.large_home [--sizes 100000,200000]`: a large home opened, changed, killed and opened.

Passages are made of real sentences (see many_passages.py). Each step has a process of its own, which may be
killed by SIGKILL in the middle of a write; what the next process takes until it can answer, and how many
passages it puts into the indexes again, is what a crash costs.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ingest import SAMPLES, texts_under
from benchmarks.many_passages import PASSAGES_A_DOCUMENT, MadeDocument, Material
from benchmarks.recording import folder_mib, peak_mib, percentile, record, show

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100_000, 200_000)
ASKED = 20
ADDED = 10_000  # passages that are being added when a process is killed
LARGE = 2_000  # passages of the document that is replaced by one with another first sentence
_AMID_SECONDS = 0.2  # from the beginning of a write of Chroma to the kill in its middle


@dataclass(frozen=True, slots=True)
class Kill:
    """Where a process is ended: at the n-th write of a kind, `before`, `amid` or `after` it."""

    what: str
    work: str
    write: str
    moment: str
    number: int


KILLS = (
    Kill("killed in a write of the catalog", "add", "catalog", "amid", 200),
    Kill("killed in a write of Chroma", "add", "chroma", "amid", 2),
    Kill("killed in a write of words", "add", "words", "amid", 2),
    Kill("killed in the second half of a rebuild", "rebuild", "half", "amid", 1),
    Kill("killed before a rebuild is put in use", "rebuild", "swap", "before", 1),
    Kill("killed while the first index is made", "first", "half", "amid", 1),
)


def citewise(home: Path) -> Any:
    """The parts of a home, as a command has them."""
    from bots.settings import load_settings
    from bots.wiring import Citewise

    return Citewise(load_settings(home), create=True)


def fill(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """The catalog alone: documents of 20 passages, and a large one."""
    with citewise(home) as parts:
        parts.catalog.set_embedder(parts.embedder.identity, parts.embedder.dimensions)
        drive = parts.catalog.add_drive("file:///made", "general")
        material = Material.of(texts_under(folder), parts.embedder)
        for made in material.documents(size - LARGE):
            parts.catalog.put_document(_new(made, drive.id))
        parts.catalog.put_document(_new(_large(material, "first"), drive.id))
        return {"passages": parts.catalog.counts().passages}


def add(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """More documents into catalog and indexes, as an ingest adds them."""
    with citewise(home) as parts:
        index = parts.index
        _put(parts, _made(parts, folder, ADDED, seed=size))
        began = time.perf_counter()
        done = index.apply_pending()
        return {"operations": done, "indexing s": time.perf_counter() - began}


def add_one(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """One document is added, taken out, and a large one replaced, in an open home."""
    with citewise(home) as parts:
        index, catalog = parts.index, parts.catalog
        few = _made(parts, folder, PASSAGES_A_DOCUMENT, seed=size + 1)
        changed = _large(Material.of(texts_under(folder), parts.embedder), "second")
        told = dict[str, Any]()

        def timed(what: str, change: Callable[[], object]) -> None:
            began = time.perf_counter()
            change()
            index.apply_pending()
            told[what] = time.perf_counter() - began

        timed("one document added", lambda: _put(parts, few))
        gone = next(row.id for row in catalog.documents() if row.path == f"added-{size + 1}/0.txt")
        timed("one document removed", lambda: catalog.remove_document(gone))
        drive = catalog.drives()[0].id
        timed("a large document changed slightly", lambda: catalog.put_document(_new(changed, drive)))
        return told


def first(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """Open, whatever is there of indexes; close."""
    with citewise(home) as parts:
        return {"rebuilt": parts.index.rebuilt}


def rebuild(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """Make the indexes again, as `citewise rebuild` does."""
    with citewise(home) as parts:
        parts.rebuild()
        return {}


def verify(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """The comparison of `citewise verify`."""
    with citewise(home) as parts:
        return {"differences": parts.index.verify(deep=True).differences}


def backup(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """As the command."""
    with citewise(home) as parts:
        parts.backup(home / "backup.db")
        return {"on disk MiB": (home / "backup.db").stat().st_size / 2**20}


def restore(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """As the command; the index is made when the home is opened next."""
    with citewise(home) as parts:
        parts.restore(home / "backup.db")
        return {}


def ask(home: Path, folder: Path, size: int) -> dict[str, Any]:
    """Open, and answer."""
    from brain.domain import Question

    began = time.perf_counter()
    with citewise(home) as parts:
        parts.warm_up()
        opened = time.perf_counter()
        questions = Material.of(texts_under(folder), parts.embedder).questions(ASKED)
        spent = []
        for question in questions:
            asked = time.perf_counter()
            parts.brain.invoke(Question(question))
            spent.append((time.perf_counter() - asked) * 1000)
        return {
            "ready s": opened - began,
            "first ms": spent[0],
            "p50 ms": percentile(spent[1:], 0.5),
            "p95 ms": percentile(spent[1:], 0.95),
        }


STEPS = {step.__name__: step for step in (fill, first, add, add_one, rebuild, verify, backup, restore, ask)}


def _made(parts: Any, folder: Path, passages: int, seed: int) -> list[Any]:
    """Further documents."""
    drive = parts.catalog.drives()[0]
    material = Material.of(texts_under(folder), parts.embedder)
    return [_new(made, drive.id, f"added-{seed}") for made in material.documents(passages, seed)]


def _put(parts: Any, documents: list[Any]) -> None:
    for new in documents:
        parts.catalog.put_document(new)


def _new(made: MadeDocument, drive_id: int, below: str = "") -> Any:
    from dataclasses import replace

    from brain.catalog.rows import NewDocument

    path = f"{below}/{Path(made.path).name}" if below else made.path
    passages, vectors = made.passages, made.vectors
    if below:  # other passages than those of the same numbers
        passages = tuple(replace(one, vector_key=f"{below}-{one.vector_key}") for one in passages)
        vectors = {f"{below}-{key}": vector for key, vector in vectors.items()}
    return NewDocument(
        space="general",
        drive_id=drive_id,
        path=path,
        uri=f"file:///made/{path}",
        title=made.title,
        media_type="text/plain",
        size=len(made.text),
        mtime_ns=0,
        content_hash=f"{path} {len(made.text)}",
        text=made.text,
        passages=passages,
        vectors=vectors,
    )


def _large(material: Material, version: str) -> MadeDocument:
    """A document of many passages; of another version, the first of them is another."""
    from dataclasses import replace

    parts = list(material.documents(LARGE, seed=-7 % 2**31))
    text, passages, vectors = "", list[Any](), dict[str, Any]()
    for made in parts:
        for one in made.passages:
            words = f"The {version} edition. {one.text}" if not passages else one.text
            key = f"large-{version if not passages else ''}-{one.vector_key}"
            start = len(text)
            text += f"{words}\n"
            vectors[key] = made.vectors[one.vector_key]
            passages.append(
                replace(
                    one,
                    ordinal=len(passages),
                    start=start,
                    end=start + len(words),
                    text=words,
                    vector_key=key,
                    context="A large document",
                )
            )
    return MadeDocument("large.txt", "A large document", text, tuple(passages), vectors)


class Counted:
    """What is put into the indexes, and the kill in the middle of it."""

    def __init__(self, kill: Kill | None, size: int) -> None:
        self.vectors = self.words = 0
        self._kill = kill
        self._size = size
        self._seen = dict.fromkeys(("catalog", "chroma", "words", "half", "swap"), 0)

    def install(self) -> None:
        """Count in this process."""
        from brain.catalog.catalog import Catalog
        from brain.index import generation
        from brain.index.chroma_index import ChromaIndex
        from brain.index.keyword_index import KeywordIndex

        put, apply, document = ChromaIndex.put, KeywordIndex.apply, Catalog.put_document
        current = generation.make_current

        def counted_put(index: Any, space_id: int, ids: Any, vectors: Any) -> None:
            self.vectors += len(ids)
            with self._around("chroma"), self._around("half", self.vectors > self._size / 2):
                put(index, space_id, ids, vectors)

        def counted_apply(index: Any, **given: Any) -> None:
            self.words += len(given.get("passages", ()))
            with self._around("words"):
                apply(index, **given)

        def counted_document(catalog: Any, new: Any) -> Any:
            with self._around("catalog"):
                return document(catalog, new)

        def counted_swap(*given: Any) -> None:
            with self._around("swap"):
                current(*given)

        ChromaIndex.put = counted_put  # type: ignore[assignment,method-assign]
        KeywordIndex.apply = counted_apply  # type: ignore[assignment,method-assign]
        Catalog.put_document = counted_document  # type: ignore[assignment,method-assign]
        generation.make_current = counted_swap  # type: ignore[assignment]

    @contextmanager
    def _around(self, write: str, counts: bool = True) -> Iterator[None]:
        self._seen[write] += counts
        kill = self._kill
        if kill is None or kill.write != write or self._seen[write] != kill.number or not counts:
            yield
            return
        if kill.moment == "before":
            _end()
        if kill.moment == "amid":
            threading.Timer(_AMID_SECONDS if write in ("chroma", "half") else 0.002, _end).start()
        yield
        _end()


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def child(step: str, home: Path, folder: Path, size: int, kill: str) -> None:
    """One step in this process; prints what came of it."""
    counted = Counted(Kill(**json.loads(kill)) if kill else None, size)
    counted.install()
    began, worked = time.perf_counter(), time.process_time()
    told = STEPS[step](home, folder, size)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - began,
                "of the processor": time.process_time() - worked,
                "MiB": peak_mib(),
                "vectors put": counted.vectors,
                "words put": counted.words,
                **told,
            }
        ),
        flush=True,
    )


def run(step: str, home: Path, folder: Path, size: int, kill: Kill | None = None) -> dict[str, Any]:
    """One step in a process of its own; where it is to be killed, that it was."""
    from dataclasses import asdict

    words = [step, str(home), str(folder), str(size), json.dumps(asdict(kill)) if kill else ""]
    command = [sys.executable, "-m", "benchmarks.large_home", "--child", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if kill is not None:
        if done.returncode != -signal.SIGKILL:
            raise RuntimeError(f"{kill.what}: it was not: {done.stdout[-300:]} {done.stderr[-900:]}")
        return {}
    if done.returncode:
        raise RuntimeError(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def measure(home: Path, folder: Path, size: int) -> list[dict[str, Any]]:
    """All rows of one size; `home` is filled if there is nothing."""
    rows = list[dict[str, Any]]()

    def note(what: str, told: dict[str, Any]) -> dict[str, Any]:
        told = {"passages": size, "load": round(os.getloadavg()[0], 1), "what": what, **told}
        rows.append(told)
        shown = {key: f"{value:.3f}" if isinstance(value, float) else value for key, value in told.items()}
        print(json.dumps(shown), flush=True)
        return told

    if not home.exists():
        note("the catalog is filled", run("fill", home, folder, size))
    note("the first index is made", run("first", home, folder, size))
    note("opened after a clean stop, 20 questions", run("ask", home, folder, size))
    for step in ("add_one", "verify", "backup", "rebuild"):
        note(step, run(step, home, folder, size))
    note("the index", {"on disk MiB": folder_mib(home / "index")})
    for kill in KILLS:
        with tempfile.TemporaryDirectory(prefix="citewise-large-", dir=home.parent) as place:
            copy = Path(place) / "home"
            shutil.copytree(home, copy)
            if kill.work == "first":
                shutil.rmtree(copy / "index")
            run(kill.work, copy, folder, size, kill)
            note(f"{kill.what}: opened again, 20 questions", run("ask", copy, folder, size))
            told = run("verify", copy, folder, size)
            if told["differences"]:
                raise RuntimeError(f"{kill.what}: {told['differences']}")
    note("restore", run("restore", home, folder, size))
    return rows


def main() -> None:
    """Measure each size, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of passages")
    parser.add_argument("--folder", type=Path, default=SAMPLES, help="documents that passages are made from")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        step, home, folder, size, kill = given.child
        child(step, Path(home), Path(folder), int(size), kill)
        return
    rows = list[dict[str, Any]]()
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="citewise-large-") as place:
            rows += measure(Path(place) / "home", given.folder.resolve(), size)
    measured = ("load", "seconds", "of the processor", "MiB", "on disk MiB")
    columns = ("passages", "what", *measured, "vectors put", "words put", "ready s")
    show("Large homes", [{name: row.get(name) for name in columns} for row in rows])
    print(f"Written to {record('large_home', rows, made_from=given.folder.name)}")


if __name__ == "__main__":
    main()
