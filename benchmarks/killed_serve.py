"""What benchmarks/chaos.py kills, `citewise` in a process of its own, and the small disk that it lives on."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

# Loaded once, in the process that all others are forked from: seconds of imports less for each of them.
PRELOADED = (
    "bots.cli", "bots.terminal.commands.serve", "bots.serving.host", "bots.wiring", "bots.slack.service",
    "bots.discord.service", "slack_bolt.async_app", "slack_bolt.adapter.socket_mode.async_handler",
    "bots.desk", "brain.index.search_index", "chromadb", "onnxruntime", "ingest.following.keeper",
    "ingest.sync", "watchfiles", "brain.brain",
)  # fmt: skip
_DISK_MIB = 96


def command(environment: dict[str, str], *lines: Sequence[str]) -> None:
    """`citewise` with these words, in the process that this is called in; the log has what it says."""
    os.environ.update(environment)
    time.tzset()
    log = os.open(environment["CHAOS_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    from bots.cli import run

    code = 0
    for words in lines:
        print(">", *words, flush=True)
        code = run(list(words)) or code
        sys.stdout.flush()
    sys.exit(code)


def costs(pid: int) -> dict[str, int]:
    """What a process takes: memory, threads, open files."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return {
        "rss_mib": int(status["VmRSS"].split()[0]) // 1024,
        "threads": int(status["Threads"]),
        "files": files,
    }


def mounted(folder: Path) -> bool:
    """A small file system of its own in memory, where that is allowed."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MIB}m", "citewise-chaos", str(folder)]
    with suppress(OSError):
        return subprocess.run(mount, capture_output=True).returncode == 0
    return False


def fill(ballast: Path) -> None:
    """Leave no byte to anybody."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def noon() -> str:
    """A time zone in which it is about noon, so that people are at work."""
    hours = 12 - datetime.now(UTC).hour
    return f"CHAOS{-hours:+d}"
