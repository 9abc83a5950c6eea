"""`python -m benchmarks.gpu [--stages decode,lora] [--tiny]`: Phi-3-mini's shape on a GPU, beside others.

Weights are random, in Phi-3-mini's real shape: no download, and speed doesn't depend on what they say. Each
stage runs in a process of its own with a time limit; one that fails is recorded and the rest goes on. The
results are written after each stage. `--tiny` runs every line on a CPU, for trying the program out.
"""

import argparse
import importlib
import json
import platform
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "gpu.json"
LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "trl", "triton")
# Stage: where it is, and its longest time in seconds on a GPU.
STAGES = {
    "card": ("gpu_card:card", 45),
    "exactness": ("gpu_decoding:exactness", 60),
    "decoding": ("gpu_decoding:citewise", 90),
    "adapters": ("gpu_decoding:citewise_adapters", 90),
    "nf4": ("gpu_decoding:citewise_4bit", 90),
    "lora": ("gpu_training:lora", 120),
    "qlora": ("gpu_training:qlora", 120),
    "generate": ("gpu_decoding:generate_defaults", 90),
    "generate_peft": ("gpu_decoding:generate_peft", 60),
    "trl": ("gpu_training:trl", 90),
    "trl_qlora": ("gpu_training:trl_qlora", 90),
    "generate_static": ("gpu_decoding:generate_static", 150),
    "projections": ("gpu_card:projections", 90),
    "profile_decoding": ("gpu_decoding:profile", 60),
    "profile_lora": ("gpu_training:profile", 90),
}
NOT_BY_DEFAULT = {"projections", "profile_decoding", "profile_lora"}


def main() -> None:
    """Run the stages, show their rows, keep them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stages", default=",".join(s for s in STAGES if s not in NOT_BY_DEFAULT))
    parser.add_argument("--tiny", action="store_true", help="a very small model on the CPU")
    parser.add_argument("--out", type=Path, help=f"where results go (default {RESULTS})")
    parser.add_argument("--add", action="store_true", help="keep the file's other stages")
    parser.add_argument("--within", type=float, default=3600, help="seconds for everything")
    parser.add_argument("--plain-training", action="store_true", help="with PEFT's own operations, compiled")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        _stage(given.only, given.tiny, not given.plain_training)
        return
    out = given.out or (Path("/tmp/gpu-tiny.json") if given.tiny else RESULTS)
    deadline = time.monotonic() + given.within
    results: dict[str, Any] = {**_about(given.tiny), "stages": {}}
    if given.add and out.is_file():
        before = json.loads(out.read_text("utf-8"))
        results["command"] = f"{before['command']}; {results['command']}"
        results["stages"] = before["stages"]
    for name in given.stages.split(","):
        left = deadline - time.monotonic()
        done = _run(name, given, left) if left > 10 else {"rows": [], "failed": "no time was left"}
        results["stages"][name] = done
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        _show(name, done)
    print(f"Written to {out}")


def _run(name: str, given: argparse.Namespace, left: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.gpu", "--only", name, *_flags(given)]
    limit = min(left, 600 if given.tiny else STAGES[name][1])
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            printed, _ = process.communicate(timeout=limit)
            failed = None if process.returncode == 0 else f"ended with code {process.returncode}"
        except subprocess.TimeoutExpired:
            process.kill()
            printed, _ = process.communicate()
            failed = f"took longer than {limit:.0f} s"
    lines = (printed or "").splitlines()
    rows = [json.loads(line.removeprefix(_MARK)) for line in lines if line.startswith(_MARK)]
    done: dict[str, Any] = {"rows": rows, "took_s": round(time.monotonic() - started, 1)}
    if failed:
        done["failed"] = failed
        done["printed"] = [line for line in lines if not line.startswith(_MARK)][-25:]
    return done


_MARK = "ROW "


def _flags(given: argparse.Namespace) -> list[str]:
    flags = {"--tiny": given.tiny, "--plain-training": given.plain_training}
    return [flag for flag, set_ in flags.items() if set_]


def _stage(name: str, tiny: bool, fast: bool) -> None:
    from benchmarks.phi3_shape import REAL, TINY

    module, _, function = STAGES[name][0].partition(":")
    size = replace(TINY if tiny else REAL, fast=fast)
    try:
        for row in getattr(importlib.import_module(f"benchmarks.{module}"), function)(size):
            print(_MARK + json.dumps(row), flush=True)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def _about(tiny: bool) -> dict[str, Any]:
    import torch

    found = {}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not there"
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["python -m benchmarks.gpu", *sys.argv[1:]]),
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


if __name__ == "__main__":
    main()
