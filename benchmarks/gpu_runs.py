"""Stages of gpu_tuning.py about `citewise tune train` itself, run as a person would, on weights from disk."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from benchmarks.gpu_disk import citing_home, fresh, model_folder
from benchmarks.phi3_shape import Size

Row = dict[str, object]
LORA, QLORA, EARLY = "lora", "qlora", "early"
SAVED_EVERY = 4
KILLED_AFTER = 6


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run told (its events), how it ended, its most memory in bytes, and its time."""

    events: list[dict[str, Any]]
    code: int
    last: str
    peaks: dict[str, int]
    seconds: float
    steps: list[dict[str, Any]] = field(default_factory=list)


def lora(size: Size) -> Iterator[Row]:
    """A run that is killed and goes on: its forecast and its peak, the steps done twice, its speed."""
    home = citing_home(size)
    fresh(home, LORA)
    epochs = "2" if not size.tiny else "6"
    words = ["--name", LORA, "--data", "usual", "--epochs", epochs, "--save-every", str(SAVED_EVERY),
             "--evaluate-every", "8", "--patience", "99", *_sizes(size)]  # fmt: skip
    killed = train(size, *words, kill_after=KILLED_AFTER)
    yield {"what": "killed", "exit code": killed.code, "steps told of": len(killed.steps)}
    assert killed.code == -signal.SIGKILL, killed.last
    done = train(size, *words)
    assert done.code == 0, done.last
    yield from _figures("LoRA, gone on with", done)
    after = done.events[0]["after_step"]
    yield {"what": "went on after step", "value": after, "of": done.steps[-1]["steps"]}
    before = {step["step"]: step["loss"] for step in killed.steps}
    twice = [abs(before[step["step"]] - step["loss"]) for step in done.steps if step["step"] in before]
    if twice:
        yield {"what": "losses of the steps done twice, largest difference", "value": max(twice)}
    learnt = done.steps[-1]["loss"] < (killed.steps + done.steps)[0]["loss"]
    yield {"what": "the loss fell", "value": learnt}
    assert after >= SAVED_EVERY, "it began from nothing"
    assert not twice or max(twice) < 0.01, "it went on with something else"
    assert learnt, "nothing was learnt"
    _hold(size, done)


def qlora(size: Size) -> Iterator[Row]:
    """NF4 weights by from_pretrained, without and with computing activations twice."""
    home = citing_home(size)
    runs = []
    for recompute in ("--no-recompute", "--recompute"):
        fresh(home, QLORA)
        done = train(size, "--name", QLORA, "--data", "usual", "--method", "qlora", recompute,
                     "--epochs", "1", *_sizes(size))  # fmt: skip
        assert done.code == 0, done.last
        yield from _figures(f"QLoRA, {recompute}", done)
        runs.append(done)
    for done in runs:
        _hold(size, done)


def early(size: Size) -> Iterator[Row]:
    """Rows to stop by that learning makes worse: training stops, and the best look's adapter is kept."""
    home = citing_home(size)
    fresh(home, EARLY)
    epochs = "40" if size.tiny else "8"
    done = train(size, "--name", EARLY, "--data", "strange", "--epochs", epochs, "--learning-rate", "0.002",
                 "--evaluate-every", "3", "--patience", "1", *_sizes(size)[:4])  # fmt: skip
    assert done.code == 0, done.last
    looks = [step["validation"] for step in done.steps if step["validation"] is not None]
    record = json.loads((home / "tuning" / "runs" / EARLY / "run.json").read_text("utf-8"))
    yield {
        "what": "stopped early",
        "value": record["early"],
        "steps": f"{record['steps']} of {done.steps[-1]['steps']}",
        "looks": [round(look, 3) for look in looks],
        "kept": record["validation_loss"],
    }
    assert record["early"], "it went on to the end"
    assert record["validation_loss"] == min(looks), "another look's adapter was kept"


