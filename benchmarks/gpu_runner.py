"""How the GPU benchmarks run: each stage in a process of its own, with a time limit; results after each.

A stage that fails, or takes too long, is noted with what it printed last, and the rest goes on. The rows that
it gave before are kept.
"""

import argparse
import importlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "trl", "triton")
_MARK = "ROW "


@dataclass(frozen=True, slots=True)
class Stage:
    """Where it is (module:function), its longest time, and about how long it takes on an H200, in seconds."""

    where: str
    longest: int
    expected: int
    by_default: bool = True


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A command: its module's name, its stages in their order, and where its results go."""

    module: str
    stages: Mapping[str, Stage]
    results: Path


def run(benchmark: Benchmark, about: str) -> None:
    """Run the stages that the command line names, show their rows, keep them."""
    given = _parser(benchmark, about).parse_args()
    if given.only:
        _stage(benchmark, given)
        return
    out = given.out or (Path("/tmp/gpu-tiny.json") if given.tiny else benchmark.results)
    wanted = given.stages.split(",")
    if unknown := [name for name in wanted if name not in benchmark.stages]:
        sys.exit(f"No such stages: {', '.join(unknown)}. There are: {', '.join(benchmark.stages)}.")
    expected = sum(benchmark.stages[name].expected for name in wanted)
    print("Will run, with the seconds that are expected on an H200 and the longest that are allowed:")
    for name in wanted:
        stage = benchmark.stages[name]
        print(f"  {name:18}{stage.expected:5}{stage.longest:5}")
    print(f"  {'all':18}{expected:5}", flush=True)
    if given.plan:
        return
    results: dict[str, Any] = {**_about(benchmark, tiny=given.tiny), "stages": {}}
    if given.add and out.is_file():
        before = json.loads(out.read_text("utf-8"))
        results["command"] = f"{before['command']}; {results['command']}"
        results["stages"] = before["stages"]
    deadline = time.monotonic() + given.within
    for name in wanted:
        left = deadline - time.monotonic()
        done = _run(benchmark, name, given, left) if left > 10 else {"rows": [], "failed": "no time was left"}
        results["stages"][name] = done
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        _show(name, done)
    print(f"Written to {out}")


def _parser(benchmark: Benchmark, about: str) -> argparse.ArgumentParser:
    usual = ",".join(name for name, stage in benchmark.stages.items() if stage.by_default)
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stages", default=usual, help=f"of {', '.join(benchmark.stages)}")
    parser.add_argument("--tiny", action="store_true", help="a very small model on the CPU")
    parser.add_argument("--out", type=Path, help=f"where results go (default {benchmark.results})")
    parser.add_argument("--add", action="store_true", help="keep the file's other stages")
    parser.add_argument("--within", type=float, default=3600, help="seconds for everything")
    parser.add_argument("--plan", action="store_true", help="only say what would run")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "citewise-gpu",
                        help="where weights are kept that several stages use: 8 GB")  # fmt: skip
    parser.add_argument("--plain-training", action="store_true", help="with PEFT's own operations, compiled")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    return parser


def _run(benchmark: Benchmark, name: str, given: argparse.Namespace, left: float) -> dict[str, Any]:
    flags = {"--tiny": given.tiny, "--plain-training": given.plain_training}
    words = ["--only", name, "--work", str(given.work), *(flag for flag, set_ in flags.items() if set_)]
    command = [sys.executable, "-m", f"benchmarks.{benchmark.module}", *words]
    limit = min(left, 600 if given.tiny else benchmark.stages[name].longest)
    started = time.monotonic()
    ended = threading.Event()
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""} if given.tiny else None
    # In a session of its own: what it started itself ends with it.
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env=environment,
    ) as process:

        def end() -> None:
            ended.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit, end)
        timer.start()
        try:
            assert process.stdout is not None
            # Line by line: the rows that came before a time-out are kept.
            lines = [line.rstrip("\n") for line in process.stdout]
            process.wait()
        except BaseException:
            end()
            raise
        finally:
            timer.cancel()
    failed = f"took longer than {limit:.0f} s" if ended.is_set() else None
    if not failed and process.returncode:
        failed = f"ended with code {process.returncode}"
    rows = [json.loads(line.removeprefix(_MARK)) for line in lines if line.startswith(_MARK)]
    done: dict[str, Any] = {"rows": rows, "took_s": round(time.monotonic() - started, 1)}
    if failed:
        done["failed"] = failed
        done["printed"] = [line for line in lines if not line.startswith(_MARK)][-25:]
    return done


def _stage(benchmark: Benchmark, given: argparse.Namespace) -> None:
    from benchmarks.phi3_shape import REAL, TINY

    module, _, function = benchmark.stages[given.only].where.partition(":")
    size = replace(TINY if given.tiny else REAL, fast=not given.plain_training, work=given.work)
    try:
        for row in getattr(importlib.import_module(f"benchmarks.{module}"), function)(size):
            print(_MARK + json.dumps(row), flush=True)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def _about(benchmark: Benchmark, *, tiny: bool) -> dict[str, Any]:
    import torch

    found = {}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not there"
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([f"python -m benchmarks.{benchmark.module}", *sys.argv[1:]]),
        "card": "none (tiny shape on the CPU)" if tiny else torch.cuda.get_device_name(),
        "python": platform.python_version(),
        "libraries": found,
    }


def _show(name: str, done: dict[str, Any]) -> None:
    print(f"== {name} ({done.get('took_s', 0)} s)" + (f": {done['failed']}" if "failed" in done else ""))
    for row in done["rows"]:
        rest = "  ".join(f"{key} {_cell(value)}" for key, value in row.items() if key != "what")
        print(f"  {row['what']}: {rest}")
    for line in done.get("printed", ()):
        print("  | " + line)
    sys.stdout.flush()


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)
