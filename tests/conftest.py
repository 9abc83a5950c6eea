"""What holds for every test."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# Several tests run at once: threads that wait for one another then take thirty times as long as one alone.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A shell without a terminal starts what it puts in the background (`make test &`) deaf to Ctrl-C; so would be
# every process that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes depends on what else the machine does: a slow one is not a failure. Each run tries
# others; `pytest --hypothesis-profile=thorough` tries many at once, which takes some minutes.
settings.register_profile("citewise", deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("citewise")

_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30  # bytes; all tests together write less than one


def _holds_files_in_memory(folder: Path) -> bool:
    """Whether it is there, has room for what tests write, and lets programs be run."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    roomy = found.f_bavail * found.f_frsize >= _ROOM
    return roomy and os.access(folder, os.W_OK) and not found.f_flag & os.ST_NOEXEC


# A home is synced to disk some eighty times a test, which half of the time went into. What was written
# outlives a kill in memory, too, and no test cuts the power. `--basetemp` takes another place.
if _holds_files_in_memory(_MEMORY):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Files go to the processes in this order: those that take long begin first, lest one be alone at the end.
_LONG = frozenset(
    {
        *("test_remote_contract.py", "test_index_kills.py", "test_crash_matrix.py", "test_servers_lost.py"),
        *("test_sync_kill.py", "test_cli_tune_train.py", "test_tuning_training.py", "test_phi3_smollm.py"),
        *("test_gpu_benchmark.py", "test_serve.py", "test_serve_tune.py", "test_cli_faults.py"),
        *("test_slack_kill.py", "test_slack_triage.py", "test_slack_faults.py", "test_chat.py"),
        *("test_discord_faults.py", "test_discord_triage.py"),
        *("test_while_opening.py", "test_index_completed.py"),
    }
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the rest as it is."""
    items.sort(key=lambda item: item.path.name not in _LONG)
