"""`python -m benchmarks.ingest [FOLDER…]`: how fast folders are indexed, beside plain LangChain + Chroma.

Both index the same folders from nothing, each in its own process, one after the other. The peer gets the
files' text as citewise's readers give it, and its time for reading isn't counted. Then a folder of many
unchanged files is synced.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import peer
from benchmarks.recording import alone, folder_mib, peak_mib, record, show

SAMPLES = Path(__file__).parents[1] / "samples" / "drive"
_REPEATS = 3
# SyncReport's stages, as the table calls them; what waits for reading and splitting is one stage there.
_STAGES = {
    "list": ("list", "hash"),
    "read+split": ("parse",),
    "embed": ("embed",),
    "store": ("store",),
    "index": ("index",),
}


def measure_citewise(folder: Path) -> dict[str, Any]:
    """Index `folder`; loading the embedder isn't counted, as for the peer."""
    from bots.settings import load_settings
    from bots.wiring import Citewise
    from ingest.report import silent

    with tempfile.TemporaryDirectory() as home, Citewise(load_settings(Path(home)), create=True) as citewise:
        citewise.embedder.embeddings.embed_query("warm up")
        started = time.perf_counter()
        (done,) = citewise.drives.ingest([str(folder)], "general", silent)
        seconds = time.perf_counter() - started
        characters = sum(len(citewise.catalog.document_text(row.id)) for row in citewise.catalog.documents())
        stages = {name: sum(done.seconds.get(part, 0.0) for part in parts) for name, parts in _STAGES.items()}
        return {
            "files": done.added,
            "passages": done.passages,
            "characters": characters,
            "seconds": seconds,
            "stages": stages,
            "memory_mib": peak_mib(),
            "disk_mib": folder_mib(Path(home)),
        }


def measure_peer(folder: Path) -> dict[str, Any]:
    """Split, embed and store the same text the plain way."""
    texts = list(documents_under(folder))
    with tempfile.TemporaryDirectory() as home:
        _, done = peer.ingest(texts, Path(home))
        return {
            "files": len(texts),
            "passages": done.passages,
            "characters": sum(len(text) for _, text in texts),
            "seconds": done.split + done.embed + done.store,
            "stages": {"split": done.split, "embed": done.embed, "store+index": done.store},
            "memory_mib": peak_mib(),
            "disk_mib": folder_mib(Path(home)),
        }


def measure_unchanged(count: int) -> dict[str, Any]:
    """Sync a folder of `count` small files that are all indexed and unchanged, three times; the median."""
    from bots.settings import load_settings
    from bots.wiring import Citewise
    from ingest.report import silent

    with tempfile.TemporaryDirectory() as place:
        home, drive = Path(place) / "home", Path(place) / "drive"
        _make_files(drive, count)
        with Citewise(load_settings(home), create=True) as citewise:
            citewise.drives.ingest([str(drive)], "general", silent)
            seconds = []
            for _ in range(_REPEATS):
                started = time.perf_counter()
                (again,) = citewise.drives.ingest([str(drive)], "general", silent)
                seconds.append(time.perf_counter() - started)
                if again.embedded or again.unchanged != count:
                    raise AssertionError(f"all {count} files should have been unchanged: {again}")
    middle = sorted(seconds)[_REPEATS // 2]
    return {"unchanged files": count, "seconds": middle, "files/s": count / middle}


def _make_files(drive: Path, count: int) -> None:
    # Equal texts are embedded once, so that filling the catalog takes little time.
    for number in range(count):
        path = drive / f"folder-{number // 100}" / f"note-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Note\n\nThis is the text of note {number % 20}.\n", "utf-8")


def documents_under(folder: Path) -> Iterator[tuple[str, str]]:
    """The path and the text of every file under `folder` that can be read."""
    from brain.errors import UnreadableDocument
    from ingest.readers import SUPPORTED, read

    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in SUPPORTED:
            try:
                yield path.relative_to(folder).as_posix(), read(path).text
            except UnreadableDocument:
                continue


def texts_under(folder: Path) -> list[str]:
    """The texts alone."""
    return [text for _, text in documents_under(folder)]


def main() -> None:
    """Measure, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, default=[SAMPLES], metavar="FOLDER")
    parser.add_argument("--files", type=int, default=5000, help="how many unchanged files to sync")
    given = parser.parse_args()
    folders = given.folders
    rows, stages = [], []
    for folder in folders:
        measured = {
            "citewise": alone(measure_citewise, folder.resolve()),
            "LangChain + Chroma": alone(measure_peer, folder.resolve()),
        }
        for name, figures in measured.items():
            rows.append(_row(folder, name, figures))
            seconds = figures["stages"].items()
            stages.append(
                {
                    "folder": folder.name,
                    "what": name,
                    "stages": ", ".join(f"{k} {v:.1f} s" for k, v in seconds),
                }
            )
        print(f"{folder}: {_gain(rows[-2], rows[-1])}")
    show("Ingest", rows, "Peer: reading isn't counted; it can't sync, a second run doubles its index.")
    show("Where the time goes", stages)
    unchanged = alone(measure_unchanged, given.files)
    show("Syncing what hasn't changed", [unchanged])
    print(f"Written to {record('ingest', rows, stages=stages, unchanged=unchanged)}")


def _row(folder: Path, name: str, figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "folder": folder.name,
        "what": name,
        "files": figures["files"],
        "passages": figures["passages"],
        "passages/s": figures["passages"] / figures["seconds"],
        "kB text/s": figures["characters"] / figures["seconds"] / 1000,
        "memory MiB": figures["memory_mib"],
        "disk MiB": figures["disk_mib"],
    }


def _gain(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    passages, text = (ours[what] / theirs[what] for what in ("passages/s", "kB text/s"))
    return (
        f"citewise indexes {passages:.1f} times as many passages and {text:.1f} times as much text a second"
    )


if __name__ == "__main__":
    main()
