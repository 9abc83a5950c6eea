"""Thousands of random edits of a tree on a drive that stumbles: `python -m benchmarks.tree_edits`.

Files and folders are created, changed, moved, renamed (in case only, too), swapped, copied, deleted and
chmod-ed, from a seed. After every few edits a follower's look is taken, at the hinted places or at the whole;
every third time listing fails: a folder can't be read, the root is gone, or the listing breaks off midway.
Now and then nothing stumbles, what the brake holds is confirmed, and then index = catalog = drive.
"""

import argparse
import hashlib
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cheap_embedder import embedder
from benchmarks.recording import record, show

if TYPE_CHECKING:
    from brain.catalog.rows import LedgerEntry
    from ingest.drives import Drive
    from ingest.indexing.reading import Parser
    from ingest.reconciling.reconcile import Item

SUFFIXES = (".md", ".txt", ".csv", ".html")
FOLDERS = ("", "hr", "hr/leave", "it", "it/old", "sales", "Sales 2026")


@dataclass
class Outcome:
    """What the edits came to; `faults` should be empty."""

    seed: int
    edits: int = 0
    looks: int = 0
    hinted_looks: int = 0
    stumbles: int = 0
    suspended: int = 0
    confirmed: int = 0
    convergences: int = 0
    embedded: int = 0
    contents: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Tree:
    """A folder that is edited at random; `touched` are the places that a watcher would hint at."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root = root
        self.chance = chance
        self.touched: set[str] = set()
        self.contents: set[str] = set()
        self.counter = 0
        self.kinds: Counter[str] = Counter()

    def edit(self) -> None:
        """One random edit."""
        kinds: dict[str, Callable[[], None]] = {
            "create": self._create, "change": self._change, "move": self._move, "rename": self._rename,
            "delete": self._delete, "chmod": self._chmod, "swap": self._swap, "copy": self._copy,
            "case": self._case, "move folder": self._move_folder, "delete folder": self._delete_folder,
        }  # fmt: skip
        weights = [6, 8, 4, 3, 3, 2, 2, 2, 1, 0.3, 0.1]
        kind = "create" if len(self.files()) < 12 else self.chance.choices(list(kinds), weights)[0]
        kinds[kind]()
        self.kinds[kind] += 1

    def files(self) -> list[Path]:
        """All files, in a steady order."""
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def hashes(self) -> dict[str, str]:
        """Content hash by path, as the catalog should have it."""
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.files()
        }

    def hints(self) -> set[str]:
        """The touched places, which are forgotten then."""
        touched, self.touched = self.touched, set()
        return touched

    def _create(self) -> None:
        folder = self.root / self.chance.choice(FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        self._write(folder / f"{self._name()}{self.chance.choice(SUFFIXES)}")

    def _change(self) -> None:
        self._write(self._any())

    def _move(self) -> None:
        file = self._any()
        folder = self.root / self.chance.choice(FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        self._rename_to(file, folder / file.name)

    def _rename(self) -> None:
        file = self._any()
        self._rename_to(file, file.with_name(f"{self._name()}{file.suffix}"))

    def _case(self) -> None:
        file = self._any()
        self._rename_to(file, file.with_name(file.stem.swapcase() + file.suffix))

    def _delete(self) -> None:
        self._touch(self._any()).unlink()

    def _chmod(self) -> None:
        self._touch(self._any()).chmod(self.chance.choice([0o600, 0o640, 0o644, 0o664]))

    def _copy(self) -> None:
        file = self._any()
        shutil.copy2(file, self._touch(file.with_name(f"{self._name()}{file.suffix}")))

    def _swap(self) -> None:
        one = self._any()
        same = [file for file in self.files() if file.suffix == one.suffix and file != one]
        if same:
            other, spare = self.chance.choice(same), self.root / "swapping.tmp"
            self._touch(one).rename(spare)
            self._touch(other).rename(one)
            spare.rename(other)

    def _move_folder(self) -> None:
        folders = sorted(path for path in self.root.rglob("*") if path.is_dir())
        if folders:
            folder = self.chance.choice(folders)
            self._rename_to(folder, folder.with_name(self._name()))

    def _delete_folder(self) -> None:
        folders = sorted(path for path in self.root.rglob("*") if path.is_dir())
        if folders:
            shutil.rmtree(self._touch(self.chance.choice(folders)))

    def _rename_to(self, old: Path, new: Path) -> None:
        if not new.exists():
            self._touch(old).rename(self._touch(new))

    def _touch(self, path: Path) -> Path:
        self.touched.add(path.relative_to(self.root).as_posix())
        return path

    def _any(self) -> Path:
        return self.chance.choice(self.files())

    def _name(self) -> str:
        self.counter += 1
        return f"note {self.counter}"

    def _write(self, path: Path) -> None:
        self.counter += 1
        word = f"zeb{self.counter:06d}ra"
        lines = [f"Rule {n} of {word} says {n}." for n in range(self.chance.randint(1, 4))]
        text = "\n\n".join(lines)
        if path.suffix == ".csv":
            text = "name,value\n" + "\n".join(f"{word},{n}" for n in range(len(lines)))
        elif path.suffix == ".html":
            text = f"<html><body><h1>{word}</h1><p>{text}</p></body></html>"
        self.contents.add(text)
        self._touch(path).write_text(text)


class Edits:
    """Edits a tree, looks at it as followers do, and gathers what is found wrong."""

    def __init__(
        self, folder: Path, seed: int, parser: "Callable[[int], AbstractContextManager[Parser]]"
    ) -> None:
        from brain.catalog.catalog import Catalog
        from brain.index.search_index import SearchIndex
        from ingest.following.drive_sync import DriveSync
        from ingest.options import DriveOptions

        self.chance = random.Random(seed)
        root = folder / "drive"
        root.mkdir()
        self.tree = Tree(root, self.chance)
        self.outcome = Outcome(seed)
        self.stumble = ""
        self.catalog = Catalog(folder / "catalog.db")
        self.index = SearchIndex.open(folder / "index", self.catalog)
        self.drive_sync = DriveSync(
            self.catalog, lambda: self.index, embedder, lambda *_: self._drive(), parser
        )
        options = DriveOptions(settle=0).as_json()
        self.drive_id = self.catalog.followed.follow(root.as_uri(), "general", options).id

    def run(self, edits: int, between_looks: int = 8, converge_every: int = 100) -> Outcome:
        """Make so many edits; converge after every so many of them, and at the end."""
        began, next_convergence = time.perf_counter(), converge_every
        while self.outcome.edits < edits:
            for _ in range(self.chance.randint(1, 2 * between_looks)):
                self.tree.edit()
                self.outcome.edits += 1
            self._look(stumble=self.chance.random() < 0.33, hinted=self.chance.random() < 0.5)
            if self.outcome.edits >= min(next_convergence, edits):
                self._converge()
                next_convergence += converge_every
        self.outcome.kinds = dict(self.tree.kinds)
        self.outcome.contents = len(self.tree.contents)
        self.outcome.seconds = round(time.perf_counter() - began, 1)
        return self.outcome

    def close(self) -> None:
        """Let go of the files."""
        self.index.close()
        self.catalog.close()

    def _look(self, *, stumble: bool, hinted: bool) -> None:
        from brain.errors import CitewiseError

        before = set(self.catalog.ledger(self.drive_id))
        hints = self.tree.hints()
        paths = dict.fromkeys(sorted(hints), time.monotonic()) if hinted else None
        self.stumble = self.chance.choice(["folder", "root", "midway"]) if stumble else ""
        self.outcome.looks += 1
        self.outcome.hinted_looks += hinted
        self.outcome.stumbles += stumble
        try:
            report = self.drive_sync.sync(self.drive_id, paths=paths)
        except CitewiseError as error:
            if not stumble:
                self.outcome.faults.append(f"a look failed: {error.sentence}")
            if before - set(self.catalog.ledger(self.drive_id)):
                self.outcome.faults.append("a listing that failed removed something")
        else:
            assert report is not None
            self.outcome.embedded += report.embedded
            self.outcome.suspended += report.held > 0
        if stumble and hinted:
            self.tree.touched |= hints  # a follower takes doubts to the whole; here they are hinted at again
        self.stumble = ""

    def _converge(self) -> None:
        for _ in range(3):
            self._look(stumble=False, hinted=False)
            if not self.catalog.followed.of(self.drive_id).held:
                break
            self.catalog.followed.allow(self.drive_id)
            self.outcome.confirmed += 1
        self.outcome.convergences += 1
        stored = [(row.path, row.content_hash) for row in self.catalog.documents()]
        if len(dict(stored)) != len(stored):
            self.outcome.faults.append("a path is there twice")
        if wrong := sorted(dict(dict(stored).items() ^ self.tree.hashes().items())):
            self.outcome.faults.append(f"after {self.outcome.edits} edits the catalog differs: {wrong[:5]}")
        self.outcome.faults += self.index.verify(deep=True).differences

    def _drive(self) -> "Drive":
        from ingest.drives import DriveUnavailable, Unlisted
        from ingest.local.folder import LocalFolder
        from ingest.locate import readable_suffixes

        edits = self

        class Stumbling(LocalFolder):
            """A real folder that fails as a share does, when it is told to."""

            def list(self, ledger: "Mapping[str, LedgerEntry]") -> "Iterator[Item]":
                yield from self._stumble(super().list(ledger))

            def list_only(
                self, paths: Collection[str], ledger: "Mapping[str, LedgerEntry]"
            ) -> "Iterator[Item]":
                yield from self._stumble(super().list_only(paths, ledger))

            def _stumble(self, listing: "Iterable[Item]") -> "Iterator[Item]":
                if edits.stumble == "root":
                    raise DriveUnavailable("The share is not there.")
                hidden = edits.chance.choice(FOLDERS[1:]) if edits.stumble == "folder" else None
                if hidden:
                    yield Unlisted(hidden, "input/output error")
                for number, item in enumerate(listing):
                    if edits.stumble == "midway" and number == 3:
                        raise DriveUnavailable("The share went away.")
                    if not (hidden and (item.path + "/").startswith(hidden + "/")):
                        yield item

        return Stumbling(self.tree.root, readable_suffixes(), own_clock=True)


def main() -> None:
    """Run the edits, print their table, keep the figures."""
    from ingest.parsing.pool import ParsePool

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citewise-edits-") as folder, ParsePool() as pool:
        os.umask(0o022)
        edits = Edits(Path(folder), given.seed, lambda workers: nullcontext(pool))
        outcome = edits.run(given.edits)
        edits.close()
    rows = [{"what": name.replace("_", " "), "figure": str(value)} for name, value in asdict(outcome).items()]
    show("Random edits", rows, "faults must be empty")
    print(f"Written to {record('tree_edits', [asdict(outcome)])}")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
