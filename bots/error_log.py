"""Where the details of a failure go: a log for whoever looks after this citewise."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from brain.errors import CitewiseError

LARGEST_LOG = 1_000_000  # bytes; then a new one is begun


def write_down(error: BaseException, home: Path | None) -> Path | None:
    """Append the failure with its traceback to the log; the log's path, or None where none can be written.

    The log lies in the home, where there is one that can be written, otherwise in the user's log folder.
    """
    from platformdirs import user_log_path

    entry = [f"--- {datetime.now(UTC).isoformat(timespec='seconds')}"]
    if isinstance(error, CitewiseError):
        entry.append(f"{error.sentence}\n{error.detail}")
    entry.append("".join(traceback.format_exception(error)))
    folders = [user_log_path("citewise")]
    if home is not None and os.access(home, os.X_OK):
        folders.insert(0, home / "run")
    for folder in folders:
        log = folder / "citewise.log"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _start_anew_when_large(log)
            log.touch(mode=0o600)  # it may tell what files are called
            with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write("\n".join(entry) + "\n")
        except OSError:
            continue
        return log
    return None


def _start_anew_when_large(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
