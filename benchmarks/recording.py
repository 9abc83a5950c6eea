"""How a benchmark measures, keeps and shows: each contender in a process of its own, one table, one JSON."""

import json
import math
import multiprocessing
import os
import platform
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

RESULTS = Path(__file__).parent / "results"
_LIBRARIES = ("chromadb", "langchain-chroma", "langchain-text-splitters", "onnxruntime", "numpy")
_TO_MIB = 1024 if sys.platform != "darwin" else 1024 * 1024
WIDTH_IN_FILES = 120
T = TypeVar("T")
Row = Mapping[str, object]


def alone(work: Callable[..., T], *arguments: object) -> T:
    """Run `work` in a fresh process, so that neither memory nor warm caches pass from one to another."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def peak_mib() -> float:
    """The most memory that this process has held (resident, MiB)."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage(2) begins with the peak of the process that started this one
        told = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(told["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _TO_MIB


def folder_mib(folder: Path) -> float:
    """What a folder takes on disk (blocks that are really there, so that sparse files count as stored)."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 2**20


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def record(name: str, rows: Sequence[Row], **about: object) -> Path:
    """Write `benchmarks/results/NAME.json` with what the figures depend on."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    machine = {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        # Of the last five minutes, the benchmark's own included: far above the cores, others were at work.
        "load_average": round(os.getloadavg()[1], 1),
        "libraries": {library: version(library) for library in _LIBRARIES},
    }
    content = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        **machine,
        **about,
        "rows": list(rows),
    }
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(path)  # whoever is stopped meanwhile leaves the figures before
    return path


def show(title: str, rows: Sequence[Row], note: str = "") -> None:
    """Print rows of equal keys as a table; None is shown as a dash."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in rows[0]:
        table.add_column(column, justify="left" if isinstance(rows[0][column], str) else "right")
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH_IN_FILES)
    console.print(table)
    if note:
        console.print(note, style="dim")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