def evaluated(size: Size) -> Iterator[Row]:
    """Held-out rows answered as `citewise tune eval` has them answered, with the adapter of stage `lora`.

    The extractive answerer is left out: its weights are fetched, and it needs no GPU.
    """
    from brain.phi3.fingerprint import fingerprint
    from brain.tuning.citing_set import CitingSet
    from brain.tuning.judging.contestants import Contest, models, opened
    from brain.tuning.judging.evaluation import evaluate
    from brain.tuning.versions import hash_of

    run = citing_home(size) / "tuning" / "runs" / LORA
    model, adapter = model_folder(size), run / "adapter"
    assert adapter.is_dir(), "stage lora has left no adapter: run it first"
    rows = CitingSet.open(citing_home(size) / "tuning" / "data" / "usual").held_out()
    kept = run / "replies"
    for file in kept.glob("*.jsonl"):
        file.unlink()
    contest = Contest(str(model), adapter, fingerprint(model), hash_of(adapter), kept)
    times: dict[str, float] = {}
    last = time.perf_counter()

    def timed(writers: Iterator[Any]) -> Iterator[Any]:
        nonlocal last
        for writer in writers:
            yield writer
            now = time.perf_counter()
            times[writer.name], last = now - last, now

    with opened(contest) as chat, closing(models(contest, chat)) as turns:
        last = time.perf_counter()
        found = evaluate(rows, timed(turns))
    for name, replies in found.replies.items():
        yield {
            "what": f"{len(rows)} held-out rows answered by {name}",
            "seconds": times[name],
            "letters": sum(len(reply.written) for reply in replies),
        }
    same = sum(
        1
        for one, other in zip(found.replies["adapter"], found.replies["base"], strict=True)
        if one.written == other.written
    )
    yield {"what": "rows that adapter and base answer alike", "value": same}
    assert same < len(rows), "the adapter changes nothing"


def train(size: Size, *words: str, kill_after: int | None = None) -> Trained:
    """`citewise tune train` in a process of its own; killed once it has told of that step."""
    peaks = size.work / "peaks.json"
    peaks.unlink(missing_ok=True)
    started = time.perf_counter()
    events: list[dict[str, Any]] = []
    with (size.work / "train.err").open("w+", encoding="utf-8") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.measured_citewise", str(peaks), "tune", "train", "--json",
             "--home", str(citing_home(size)), *words],
            env={**os.environ, "CITEWISE_MODEL": str(model_folder(size))},
            stdout=subprocess.PIPE, stderr=err, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            events.append(json.loads(line))
            if kill_after is not None and events[-1].get("step") == kill_after:
                process.kill()
        code = process.wait()
        err.seek(0)
        last = err.read()[-2000:]
    took = time.perf_counter() - started
    found = json.loads(peaks.read_text("utf-8")) if peaks.is_file() else {}
    return Trained(events, code, last, found, took, [e for e in events if e.get("event") == "step"])


def _sizes(size: Size) -> list[str]:
    return ["--tokens-per-step", "2048", "--rank", "4", "--learning-rate", "0.005"] if size.tiny else []


def _figures(what: str, done: Trained) -> Iterator[Row]:
    start = done.events[0]
    yield {
        "what": f"{what}: {start['recipe']['method']}"
        + (", computing activations twice" if start["recipe"]["recompute"] else ""),
        "tokens/s, last step": done.steps[-1]["tokens_per_second"],
        "seconds in all": done.seconds,
        "steps": done.steps[-1]["step"],
        "why": start["method_because"],
    }
    row: Row = {"what": f"{what}: memory, GB", "forecast": start["memory_needed"] / 1e9}
    row |= {name: peak / 1e9 for name, peak in done.peaks.items()}
    if done.peaks:
        row["peak over forecast"] = done.peaks["allocated"] / start["memory_needed"]
    yield row


def _hold(size: Size, done: Trained) -> None:
    """The forecast is within 15 % of what tensors took."""
    if size.device == "cuda":
        share = done.peaks["allocated"] / done.events[0]["memory_needed"]
        assert abs(share - 1) <= 0.15, f"the peak is {share:.2f} of the forecast"
