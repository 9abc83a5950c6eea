"""`python -m benchmarks.query_latency [--sizes 1000,10000,100000]`: from question to whole answer.

Both sides hold the same made passages (see many_passages.py), each in processes of its own: one builds, a
fresh one asks. The peer only retrieves ten passages; citewise answers, with checked citations. It remembers
what it has read of passages, so the questions are asked twice: each for the first time, then all again.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from benchmarks.ingest import SAMPLES, texts_under
from benchmarks.many_passages import Material
from benchmarks.peer import PlainMiniLM
from benchmarks.recording import alone, folder_mib, peak_mib, percentile, record, show

SIZES = (1_000, 10_000, 100_000)
WARM_UP, ASKED = 20, 200
RETRIEVED = 10


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of each question, and of each when all are asked `again`; the share that got an answer."""

    milliseconds: list[float]
    again: list[float]
    answered: float | None
    memory_mib: float


class Prepared(Embeddings):
    """Vectors that are already there, for texts; questions are embedded as the peer does."""

    def __init__(self, vectors: dict[str, list[float]]) -> None:
        self._vectors = vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Look them up."""
        return [self._vectors[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Only documents are prepared."""
        raise NotImplementedError(text)


def build_citewise(home: Path, folder: Path, size: int) -> None:
    """A home with `size` passages, indexed."""
    from brain.catalog.rows import NewDocument

    with _citewise(home) as citewise:
        catalog, embedder = citewise.catalog, citewise.embedder
        catalog.set_embedder(embedder.identity, embedder.dimensions)
        drive = catalog.add_drive("file:///made", "general")
        for made in Material.of(texts_under(folder), embedder).documents(size):
            catalog.put_document(
                NewDocument(
                    space="general",
                    drive_id=drive.id,
                    path=made.path,
                    uri=f"file:///made/{made.path}",
                    title=made.title,
                    media_type="text/plain",
                    size=len(made.text),
                    mtime_ns=0,
                    content_hash=made.path,
                    text=made.text,
                    passages=made.passages,
                    vectors=made.vectors,
                )
            )
        citewise.index.apply_pending()


def ask_citewise(home: Path, questions: Sequence[str]) -> Latency:
    """Whole answers from a home opened afresh."""
    from brain.domain import Question

    with _citewise(home) as citewise:
        citewise.warm_up()
        brain = citewise.brain
        refused: list[bool] = []

        def ask(text: str) -> None:
            refused.append(brain.invoke(Question(text)).refused)

        first, again = _timed(ask, questions), _timed(ask, questions)
        return Latency(first, again, 1 - sum(refused) / len(refused), peak_mib())


def build_peer(home: Path, folder: Path, size: int) -> None:
    """A Chroma store with the same passages."""
    from langchain_chroma import Chroma

    from brain.embedding.factory import open_embedder

    vectors: dict[str, list[float]] = {}
    pieces = []
    for made in Material.of(texts_under(folder), open_embedder()).documents(size):
        for passage in made.passages:
            vectors[passage.text] = made.vectors[passage.vector_key].tolist()
            pieces.append(Document(page_content=passage.text, metadata={"source": made.path}))
    Chroma.from_documents(pieces, Prepared(vectors), persist_directory=str(home))


def ask_peer(home: Path, questions: Sequence[str]) -> Latency:
    """Ten passages from a store opened afresh."""
    from langchain_chroma import Chroma

    store = Chroma(embedding_function=PlainMiniLM(), persist_directory=str(home))

    def ask(text: str) -> None:
        if len(store.similarity_search(text, k=RETRIEVED)) < RETRIEVED:
            raise AssertionError("the peer's store is not complete")

    return Latency(_timed(ask, questions), _timed(ask, questions), None, peak_mib())


def questions_of(folder: Path) -> list[str]:
    """What both are asked."""
    from brain.embedding.factory import open_embedder

    return Material.of(texts_under(folder), open_embedder()).questions(WARM_UP + ASKED)


CONTENDERS = {
    "citewise, question to whole answer": (build_citewise, ask_citewise),
    "LangChain + Chroma, question to 10 passages": (build_peer, ask_peer),
}


def main() -> None:
    """Measure, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of passages")
    parser.add_argument("--folder", type=Path, default=SAMPLES, help="documents that passages are made from")
    given = parser.parse_args()
    folder = given.folder.resolve()
    questions = alone(questions_of, folder)
    rows = []
    for size in map(int, given.sizes.split(",")):
        for name, (build, ask) in CONTENDERS.items():
            rows.append(_measure(name, size, build, ask, folder, questions))
            show(f"{size:,} passages", rows[-1:])
    show("Query latency", rows, f"{ASKED} questions one after another, then all again.")
    print(f"Written to {record('query_latency', rows, asked=ASKED, made_from=folder.name)}")


def _measure(
    name: str,
    size: int,
    build: Callable[..., None],
    ask: Callable[..., Latency],
    folder: Path,
    questions: list[str],
) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp())
    try:
        started = time.perf_counter()
        alone(build, home, folder, size)
        built = time.perf_counter() - started
        latency: Latency = alone(ask, home, questions)
        return {
            "what": name,
            "passages": size,
            "p50 ms": percentile(latency.milliseconds, 0.5),
            "p95 ms": percentile(latency.milliseconds, 0.95),
            "again p50 ms": percentile(latency.again, 0.5),
            "again p95 ms": percentile(latency.again, 0.95),
            "answered %": None if latency.answered is None else 100 * latency.answered,
            "memory MiB": latency.memory_mib,
            "disk MiB": folder_mib(home),
            "built in s": built,
        }
    finally:
        shutil.rmtree(home)


def _timed(ask: Callable[[str], None], questions: Sequence[str]) -> list[float]:
    milliseconds = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        milliseconds.append((time.perf_counter() - started) * 1000)
    return milliseconds[WARM_UP:]


def _citewise(home: Path) -> Any:
    from bots.settings import load_settings
    from bots.wiring import Citewise

    return Citewise(load_settings(home), create=True)


if __name__ == "__main__":
    main()
