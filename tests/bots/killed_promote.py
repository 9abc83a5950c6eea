"""Run as a script: `citewise tune promote second` in forked processes, each killed at another of its writes.

Prints what is left after each kill, and after running the command again. Argument: a home in which version 1
answers, and which holds the run `second`.
"""

import importlib
import io
import json
import os
import shutil
import signal
import sys
from contextlib import redirect_stdout
from pathlib import Path

from bots.cli import run
from brain.catalog.catalog import Catalog
from brain.tuning.versions import Versions

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile", "sqlite3.connect"}


def killed_at(step: int, home: Path) -> bool:
    """Whether the command was killed, which it is not where it has fewer steps."""
    if child := os.fork():
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left, sync = step, os.fsync

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def killing_sync(descriptor: int) -> None:
        count()
        sync(descriptor)
        count()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if writes or event in CHANGES:
            count()

    os.fsync = killing_sync
    sys.addaudithook(watch)
    promote(home)
    os._exit(0)


def promote(home: Path) -> int:
    with redirect_stdout(io.StringIO()):
        return run(["tune", "promote", "second", "--home", str(home)])


def left_over(home: Path) -> dict[str, object]:
    versions = Versions(home / "tuning")
    current = versions.current()
    assert current is not None
    with Catalog(home / "catalog.db") as catalog:
        told = [entry.object for entry in catalog.audit.entries()]
        whole = catalog.audit.verify().broken is None
    return {"version": current.number, "sound": versions.is_sound(current), "told": told, "whole": whole}


def main() -> None:
    for module in ("bots.model.promoting", "bots.terminal.tune.promote", "brain.tuning.verdict"):
        importlib.import_module(module)  # here, not in every process
    home, step = Path(sys.argv[1]), 1
    while True:
        trial = home.with_name(f"trial-{step}")
        shutil.copytree(home, trial)
        killed = killed_at(step, trial)
        after = left_over(trial)
        code = promote(trial)
        print(json.dumps({"killed": killed, "after": after, "code": code, "then": left_over(trial)}))
        shutil.rmtree(trial)
        if not killed:
            return
        step += 1


if __name__ == "__main__":
    main()
