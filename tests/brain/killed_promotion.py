"""Run as a script: promotes in forked processes, each killed at another of its steps on the disk.

Prints what answers after each kill. Arguments: a folder `tuning` in which version 1 answers, an adapter.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from brain.tuning.versions import Versions, hash_of

STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile"}
ABOUT = {"when": "now", "run": "second", "base_model": "m", "base": "b", "data": "d", "code": "1"}


def promote(tuning: Path, adapter: Path) -> None:
    versions = Versions(tuning)
    versions.use(versions.keep(adapter, ABOUT).number)


def killed_at(step: int, tuning: Path, adapter: Path) -> bool:
    """Whether the promotion was killed, which it is not where it has fewer steps."""
    if child := os.fork():
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left = step
    sync = os.fsync

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def killing_sync(descriptor: int) -> None:
        count()
        sync(descriptor)
        count()

    os.fsync = killing_sync
    sys.addaudithook(lambda event, arguments: count() if event in STEPS else None)
    promote(tuning, adapter)
    os._exit(0)


def main() -> None:
    tuning, adapter = map(Path, sys.argv[1:])
    step = 1
    while True:
        trial = tuning.with_name(f"trial-{step}")
        shutil.copytree(tuning, trial)
        killed = killed_at(step, trial, adapter)
        versions = Versions(trial)
        current = versions.current()
        assert current is not None
        sound = versions.is_sound(current) and hash_of(versions.folder(current.number)) == current.adapter
        promote(trial, adapter)  # the next try succeeds, whatever the kill left
        print(
            json.dumps(
                {
                    "step": step,
                    "killed": killed,
                    "version": current.number,
                    "sound": sound,
                    "then": versions.in_use().version,
                    "numbers": versions.numbers,
                }
            )
        )
        shutil.rmtree(trial)
        if not killed:
            return
        step += 1


if __name__ == "__main__":
    main()
