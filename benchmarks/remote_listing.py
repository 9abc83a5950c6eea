"""`python -m benchmarks.remote_listing [--files 100000]`: memory that one huge folder on a server takes.

Real servers on loopback (OpenSSH, Apache's mod_dav) and a fake of Azure's listing serve one folder of empty
files, which a process of its own lists from end to end. What it grew by is its resident peak while it
lists that folder, over the peak after a folder of one file: connection and libraries are in both.
"""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.recording import alone, peak_mib, record, show
from ingest.credentials import Credentials
from ingest.drives import Entry
from ingest.locate import REMOTE, readable_suffixes
from ingest.options import DriveOptions
from ingest.remote.source import Limits

ROOT = Path(__file__).parent.parent
SMALL, LARGE = "small", "large"
PATIENT = Limits(reply=600)


def measure(protocol: str, small: str, large: str, secrets: dict[str, Any]) -> dict[str, Any]:
    """List both folders, as a process that was just started does."""
    began, before = 0.0, 0.0
    for url in (small, large):
        before, began = peak_mib(), time.perf_counter()
        count = _count(url, secrets)
    grew = peak_mib() - before
    return {
        "protocol": protocol,
        "files": count,
        "seconds": time.perf_counter() - began,
        "grew by MiB": grew,
        "bytes a file": grew * 2**20 / count,
        "memory MiB": peak_mib(),
    }


def _count(url: str, secrets: dict[str, Any]) -> int:
    known = Credentials(Path("credentials.toml"), {url: secrets})
    back_end = import_module(REMOTE[url.partition(":")[0]])
    drive = back_end.open_drive(url, readable_suffixes(), known, DriveOptions(), None, PATIENT)
    return sum(isinstance(item, Entry) for item in drive.list({}))


def _fill(server: Any, count: int) -> None:
    for folder in (SMALL, LARGE):
        server.fresh(folder)
    server.write(f"{SMALL}/one.md", "")
    for number in range(count):
        server.write(f"{LARGE}/a document of the archive {number:07}.md", "")


def _servers() -> dict[str, Any]:
    sys.path.insert(0, str(ROOT / "tests/ingest"))
    from azure_store import AzureStorage
    from remote_servers import Apache, OpenSsh

    return {"SFTP (OpenSSH)": OpenSsh, "WebDAV (Apache)": Apache, "Azure (a fake)": AzureStorage}


def main() -> None:
    """Each server in turn; one that is not installed is named and passed over."""
    import pytest

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--files", type=int, default=100_000, help="files in the folder (default: %(default)s)"
    )
    count = parser.parse_args().files
    rows = []
    for protocol, start in _servers().items():
        try:
            server = start()
        except pytest.skip.Exception as missing:
            print(f"{protocol}: {missing}", file=sys.stderr)
            continue
        try:
            _fill(server, count)
            rows.append(alone(measure, protocol, server.place(SMALL), server.place(LARGE), server.secrets()))
        finally:
            server.close()
    if rows:
        record("remote_listing", rows)
        show(f"One folder of {count:,} files, listed", rows)


if __name__ == "__main__":
    main()
