"""`python -m benchmarks.cloud_listing [--files 1000000]`: what listing a large cloud drive takes.

Google Drive and Microsoft Graph are played by a transport that makes up the pages as they are asked for, in
no order; requests, JSON, listing and walk are citewise's own. Each listing has a process of its own, and its
memory is that of the whole process. Beside each stands what getting the same pages takes (of the processor)
where nothing is kept.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx

from benchmarks.recording import alone, peak_mib, record, show
from ingest.cloud.google_drive import GoogleDrive
from ingest.cloud.google_faults import GOOGLE
from ingest.cloud.google_files import FOLDER
from ingest.cloud.graph_drive import GraphDrive
from ingest.cloud.graph_faults import GRAPH
from ingest.cloud.graph_place import place_of
from ingest.cloud.rest import Patience, RestApi
from ingest.drives import Entry, Skipped, Unlisted

PAGE = 1000
IN_A_FOLDER = 100
STEP = 1_000_003  # a prime: its multiples go through all numbers below any count that it does not divide
BASE = "https://cloud.example"
LIBRARY = "b!" + "l" * 64
SUFFIXES = frozenset({".md"})
SHARED, FOLDERS, HUGE = "a shared drive", "folder by folder", "one huge folder"


class Tokens:
    """None is looked at."""

    def bearer(self) -> str:
        """Any text."""
        return "token"

    def forget(self) -> None:
        """There is nothing to renew."""


class MadeCloud:
    """A cloud of `count` files in folders of a hundred, or (`huge`) all in one; items are numbered from 0.

    Numbers from `count` on are those of folders.
    """

    def __init__(self, count: int, *, huge: bool) -> None:
        self.files = count
        self.folders = 0 if huge else -(-count // IN_A_FOLDER)
        self.count = count + self.folders

    def scattered(self, start: int) -> list[int]:
        """The numbers of one page."""
        return [n * STEP % self.count for n in range(start, min(start + PAGE, self.count))]

    def folder_of(self, number: int) -> int | None:
        """The number of the folder that an item lies in, None for the top."""
        return self.files + number // IN_A_FOLDER if self.folders and number < self.files else None

    def name(self, number: int) -> str:
        """As people would see it."""
        return f"a note with a name {number}.md" if number < self.files else f"folder {number}"


class Google(MadeCloud):
    """What Google Drive would answer; the drive is a `shared` one, or a folder of somebody's."""

    root = "0A" + "r" * 17

    def __init__(self, count: int, *, huge: bool, shared: bool) -> None:
        super().__init__(count, huge=huge)
        self._of_drive = {"driveId": self.root} if shared else {}

    def answer(self, path: str, asked: Mapping[str, str]) -> Any:
        """The answer's JSON."""
        if path != "/files":
            return {"id": self.root, "name": "Drive", "mimeType": FOLDER, **self._of_drive}
        start = int(asked.get("pageToken", 0))
        parent = asked["q"].split("'")[1] if asked["q"].startswith("'") else None
        if parent is None or (parent == self.root and not self.folders):
            numbers, end = self.scattered(start), self.count
        else:
            first = 0 if parent == self.root else (int(parent[1:], 16) - self.files) * IN_A_FOLDER
            last = min(first + IN_A_FOLDER, self.files)
            inside = range(self.files, self.count) if parent == self.root else range(first, last)
            numbers, end = list(inside[start : start + PAGE]), len(inside)
        page: dict[str, Any] = {"files": [self._file(number) for number in numbers]}
        if start + PAGE < end:
            page["nextPageToken"] = str(start + PAGE)
        return page

    def _file(self, number: int) -> dict[str, Any]:
        folder = self.folder_of(number)
        told = {
            "id": f"1{number:032x}",
            "name": self.name(number),
            "parents": [self.root if folder is None else f"1{folder:032x}"],
            "createdTime": f"2024-01-01T00:00:{number % 60:02}.000Z",
            "modifiedTime": f"2024-01-01T00:00:{number % 60:02}.000Z",
            "trashed": False,
            **self._of_drive,
        }
        if number >= self.files:
            return {**told, "mimeType": FOLDER}
        link = f"https://drive.google.com/file/d/1{number:032x}/view?usp=drivesdk"
        facts = {"mimeType": "text/markdown", "size": "100", "md5Checksum": f"{number:032x}"}
        return {**told, **facts, "webViewLink": link}

    def pages(self, api: RestApi) -> None:
        """Get all that a listing gets, and keep nothing."""
        scopes = ["trashed = false"]
        if not self._of_drive:
            tops = [self.root, *(f"1{number:032x}" for number in range(self.files, self.count))]
            scopes = [f"'{top}' in parents and trashed = false" for top in tops]
        for query in scopes:
            params = {"q": query}
            while True:
                page, _ = api.get("/files", params)
                if "nextPageToken" not in page:
                    break
                params["pageToken"] = page["nextPageToken"]

    def drive(self, client: httpx.Client, home: Path) -> tuple[RestApi, GoogleDrive]:
        """The drive as it is opened."""
        api = RestApi(BASE, client, Tokens(), GOOGLE, Patience())
        return api, GoogleDrive(self.root, SUFFIXES, (), api, "account", BASE, home)


