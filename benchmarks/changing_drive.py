"""A folder of generated files that changes at random, and knows every content that it has had."""

import hashlib
import random
import shutil
from pathlib import Path

FEWEST = 8


class ChangingDrive:
    """`words` are those that only one content has, by its hash; `contents` a file's name and bytes by hash.

    It holds `most` files at most, so that a long series keeps its pace.
    """

    def __init__(self, root: Path, chance: random.Random, most: int) -> None:
        self.root = root
        self.chance = chance
        self.most = most
        self.contents: dict[str, tuple[str, bytes]] = {}
        self.counter = 0
        self.changes = 0
        self.words: dict[str, str] = {}

    def create(self) -> None:
        """A new file with a word that no other has."""
        self.counter += 1
        folder = self.chance.choice(["", "it", "hr", "hr/leave", "sales"])
        suffix = self.chance.choice([".md", ".txt", ".html", ".csv"])
        self._write(self.root / folder / f"file {self.counter}{suffix}")

    def change(self) -> None:
        """One random change."""
        self.changes += 1
        files = self.files()
        kind = self.chance.choice(["create", "edit", "edit", "move", "swap", "delete", "copy", "touch"])
        if kind in ("create", "copy") and len(files) >= self.most:
            kind = "edit"
        if kind == "create" or len(files) < FEWEST:
            self.create()
        elif kind == "edit":
            self._write(self.chance.choice(files))
        elif kind == "touch":
            self.chance.choice(files).touch()
        elif kind == "delete":
            self.chance.choice(files).unlink()
        elif kind == "swap":
            one = self.chance.choice(files)
            self._swap(one, self.chance.choice([file for file in files if file.suffix == one.suffix]))
        else:
            file = self.chance.choice(files)
            self.counter += 1
            target = self.root / self.chance.choice(["", "old", "hr"]) / f"{kind} {self.counter}{file.suffix}"
            target.parent.mkdir(exist_ok=True)
            if kind == "move":
                file.rename(target)
            else:
                shutil.copy(file, target)
            self._remember(target)

    def files(self) -> list[Path]:
        """All files there are now."""
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    def hashes(self) -> dict[str, str]:
        """Content hash by path, as the catalog should have it."""
        return {path.relative_to(self.root).as_posix(): _sha(path.read_bytes()) for path in self.files()}

    def _swap(self, one: Path, other: Path) -> None:
        spare = self.root / "swapping.tmp"
        one.rename(spare)
        if other != one:
            other.rename(one)
        spare.rename(other)
        self._remember(one)
        self._remember(other)

    def _write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.counter += 1
        word = f"zeb{self.counter:05d}ra"
        sentences = [
            f"Rule {n} of {word} says {self.chance.random():.12f}." for n in range(self.chance.randint(3, 60))
        ]
        if path.suffix == ".csv":
            text = "name,value\n" + "\n".join(f"{word},{sentence}" for sentence in sentences)
        elif path.suffix == ".html":
            text = (
                f"<html><body><h1>{word}</h1>" + "".join(f"<p>{s}</p>" for s in sentences) + "</body></html>"
            )
        else:
            text = f"# {word}\n\n" + "\n\n".join(sentences)
        path.write_text(text)
        self.words[_sha(text.encode())] = word
        self._remember(path)

    def _remember(self, path: Path) -> None:
        data = path.read_bytes()
        self.contents[_sha(data)] = (path.name, data)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
