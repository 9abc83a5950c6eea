"""One build of the indexes on disk: a folder, its seal, and the mark that it's being written.

index/CURRENT          the name of the generation in use
index/g000007/         chroma/, keyword.db
index/g000007/seal     what Chroma's files were when they were last at rest
index/g000007/WRITING  stands while Chroma writes, and after a kill at that time
index/g000007/spare/   Chroma's files as they were some thousand vectors ago, with a seal of their own
index/g000007/BEGUN    from which operation on it is filled, in one that was not finished
"""

import json
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from brain.durable import put_text, sync

_Found = tuple[int, int, int]  # size, mtime, CRC-32
_CHUNK = 1 << 20
_PERSISTED = "index_metadata.pickle"
_SPARE_ROOM = 3  # times what a spare takes must be free: it must not be what fills the disk
LAYOUT = 4  # raise it when the indexes hold something else: older generations are then rebuilt


@dataclass(frozen=True, slots=True)
class Seal:
    """What a generation was made from, and each of Chroma's files with its size, mtime and CRC-32.

    `operation` is the catalog's youngest when it was sealed, `vectors` how many Chroma held.
    """

    embedder: str
    server: str
    layout: int = LAYOUT
    operation: int = 0
    vectors: int = 0
    files: Mapping[str, _Found] = field(default_factory=dict)


class GenerationFolder:
    """The files of one generation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._marker = path / "WRITING"
        self._seal = path / "seal"
        self._spare = path / "spare"
        self._begun = path / "BEGUN"

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

    def seal(self, seal: Seal, *, whole: bool = True) -> None:
        """Note what Chroma's files are, now that they are at rest, and take the mark away.

        Not `whole`: the mark stays, since the indexes lack something that nobody has queued.
        """
        before = self.read_seal()
        measured = _measure(self.chroma, before.files if before else {})
        # A graph without index_metadata.pickle was never persisted (below 1,000 records): Chroma replays its
        # log from chroma.sqlite3 and writes the empty graph's files anew, never-set bytes and all.
        files = {name: found for name, found in measured.items() if _is_persisted(name, measured)}
        put_text(self._seal, json.dumps(asdict(replace(seal, files=files))))
        if whole:
            self._marker.unlink(missing_ok=True)
            sync(self.path)

    def read_seal(self) -> Seal | None:
        """The last seal; None where there is none that can be read."""
        return _read_seal(self._seal)

    def begin(self, operation: int) -> None:
        """Say, durably, that it is filled with what the catalog holds from that operation on."""
        put_text(self._begun, f"{operation}\n")

    @property
    def begun(self) -> int | None:
        """From which operation on it is filled; None where nobody can tell."""
        try:
            return int(self._begun.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    @property
    def spared(self) -> int:
        """How many vectors the spare holds, 0 where there is none."""
        seal = _read_seal(self._spare / "seal")
        return seal.vectors if seal else 0

    def keep_spare(self) -> bool:
        """Copy Chroma's files, which are at rest and sealed, to fall back on; False where there is no room.

        The one before goes first: whoever is killed meanwhile finds the files themselves as they were sealed.
        """
        seal = self.read_seal()
        try:
            shutil.rmtree(self._spare, ignore_errors=True)
            takes = sum(path.stat().st_size for path in self.chroma.rglob("*"))
            if seal is None or shutil.disk_usage(self.path).free < _SPARE_ROOM * takes:
                return False
            shutil.copytree(self.chroma, self._spare / "chroma")
            for path in (*sorted(self._spare.rglob("*")), self._spare):
                sync(path)
            put_text(self._spare / "seal", json.dumps(asdict(seal)))
        except OSError:
            shutil.rmtree(self._spare, ignore_errors=True)
            return False
        return True

    def put_spare_back(self) -> bool:
        """Put the spare in the place of Chroma's files; False where there is none that is whole.

        Chroma must not be open. The mark stays: the spare lacks what was written since.
        """
        seal = _read_seal(self._spare / "seal")
        if seal is None or _changed_file(self._spare / "chroma", seal):
            return False
        self.mark_writing()
        shutil.rmtree(self.chroma, ignore_errors=True)
        shutil.copytree(self._spare / "chroma", self.chroma)
        put_text(self._seal, json.dumps(asdict(seal)))
        return True

    def drop_vectors(self) -> None:
        """Take Chroma's files away: all vectors are missing then. The mark stays, as with the spare."""
        self.mark_writing()
        shutil.rmtree(self._spare, ignore_errors=True)
        shutil.rmtree(self.chroma, ignore_errors=True)

    def changed_file(self, seal: Seal) -> str | None:
        """The first of Chroma's files that isn't as it was sealed, found without loading it into Chroma.

        A garbled graph file can take the process down or make Chroma grow without bounds.
        """
        return _changed_file(self.chroma, seal)

    def unsealed_file(self, seal: Seal) -> str | None:
        """A file of a graph that was written for the first time after the seal."""
        found = _measure(self.chroma, seal.files)
        new = sorted(name for name in found if _is_persisted(name, found) and name not in seal.files)
        return f"{new[0]} was not sealed" if new else None

    def sync_files(self) -> None:
        """Have everything reach the disk, before a pointer names this generation."""
        for path in sorted(self.path.rglob("*")):
            sync(path)
        sync(self.path)

    def delete(self) -> None:
        """Remove the folder; what can't be removed is left for the next start."""
        shutil.rmtree(self.path, ignore_errors=True)


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


def unfinished(index: Path) -> GenerationFolder | None:
    """The newest generation that was begun after the one in use, and can be gone on with."""
    in_use = current(index)
    after = int(in_use.path.name[1:]) if in_use else 0
    found = [path for path in index.glob("g*") if _is_generation(path) and int(path.name[1:]) > after]
    newest = GenerationFolder(max(found, key=lambda path: int(path.name[1:]))) if found else None
    return newest if newest and newest.begun is not None else None


def _is_generation(path: Path) -> bool:
    return path.name[:1] == "g" and path.name[1:].isdecimal() and path.is_dir()


def _is_persisted(name: str, files: Mapping[str, object]) -> bool:
    """Whether a file is of a graph that Chroma has written out."""
    return f"{name[: name.rfind('/') + 1]}{_PERSISTED}" in files


def _read_seal(path: Path) -> Seal | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        files = {name: (size, mtime, crc) for name, (size, mtime, crc) in found.pop("files").items()}
        return Seal(**found, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _changed_file(chroma: Path, seal: Seal) -> str | None:
    found = _measure(chroma, {})
    for name, (size, _, crc) in seal.files.items():
        held = found.get(name)
        if held is None:
            return f"{name} is gone"
        if held[0] != size:
            return f"{name} has {held[0]} bytes in place of {size}"
        if held[2] != crc:
            return f"{name} has other content than was written"
    return None


def _measure(chroma: Path, known: Mapping[str, _Found]) -> dict[str, _Found]:
    # chroma.sqlite3 changes whenever it's opened; SQLite keeps it whole and can check it by itself.
    measured = {}
    for path in sorted(chroma.glob("*/*")):
        name = path.relative_to(chroma).as_posix()
        status = path.stat()
        before = known.get(name)
        if before is not None and before[:2] == (status.st_size, status.st_mtime_ns):
            measured[name] = before
        else:
            measured[name] = (status.st_size, status.st_mtime_ns, _crc(path))
    return measured


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc
