"""`python -m benchmarks.triage DATA [--work FOLDER]`: how tickets are triaged, beside what is usual.

DATA holds folders with `train.csv` and `test.csv` (text,label) each; messages labelled `oos` fit no
category and are never learnt. Each contender learns the training part (all of it, five messages a label, or
nothing but the labels' names) and tells the test part: citewise by its own catalog and Triager, LangChain's
SemanticSimilarityExampleSelector over Chroma (k = 1), and the nearest message by BM25. Then the rules for
urgency are held against `tickets/urgency.jsonl`. Prints tables and writes `results/triage.json`.
"""

import argparse
import csv
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bm25_baseline import Bm25
from benchmarks.peer import PlainMiniLM
from benchmarks.recording import Row, alone, percentile, record, show
from brain.catalog.catalog import Catalog
from brain.catalog.tickets.cases import CategoryRow, Example
from brain.domain import Answer, Locator, Passage, Question, Source
from brain.embedding.factory import open_embedder
from brain.text.terms import content_stems
from brain.triage.domain import Category, Message, Urgency
from brain.triage.scoring import scores
from brain.triage.summarising import summary
from brain.triage.triager import Triager
from brain.triage.urgency import urgency_of

OUTSIDE = "oos"
FEW = 5
SEED = 7
TIMED = 200  # messages that are told one by one, for the time of one
SUREST = 0.8
URGENCY = Path(__file__).parent / "tickets" / "urgency.jsonl"


def read(path: Path) -> list[Example]:
    """The messages of a file with the columns text and label."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Example(row["text"], row["label"]) for row in csv.DictReader(file)]


def few(examples: Sequence[Example], count: int) -> list[Example]:
    """So many messages of each label, drawn by chance."""
    mixed, held = random.Random(SEED).sample(list(examples), len(examples)), Counter[str]()
    chosen = []
    for example in mixed:
        held[example.category] += 1
        if held[example.category] <= count:
            chosen.append(example)
    return chosen


Told = tuple[list[Category], list[float]]


def by_citewise(train: Sequence[Example], test: Sequence[str], names: Sequence[str], work: str) -> Told:
    """Categories by a catalog of its own, and the milliseconds of single messages."""
    embedder = open_embedder("minilm")
    with (
        tempfile.TemporaryDirectory(dir=work or None) as folder,
        Catalog(Path(folder) / "catalog.db") as catalog,
    ):
        for name in names:
            catalog.cases.set_category(CategoryRow(name), by="benchmark")
        catalog.cases.learn(train, by="benchmark")
        triager = Triager(catalog, embedder.embeddings, embedder.identity, _nobody_asks)
        triager.prepare()
        found = triager.categories_of(test)
        return found, _timed(lambda text: triager.categories_of([text]), test)


def by_langchain(train: Sequence[Example], test: Sequence[str], names: Sequence[str], work: str) -> Told:
    """The label of the nearest message, as LangChain's example selector finds it."""
    from langchain_chroma import Chroma
    from langchain_core.example_selectors import SemanticSimilarityExampleSelector

    with tempfile.TemporaryDirectory(dir=work or None) as folder:
        store = Chroma("examples", PlainMiniLM(), persist_directory=folder)
        for start in range(0, len(train), 1_000):  # more at once is more than the store takes
            part = train[start : start + 1_000]
            store.add_texts([e.text for e in part], [{"text": e.text, "label": e.category} for e in part])
        selector = SemanticSimilarityExampleSelector(vectorstore=store, k=1, input_keys=["text"])

        def told(text: str) -> Category:
            return Category(selector.select_examples({"text": text})[0]["label"], 1.0)

        return [told(text) for text in test], _timed(told, test)


def by_words(train: Sequence[Example], test: Sequence[str], names: Sequence[str], work: str) -> Told:
    """The label of the nearest message by BM25; none where no word is shared."""
    labels = {number: example.category for number, example in enumerate(train, 1)}
    index = Bm25([_passage(number, example.text) for number, example in enumerate(train, 1)])

    def told(text: str) -> Category:
        rows = index.ranked(content_stems(text))
        return Category(labels[rows[0].passage.id], 1.0) if rows else Category()

    return [told(text) for text in test], _timed(told, test)


def _passage(number: int, text: str) -> Passage:
    return Passage(number, text, Source("", "", "", "", Locator()))


def _nobody_asks(question: Question) -> Answer:
    raise AssertionError(f"categories need no answer: {question}")


def _timed(told: Callable[[str], Any], test: Sequence[str]) -> list[float]:
    taken = []
    for text in test[:TIMED]:
        started = time.perf_counter()
        told(text)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


CONTENDERS = {"citewise": by_citewise, "LangChain, nearest": by_langchain, "BM25, nearest": by_words}


def row(name: str, learnt: str, contender: str, test: Sequence[Example], told: Told) -> Row:
    """One line of the table; shares in percent, of messages that have a category unless said otherwise."""
    found, taken = told
    inside = [(e.category, one) for e, one in zip(test, found, strict=True) if e.category != OUTSIDE]
    outside = [one for e, one in zip(test, found, strict=True) if e.category == OUTSIDE]
    counted = scores([label for label, _ in inside], [one for _, one in inside])
    guesses = [(label, one.name or one.or_else) for label, one in inside]
    surest = sorted(inside, key=lambda pair: pair[1].sure, reverse=True)
    surest = surest[: int(SUREST * len(inside))]
    ranks = contender == "citewise"
    return {
        "set": name,
        "learnt": learnt,
        "by": contender,
        "right %": _percent(counted.accuracy),
        "macro-F1": _percent(counted.macro_f1),
        "best guess right %": _percent(sum(label == guess for label, guess in guesses) / len(guesses)),
        "open %": _percent(counted.left_open),
        "right of answered %": _percent(counted.of_answered),
        "right of surest 80 %": _percent(sum(w == (o.name or o.or_else) for w, o in surest) / len(surest))
        if ranks
        else None,
        "outside left open": f"{sum(not one.name for one in outside)} of {len(outside)}" if outside else "–",
        "ms, median": round(percentile(taken, 0.5), 1),
    }


def categories(data: Path, work: str) -> Iterator[Row]:
    """Every set, learnt in three ways, by every contender that can."""
    for folder in sorted(path.parent for path in data.glob("*/train.csv")):
        train = [e for e in read(folder / "train.csv") if e.category != OUTSIDE]
        test = read(folder / "test.csv")
        names = sorted({example.category for example in train})
        ways: dict[str, list[Example]] = {"all": train, f"{FEW} a label": few(train, FEW), "names only": []}
        for learnt, examples in ways.items():
            for contender, tell in CONTENDERS.items():
                if examples or contender == "citewise":
                    told = alone(tell, examples, [e.text for e in test], names, work)
                    yield row(folder.name, learnt, contender, test, told)


def urgencies() -> list[Row]:
    """How the rules' levels agree with those that were written down, in-sample and held out."""
    rows: list[Row] = []
    tickets = [json.loads(line) for line in URGENCY.read_text("utf-8").splitlines()]
    for held_out in (False, True):
        pairs, taken = [], []
        for ticket in tickets:
            if ticket["held_out"] is held_out:
                now = datetime.now(UTC)
                messages = tuple(Message("someone", text, now) for text in ticket["messages"])
                started = time.perf_counter()
                found = urgency_of(messages).level
                summary(messages)
                taken.append(1000 * (time.perf_counter() - started))
                pairs.append((Urgency[ticket["urgency"].upper()], found))
        agreed = sum(wanted == found for wanted, found in pairs)
        urgent = [(w, f) for w, f in pairs if w >= Urgency.HIGH]
        calm = [(w, f) for w, f in pairs if w < Urgency.HIGH]
        rows.append(
            {
                "tickets": "held out" if held_out else "seen by the rules",
                "number": len(pairs),
                "agreed": agreed,
                "one level off": sum(abs(w - f) == 1 for w, f in pairs),
                "further off": sum(abs(w - f) > 1 for w, f in pairs),
                "of high or critical found": f"{sum(f >= Urgency.HIGH for _, f in urgent)} of {len(urgent)}",
                "others called so": f"{sum(f >= Urgency.HIGH for _, f in calm)} of {len(calm)}",
                "ms, with summary": round(percentile(taken, 0.5), 2),
            }
        )
    return rows


def _percent(share: float) -> float:
    return round(100 * share, 1)


def main() -> None:
    """Let all contenders work, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--work", default="", help="a folder for what is made on the way")
    given = parser.parse_args()
    rows = list(categories(given.data, given.work))
    show("Categories", rows)
    urgency = urgencies()
    show("Urgency", urgency)
    print(f"Written to {record('triage', rows, urgency=urgency)}.")


if __name__ == "__main__":
    main()