class Graph(MadeCloud):
    """What Microsoft Graph would answer."""

    def answer(self, path: str, asked: Mapping[str, str]) -> Any:
        """The answer's JSON."""
        if not path.endswith("/delta"):
            return {"id": LIBRARY if path.startswith("/users") else "01ROOT", "name": "root", "folder": {}}
        start = int(asked.get("token", 0))
        page = [self._item(number) for number in self.scattered(start)]
        top = {"id": "01ROOT", "name": "root", "root": {}, "folder": {}, "parentReference": {}}
        here = f"{BASE}/drives/{LIBRARY}/root/delta"
        if start + PAGE < self.count:
            return {"value": [top, *page], "@odata.nextLink": f"{here}?token={start + PAGE}"}
        return {"value": [top, *page], "@odata.deltaLink": f"{here}?token=latest"}

    def _item(self, number: int) -> dict[str, Any]:
        folder = self.folder_of(number)
        above = "01ROOT" if folder is None else f"01{folder:032X}"
        where = "" if folder is None else f"/{self.name(folder)}"
        site = "https://contoso.sharepoint.example/sites/HR/Shared%20Documents"
        told = {
            "id": f"01{number:032X}",
            "name": self.name(number),
            "eTag": f'"{{{number:032X}}},1"',
            "createdDateTime": f"2024-01-01T00:00:{number % 60:02}Z",
            "lastModifiedDateTime": f"2024-01-01T00:00:{number % 60:02}Z",
            "webUrl": f"{site}{where}/{self.name(number)}".replace(" ", "%20"),
            "parentReference": {"driveId": LIBRARY, "driveType": "documentLibrary", "id": above},
        }
        if number >= self.files:
            return {**told, "folder": {"childCount": IN_A_FOLDER}}
        return {**told, "size": 100, "file": {"hashes": {"quickXorHash": f"{number:027x}="}}}

    def pages(self, api: RestApi) -> None:
        """Get all that a listing gets, and keep nothing."""
        link = f"/drives/{LIBRARY}/root/delta"
        while link:
            page, _ = api.get(link)
            link = page.get("@odata.nextLink", "")

    def drive(self, client: httpx.Client, home: Path) -> tuple[RestApi, GraphDrive]:
        """The drive as it is opened."""
        api = RestApi(BASE, client, Tokens(), GRAPH, Patience())
        place = place_of("onedrive://anna@contoso.example")
        return api, GraphDrive(place, SUFFIXES, (), api, "app", (), home)


CLOUDS: Mapping[str, Callable[[int], Google | Graph]] = {
    f"Google Drive: {SHARED}": lambda count: Google(count, huge=False, shared=True),
    f"Google Drive: {FOLDERS}": lambda count: Google(count, huge=False, shared=False),
    f"Google Drive: {HUGE}": lambda count: Google(count, huge=True, shared=False),
    "Microsoft Graph: a library": lambda count: Graph(count, huge=False),
    f"Microsoft Graph: {HUGE}": lambda count: Graph(count, huge=True),
}


@contextmanager
def opened(
    what: str, count: int, home: Path, watch: Callable[[], None] = lambda: None
) -> Iterator[tuple[Callable[[], None], GoogleDrive | GraphDrive]]:
    """What gets the pages of so large a cloud and keeps nothing, and the drive.

    `watch` is called each time when some 4,000 more files were told.
    """
    cloud, told = CLOUDS[what](count), 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal told
        asked = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        page = cloud.answer(request.url.path, asked)
        before, told = told, told + len(page.get("files", page.get("value", ())))
        if told // 4000 > before // 4000:
            watch()
        return httpx.Response(200, content=json.dumps(page))

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        api, drive = cloud.drive(client, home)
        yield partial(cloud.pages, api), drive


def measure(what: str, count: int, home: Path, listing: bool) -> tuple[float, float, float]:
    """Seconds, processor seconds and MiB of listing it all, or of getting the pages alone."""
    with opened(what, count, home) as (get_pages, drive):
        began, worked = time.perf_counter(), time.process_time()
        if listing:
            check(drive.list({}), count)
        else:
            get_pages()
        return time.perf_counter() - began, time.process_time() - worked, peak_mib()


def check(listing: Iterable[Entry | Skipped | Unlisted], count: int) -> None:
    """All of the files are there, those of each folder in the order of their names."""
    found, last = 0, ""
    for item in listing:
        assert isinstance(item, Entry)
        folder, _, _ = item.path.rpartition("/")
        assert last < item.path or last.rpartition("/")[0] != folder
        found, last = found + 1, item.path
    assert found == count


def main() -> None:
    """Measure, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=1_000_000)
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="citewise-listing-") as folder:
        home = Path(folder)
        for what in CLOUDS:
            _, pages, pages_mib = alone(measure, what, given.files, home, False)
            seconds, worked, mib = alone(measure, what, given.files, home, True)
            rows.append(
                {
                    "what": what,
                    "files": given.files,
                    "seconds": seconds,
                    "of the processor": worked,
                    "pages alone": pages,
                    "memory MiB": mib,
                    "pages alone, MiB": pages_mib,
                }
            )
    show("Listing a cloud drive", rows, "A real service's time for its pages comes on top.")
    print(f"Written to {record('cloud_listing', rows)}")


if __name__ == "__main__":
    main()
