"""What a cloud lists in pages and in any order, kept on disk and read as the tree that it is.

A drive may hold a million items, also in a single folder, so at any time the memory holds few of them.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self

from ingest.cloud.names import Item, give_name
from ingest.reconciling.scratch import PAGE, Scratch

_TABLES = (
    # An item that is put again gets a new number; one that nobody can see is there without what it is.
    "CREATE TABLE items (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, item TEXT)",
    # Oldest first, as names are given. A row counts only while there is an item of its number.
    """CREATE TABLE places (
           folder TEXT, made INTEGER, id TEXT, number INTEGER,
           PRIMARY KEY (folder, made, id, number)) WITHOUT ROWID""",
    "CREATE TABLE named (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE met (id TEXT PRIMARY KEY) WITHOUT ROWID",
    """CREATE TABLE to_enter (
           depth INTEGER, number INTEGER, id TEXT NOT NULL, prefix TEXT NOT NULL,
           PRIMARY KEY (depth, number DESC)) WITHOUT ROWID""",
)


class Tree(Generic[Item]):
    """The items of one listing, in a file in `folder` that is gone with it; for one thread at a time.

    `pack` makes a text of an item, `unpack` an item of that text. All methods raise StorageFailed.
    """

    def __init__(self, folder: Path, pack: Callable[[Item], str], unpack: Callable[[str], Item]) -> None:
        self._scratch = Scratch(folder, _TABLES)
        self._pack = pack
        self._unpack = unpack
        self._numbers = itertools.count(1)
        self._depth = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.close()

    # What is listed

    def put(self, page: Iterable[tuple[Item, Collection[str]]]) -> None:
        """Keep items, each with the ids of the folders that it lies in, in place of what had their ids."""
        items, places = [], []
        for item, folders in page:
            number = next(self._numbers)
            items.append((number, item.id, self._pack(item)))
            places += [(folder, item.made, item.id, number) for folder in folders]
        self._scratch.run_many("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", items)
        self._scratch.run_many("INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?)", places)

    def put_unseen(self, ids: Iterable[str]) -> None:
        """Remember that these items, of which nothing is kept, can't be seen."""
        rows = [(next(self._numbers), one) for one in ids]
        self._scratch.run_many("INSERT OR REPLACE INTO items (number, id) VALUES (?, ?)", rows)

    def drop(self, ids: Iterable[str]) -> None:
        """These are not there any more."""
        self._scratch.run_many("DELETE FROM items WHERE id = ?", [(one,) for one in ids])

    def clear(self) -> None:
        """Drop all items; which folders are to be entered, and what was met, stays."""
        for table in ("items", "places", "named"):
            self._scratch.run(f"DELETE FROM {table}")

    def get(self, item_id: str) -> Item | None:
        """The item of that id."""
        row = self._scratch.row("SELECT item FROM items WHERE id = ?", (item_id,))
        return None if row is None or row[0] is None else self._unpack(row[0])

    def unknown_folders(self) -> list[str]:
        """Some ids of folders that something lies in, and that were not put; none where there are no more."""
        rows = self._scratch.rows(
            """SELECT DISTINCT folder FROM places
               WHERE NOT EXISTS (SELECT 1 FROM items WHERE items.id = places.folder)
               AND EXISTS (SELECT 1 FROM items WHERE items.number = places.number) LIMIT ?""",
            (PAGE,),
        )
        return [folder for (folder,) in rows]

    # Walking it

    def folders(self, top: str) -> Iterator[tuple[str, str]]:
        """`top`, and after each folder those that `enter` was told of meanwhile, with their prefixes."""
        self._depth = 0
        self.meet(top)
        self.enter(top, "")
        while row := self._scratch.row(
            "SELECT depth, number, id, prefix FROM to_enter ORDER BY depth DESC, number LIMIT 1"
        ):
            depth, number, folder, prefix = row
            self._scratch.run("DELETE FROM to_enter WHERE depth = ? AND number = ?", (depth, number))
            self._depth = depth + 1
            yield folder, prefix

    def enter(self, folder: str, prefix: str) -> None:
        """Have this folder entered, after those in the same one that came before it.

        `prefix` begins the paths of what lies in it.
        """
        self._scratch.run(
            "INSERT INTO to_enter VALUES (?, ?, ?, ?)", (self._depth, next(self._numbers), folder, prefix)
        )

    def meet(self, item_id: str) -> bool:
        """Note that the item was met; False where it was before."""
        return self._scratch.run("INSERT OR IGNORE INTO met VALUES (?)", (item_id,)) == 1

    def children(self, folder: str) -> Iterator[tuple[str, Item]]:
        """What lies in a folder, by name, with a name for each that no other has: see `names`.

        One folder at a time.
        """
        if len(page := self._older_first(folder)) < PAGE:
            yield from _named(self._unpack(row[-1]) for row in page)
            return
        self._scratch.run("DELETE FROM named")
        while page:
            for _, _, number, item in page:
                give_name(self._unpack(item), partial(self._take, number))
            page = self._older_first(folder, page[-1][:3])
        last = ""
        while rows := self._scratch.rows(
            "SELECT name, item FROM named JOIN items USING (number) WHERE name > ? ORDER BY name LIMIT ?",
            (last, PAGE),
        ):
            for name, item in rows:
                yield name, self._unpack(item)
            last = rows[-1][0]

    def _older_first(self, folder: str, after: tuple[int, str, int] = (-(2**63), "", 0)) -> list[Any]:
        return self._scratch.rows(
            """SELECT made, places.id, number, item FROM places JOIN items USING (number)
               WHERE folder = ? AND (made, places.id, number) > (?, ?, ?)
               ORDER BY made, places.id, number LIMIT ?""",
            (folder, *after, PAGE),
        )

    def _take(self, number: int, name: str) -> bool:
        return self._scratch.run("INSERT OR IGNORE INTO named VALUES (?, ?)", (name, number)) == 1


def _named(older_first: Iterable[Item]) -> Iterable[tuple[str, Item]]:
    """The same for a folder that is small enough to be held."""
    named: dict[str, Item] = {}
    for item in older_first:
        give_name(item, partial(_take_of, named, item))
    return sorted(named.items(), key=itemgetter(0))


def _take_of(named: dict[str, Item], item: Item, name: str) -> bool:
    return named.setdefault(name, item) is item
