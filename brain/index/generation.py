"""One build of the indexes on disk: a folder, its seal, and the mark that it's being written.

index/CURRENT          the name of the generation in use
index/g000007/         chroma/, keyword.db
index/g000007/seal     what Chroma's files were when they were last at rest
index/g000007/WRITING  stands while Chroma writes, and after a kill at that time
"""

import json
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from brain.durable import put_text, sync

_CHUNK = 1 << 20
_PERSISTED = "index_metadata.pickle"
LAYOUT = 4  # raise it when the indexes hold something else: older generations are then rebuilt


@dataclass(frozen=True, slots=True)
class Seal:
    """What a generation was made from, and each of Chroma's files with its size, mtime and CRC-32."""

    embedder: str
    server: str
    layout: int = LAYOUT
    files: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)


class GenerationFolder:
    """The files of one generation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._marker = path / "WRITING"
        self._seal = path / "seal"

    @property
    def chroma(self) -> Path:
        """Chroma's own folder."""
        return self.path / "chroma"

    @property
    def keywords(self) -> Path:
        """The keyword index."""
        return self.path / "keyword.db"

    @property
    def interrupted(self) -> bool:
        """True where a process ended while it wrote here."""
        return self._marker.exists()

    def mark_writing(self) -> None:
        """Say, durably, that Chroma's files can't be trusted until seal()."""
        if not self._marker.exists():
            self._marker.touch()
            sync(self._marker)
            sync(self.path)

    def seal(self, embedder: str, server: str) -> None:
        """Note what Chroma's files are, now that they are at rest, and take the mark away."""
        before = self.read_seal()
        measured = self._measure(before.files if before else {})
        # A graph without index_metadata.pickle was never persisted (below 1,000 records): Chroma replays its
        # log from chroma.sqlite3 and writes the empty graph's files anew, never-set bytes and all.
        files = {
            name: found for name, found in measured.items() if f"{_folder(name)}{_PERSISTED}" in measured
        }
        seal = Seal(embedder, server, files=files)
        draft = self.path / "seal.new"
        draft.write_text(json.dumps(asdict(seal)), encoding="utf-8")
        sync(draft)
        draft.replace(self._seal)
        self._marker.unlink(missing_ok=True)
        sync(self.path)

    def read_seal(self) -> Seal | None:
        """The last seal; None where there is none that can be read."""
        try:
            found = json.loads(self._seal.read_text(encoding="utf-8"))
            files = {name: (size, mtime, crc) for name, (size, mtime, crc) in found.pop("files").items()}
            return Seal(**found, files=files)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def changed_file(self, seal: Seal) -> str | None:
        """The first of Chroma's files that isn't as it was sealed, found without loading it into Chroma.

        A garbled graph file can take the process down or make Chroma grow without bounds.
        """
        found = self._measure({})
        for name, (size, _, crc) in seal.files.items():
            held = found.get(name)
            if held is None:
                return f"{name} is gone"
            if held[0] != size:
                return f"{name} has {held[0]} bytes in place of {size}"
            if held[2] != crc:
                return f"{name} has other content than was written"
        return None

    def sync_files(self) -> None:
        """Have everything reach the disk, before a pointer names this generation."""
        for path in sorted(self.path.rglob("*")):
            sync(path)
        sync(self.path)

    def delete(self) -> None:
        """Remove the folder; what can't be removed is left for the next start."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _measure(self, known: Mapping[str, tuple[int, int, int]]) -> dict[str, tuple[int, int, int]]:
        # chroma.sqlite3 changes whenever it's opened; SQLite keeps it whole and can check it by itself.
        measured = {}
        for path in sorted(self.chroma.glob("*/*")):
            name = path.relative_to(self.chroma).as_posix()
            status = path.stat()
            before = known.get(name)
            if before is not None and before[:2] == (status.st_size, status.st_mtime_ns):
                measured[name] = before
            else:
                measured[name] = (status.st_size, status.st_mtime_ns, _crc(path))
        return measured


def current(index: Path) -> GenerationFolder | None:
    """The generation that is in use, if a complete one was ever made."""
    try:
        name = (index / "CURRENT").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return GenerationFolder(index / name) if _is_generation(index / name) else None


def next_generation(index: Path) -> GenerationFolder:
    """A new, empty folder with a name that was not used before."""
    numbers = [int(path.name[1:]) for path in index.glob("g*") if _is_generation(path)]
    in_use = current(index)
    numbers.append(int(in_use.path.name[1:]) if in_use else 0)
    path = index / f"g{max(numbers) + 1:06d}"
    path.mkdir(parents=True)
    return GenerationFolder(path)


def make_current(index: Path, generation: GenerationFolder) -> None:
    """Put a complete generation in use, in one step."""
    put_text(index / "CURRENT", generation.path.name + "\n")


def delete_others(index: Path, keep: GenerationFolder | None) -> None:
    """Remove what earlier or interrupted builds left."""
    for path in index.glob("g*"):
        if (keep is None or path != keep.path) and _is_generation(path):
            GenerationFolder(path).delete()


def _is_generation(path: Path) -> bool:
    return path.name[:1] == "g" and path.name[1:].isdecimal() and path.is_dir()


def _folder(name: str) -> str:
    return name[: name.rfind("/") + 1]


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc
