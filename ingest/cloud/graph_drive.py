"""OneDrive and SharePoint libraries as drives, over Microsoft Graph."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from brain.catalog.rows import LedgerEntry
from brain.errors import UsageError
from brain.extras import need_extra
from ingest.addresses import AddressPolicy
from ingest.cloud.audience import Gate, Principal, readers
from ingest.cloud.endpoints import Settings
from ingest.cloud.graph_access import BATCH, GraphAccess
from ingest.cloud.graph_faults import GRAPH, file_refused, place_refused
from ingest.cloud.graph_items import GraphItem, entry_of, list_all, packed, unpacked
from ingest.cloud.graph_place import Located, Place, locate, place_of
from ingest.cloud.lending import check_size, place_for
from ingest.cloud.rest import Patience, Refused, RestApi
from ingest.cloud.tree import Tree
from ingest.credentials import Credentials
from ingest.drives import NOT_FOR_AUDIENCE, Changes, DriveUnavailable, Entry, FetchedFile, Skipped, Unlisted
from ingest.local.folder import moment
from ingest.options import DriveOptions
from ingest.reconciling.skipping import UNKNOWN_FORMAT, reason_to_skip

A_NOTEBOOK = "a OneNote notebook or another package, which can't be downloaded as a file"
ELSEWHERE = "a shortcut to another drive"
MALWARE = "marked as malware by Microsoft"

_READERS = ("user", "group", "domain", "anyone", "sharepoint-group")
_UNKNOWN_CURSOR = (400, 404, 410)
# What makes permission changes show up in the delta query; without the rights for it they are left out.
_SHARING_TOO = "deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges"


def open_drive(
    url: str,
    suffixes: frozenset[str],
    credentials: Credentials,
    options: DriveOptions,
    policy: AddressPolicy,
    patience: Patience | None = None,
) -> "GraphDrive":
    """The drive at `sharepoint://HOST/sites/SITE[/LIBRARY[/folder]]` or `onedrive://USER@DOMAIN[/folder]`.

    `policy` is for pages that anybody names; here Graph, the sign-in service and the hosts that Graph hands
    out files from are contacted. Raises UsageError with the remedy.
    """
    try:
        from ingest.cloud.graph_tokens import EntraApp
    except ImportError as error:
        raise UsageError(f"Reading OneDrive and SharePoint needs {need_extra('sharepoint')}.") from error
    place = place_of(url)
    wanted = readers(options.readers, _READERS)
    settings = Settings(place.url, credentials)
    base = settings.endpoint("base_url", "https://graph.microsoft.com/v1.0")
    domains = settings.texts("organization_domains")
    client = settings.client()
    app = EntraApp(settings, client, base)
    api = RestApi(base, client, app, GRAPH, patience or Patience())
    return GraphDrive(place, suffixes, wanted, api, app.client_id, domains, credentials.folder)


class GraphDrive:
    """All documents in one folder of a drive, or on all of it, as far as the app `client_id` may read them.

    `domains` are those of the organization's own accounts. While it is listed, what is too much for the
    memory lies in `home`.
    """

    def __init__(
        self,
        place: Place,
        suffixes: frozenset[str],
        wanted: Sequence[Principal],
        api: RestApi,
        client_id: str,
        domains: Sequence[str],
        home: Path,
    ) -> None:
        self._place = place
        self._suffixes = suffixes
        self._readers = tuple(wanted)
        self._api = api
        self._client_id = client_id
        self._domains = tuple(domains)
        self._home = home
        self._located: Located | None = None

    @property
    def url(self) -> str:
        """The address in its one spelling."""
        return self._place.url

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """All files below the folder, from a listing of the whole drive (the one way to miss none).

        Renaming a folder changes nothing about the items in it, so paths are built from ids each time.
        """
        try:
            at = self._located = locate(self._place, self._api)
            with Tree(self._home, packed, unpacked) as tree:
                inherits = list_all(self._api, at.drive_id, tree, audience=bool(self._readers))
                access = GraphAccess(self._api, at.drive_id, tree.get if inherits else None, self._domains)
                gate = Gate(
                    self.url, self._readers, f"Give the app {self._client_id} the right to read permissions."
                )
                waiting: list[tuple[str, GraphItem]] = []
                for path, found in self._below(at.item_id, tree):
                    if isinstance(found, str):
                        yield Skipped(path, found)
                        continue
                    waiting.append((path, found))
                    if len(waiting) == BATCH:
                        yield from self._entries(waiting, access, gate)
                        waiting = []
                yield from self._entries(waiting, access, gate)
            gate.close()
        except Refused as refused:
            raise self._refused(refused) from refused

    def _below(self, top: str, tree: Tree[GraphItem]) -> Iterator[tuple[str, GraphItem | str]]:
        """Files with their paths, in name order, and what is left alone with the reason."""
        if tree.get(top) is None:
            raise DriveUnavailable(
                f"The folder of {self.url} is not in Microsoft Graph's list of the drive. Nothing was "
                "changed: a later run tries again."
            )
        for folder, prefix in tree.folders(top):
            for name, item in tree.children(folder):
                path = prefix + name
                if reason := self._reason_to_skip(name, item):
                    yield path, reason
                elif not item.is_folder:
                    yield path, item
                elif tree.meet(item.id):
                    tree.enter(item.id, path + "/")

    def _reason_to_skip(self, name: str, item: GraphItem) -> str | None:
        if item.package:
            return A_NOTEBOOK
        if item.is_remote:
            return ELSEWHERE
        if item.is_malware:
            return MALWARE
        if reason := reason_to_skip(name):
            return reason
        if item.is_folder or (item.is_file and "." + name.rpartition(".")[2].lower() in self._suffixes):
            return None
        return UNKNOWN_FORMAT

    def _entries(
        self, files: Sequence[tuple[str, GraphItem]], access: GraphAccess, gate: Gate
    ) -> Iterator[Entry | Skipped]:
        granted = access.grants([item for _, item in files]) if self._readers else [None] * len(files)
        for (path, item), grants in zip(files, granted, strict=True):
            if self._readers and not gate.lets_in(grants):
                yield Skipped(path, NOT_FOR_AUDIENCE)
            else:
                yield entry_of(path, item)

    def check_there(self) -> None:
        """Ask for the folder itself. Raises DriveUnavailable."""
        try:
            self._located = locate(self._place, self._api)
        except Refused as refused:
            raise self._refused(refused) from refused

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The file as a local one. The address that Graph redirects to gets no token."""
        check_size(entry.size)
        with place_for(entry.path) as path:
            try:
                at = self._located = self._located or locate(self._place, self._api)
                with path.open("wb") as file:
                    content = f"/drives/{at.drive_id}/items/{entry.identity}/content"
                    self._api.download(content, file)
            except Refused as refused:
                raise file_refused(refused.fault, entry.path) from refused
            yield FetchedFile(path, entry, moment(entry.mtime_ns) if entry.mtime_ns else None)

    def uri(self, entry: Entry) -> str:
        """The link that opens it in the browser."""
        return entry.address or (self._located.link if self._located else "") or self.url

    def changes(self, cursor: str) -> Changes:
        """Whether anything changed since the cursor, anywhere on the drive that the folder is on."""
        drive_id, _, link = cursor.partition(" ")
        try:
            at = self._located = self._located or locate(self._place, self._api)
            if not link or drive_id != at.drive_id:
                return Changes(True, self._cursor_of_now(at))
            return self._changes_since(at, link)
        except Refused as refused:
            if link and refused.fault.status in _UNKNOWN_CURSOR:
                self._located = None  # the drive itself may be another one now
                return self.changes("")
            raise self._refused(refused) from refused

    def _changes_since(self, at: Located, link: str) -> Changes:
        headers = {"Prefer": _SHARING_TOO} if self._readers else None
        while True:
            page, _ = self._api.get(link, headers=headers)
            if page.get("@odata.deltaLink"):
                return Changes(bool(page.get("value")), f"{at.drive_id} {page['@odata.deltaLink']}")
            if page.get("value") or not page.get("@odata.nextLink"):
                # One change is enough to list everything, and the listing sees what the next pages tell
                return Changes(True, self._cursor_of_now(at))
            link = str(page["@odata.nextLink"])

    def _cursor_of_now(self, at: Located) -> str:
        page, _ = self._api.get(f"/drives/{at.drive_id}/root/delta", {"token": "latest"})
        return f"{at.drive_id} {page['@odata.deltaLink']}"

    def _refused(self, refused: Refused) -> DriveUnavailable:
        return place_refused(refused.fault, self.url, self._client_id)
