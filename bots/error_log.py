"""Where the details of a failure go: a log in the home folder, for whoever looks after this citewise."""

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from brain.errors import CitewiseError

LARGEST_LOG = 1_000_000


def write_down(error: BaseException, home: Path | None) -> Path:
    """Append the failure with its traceback to the log and return the log's path.

    The log lies in the home folder, where that exists and can be written, otherwise in the temporary folder.
    """
    entry = [f"--- {datetime.now(UTC).isoformat(timespec='seconds')}"]
    if isinstance(error, CitewiseError):
        entry.append(f"{error.sentence}\n{error.detail}")
    entry.append("".join(traceback.format_exception(error)))
    folders = [Path(tempfile.gettempdir())]
    if home is not None and home.is_dir():
        folders.insert(0, home / "run")
    for folder in folders:
        log = folder / "citewise.log"
        try:
            _start_anew_when_large(log)
            with log.open("a", encoding="utf-8") as file:
                file.write("\n".join(entry) + "\n")
        except OSError:
            continue
        return log
    return Path(os.devnull)


def _start_anew_when_large(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
