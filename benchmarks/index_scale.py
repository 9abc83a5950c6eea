"""Measure the catalog and the indexes at size: python -m benchmarks.index_scale --passages 10000 100000.

Passages are made up: words of a Zipf-like vocabulary, and vectors around random centres. For each size it
prints a row for filling the catalog, filling the indexes, searching, reading passages, recall against
exact search, memory and disk. Add --spaces 4 to spread the same passages over several spaces.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DriveRow, NewDocument, NewPassage, Vector
from brain.index.search_index import SearchIndex

DIMENSIONS = 384
PER_DOCUMENT = 20
WORDS = 120  # in a passage
QUESTIONS = 200
TERMS = 8  # in a question, none of them among the 100 commonest words, which stand for stop words
LIMIT = 50


@dataclass
class World:
    """Where words and vectors come from."""

    rng: np.random.Generator
    words: NDArray[np.str_]
    chances: NDArray[np.float64]
    centres: NDArray[np.float32]

    @classmethod
    def of(cls, seed: int, passages: int) -> "World":
        """Word ranks follow Zipf-Mandelbrot; one centre for every 50 passages."""
        rng = np.random.default_rng(seed)
        chances = 1 / (np.arange(1, 60_001) + 2.7) ** 1.05
        words = np.array([f"w{number:x}q" for number in range(len(chances))])
        centres = rng.normal(size=(max(20, passages // 50), DIMENSIONS)).astype(np.float32)
        return cls(rng, words, chances / chances.sum(), centres)

    def vectors(self, count: int) -> Vector:
        """Unit vectors, each around a centre at a cosine of about .7."""
        chosen = self.centres[self.rng.integers(0, len(self.centres), count)]
        found = chosen + self.rng.normal(size=chosen.shape)
        unit: Vector = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def texts(self, count: int) -> list[str]:
        """Passages of words."""
        chosen = self.rng.choice(self.words, size=(count, WORDS), p=self.chances)
        return [" ".join(row) for row in chosen]

    def questions(self, count: int) -> list[list[str]]:
        """Terms as they are left once stop words are gone."""
        chances = self.chances[100:] / self.chances[100:].sum()
        return [list(row) for row in self.rng.choice(self.words[100:], size=(count, TERMS), p=chances)]


def documents(world: World, drives: list[DriveRow], passages: int) -> Iterator[tuple[NewDocument, Vector]]:
    """Made-up documents and their vectors, row by passage."""
    for number in range(passages // PER_DOCUMENT):
        drive, texts = drives[number % len(drives)], world.texts(PER_DOCUMENT)
        vectors = world.vectors(PER_DOCUMENT)
        keys = [f"{number}-{turn}" for turn in range(PER_DOCUMENT)]
        rows, start = [], 0
        for turn, text in enumerate(texts):
            rows.append(NewPassage(turn, start, start + len(text), text, keys[turn], f"Title {number}"))
            start += len(text) + 1
        whole = "\n".join(texts)
        yield (
            NewDocument(
                drive.space,
                drive.id,
                f"{number}.txt",
                "file:///",
                f"Title {number}",
                "text/plain",
                len(whole),
                number,
                str(number),
                whole,
                tuple(rows),
                dict(zip(keys, vectors, strict=True)),
            ),
            vectors,
        )


def latencies(call: Callable[[int], object], count: int) -> str:
    """Median and 95th percentile in milliseconds, and the mean processor time, whatever else runs."""
    spent, processor = [], time.process_time()
    for turn in range(count):
        start = time.perf_counter()
        call(turn)
        spent.append((time.perf_counter() - start) * 1000)
    processor = (time.process_time() - processor) / count * 1000
    high = statistics.quantiles(spent, n=20)[-1]
    return f"p50 {statistics.median(spent):6.2f}  p95 {high:6.2f}  processor {processor:6.2f} ms"


def measure(folder: Path, passages: int, space_count: int) -> None:
    """Fill a home and print its figures."""
    world = World.of(passages, passages)
    process = psutil.Process()

    def say(name: str, value: str) -> None:
        sys.stdout.write(f"{passages:>8}  {name:<34} {value}\n")
        sys.stdout.flush()

    with Catalog(folder / "catalog.db") as catalog:
        catalog.set_embedder("made-up", DIMENSIONS)
        others = [f"space-{number}" for number in range(1, space_count)]
        for name in others:
            catalog.places.create_space(name, by="benchmark")
        names = ["general", *others]
        drives = [catalog.add_drive(f"/{name}", name) for name in names]
        held, spent = [], 0.0
        for new, vectors in documents(world, drives, passages):
            start = time.perf_counter()
            catalog.put_document(new)
            spent += time.perf_counter() - start
            held.append(vectors)
        say("put_document", f"{spent / len(held) * 1000:.1f} ms a document of {PER_DOCUMENT} passages")
        before, start, processor = process.memory_info().rss, time.perf_counter(), time.process_time()
        index = SearchIndex.open(folder / "index", catalog)
        spent, processor = time.perf_counter() - start, time.process_time() - processor
        say("indexes filled from the catalog", f"{spent:.1f} s (processor {processor:.1f} s)")
        say("memory that the indexes add", f"{(process.memory_info().rss - before) / 2**20:.0f} MiB")
        index.close()
        start = time.perf_counter()
        index = SearchIndex.open(folder / "index", catalog)
        say("clean start", f"{time.perf_counter() - start:.2f} s (rebuilt: {index.rebuilt})")
        queries, questions = world.vectors(QUESTIONS), world.questions(QUESTIONS)
        found = [index.dense(names[0], query.tolist(), LIMIT) for query in queries]
        say("dense", latencies(lambda n: index.dense(names[0], queries[n].tolist(), LIMIT), QUESTIONS))
        say(
            "keyword, first time",
            latencies(lambda n: index.keyword(names[0], questions[n], LIMIT), QUESTIONS),
        )
        say("keyword, again", latencies(lambda n: index.keyword(names[0], questions[n], LIMIT), QUESTIONS))
        say(
            "keyword, whole documents",
            latencies(lambda n: index.keyword_documents(names[0], questions[n], LIMIT), QUESTIONS),
        )
        ids = [[number for number, _ in row] for row in found]
        say(f"{LIMIT} passages read", latencies(lambda n: catalog.passages(ids[n]), QUESTIONS))
        if space_count == 1:
            scores = np.concatenate(held) @ queries.T
            exact = np.sort(scores, axis=0)[-20:][0]
            hits = [
                sum(score >= least - 1e-4 for _, score in row[:20])
                for row, least in zip(found, exact, strict=True)
            ]
            say("recall@20 against exact search", f"{sum(hits) / 20 / len(hits):.4f}")
        start = time.perf_counter()
        catalog.ledger(drives[0].id)
        say("ledger", f"{(time.perf_counter() - start) * 1000:.0f} ms for {len(held) // space_count} files")
        start = time.perf_counter()
        catalog.remove_document(catalog.ledger(drives[0].id)["0.txt"].document_id or 0)
        index.apply_pending()
        say("one document removed and applied", f"{(time.perf_counter() - start) * 1000:.0f} ms")
        start = time.perf_counter()
        report = index.verify(deep=True)
        say("deep check", f"{time.perf_counter() - start:.1f} s, {len(report.differences)} differences")
        index.close()
    for name in ("catalog.db", "index"):
        files = [folder / name, *(folder / name).rglob("*")]
        size = sum(path.stat().st_size for path in files if path.is_file())
        say(f"disk: {name}", f"{size / 2**20:.0f} MiB")


def main() -> None:
    """Measure each size in a temporary folder of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--spaces", type=int, default=1)
    chosen = parser.parse_args()
    for passages in chosen.passages:
        folder = Path(tempfile.mkdtemp(prefix="citewise-scale-"))
        try:
            measure(folder, passages, chosen.spaces)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
