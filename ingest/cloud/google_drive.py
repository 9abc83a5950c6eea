"""Google Drive: a folder of My Drive or of a shared drive, or a whole shared drive, as a drive."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from brain.catalog.rows import LedgerEntry
from brain.errors import UsageError
from brain.extras import need_extra
from ingest.addresses import AddressPolicy
from ingest.cloud.audience import Gate, Principal, readers
from ingest.cloud.endpoints import Settings
from ingest.cloud.google_access import GoogleAccess
from ingest.cloud.google_download import GoogleDownload
from ingest.cloud.google_faults import GOOGLE, place_refused
from ingest.cloud.google_files import FOLDER, SHORTCUT, GoogleFile, entry_of, link_of, packed, unpacked
from ingest.cloud.google_listing import GoogleListing
from ingest.cloud.lending import place_for
from ingest.cloud.rest import Patience, Refused, RestApi
from ingest.cloud.tree import Tree
from ingest.credentials import Credentials
from ingest.drives import NOT_FOR_AUDIENCE, Changes, DriveUnavailable, Entry, FetchedFile, Skipped, Unlisted
from ingest.local.folder import moment
from ingest.options import DriveOptions
from ingest.reconciling.skipping import UNKNOWN_FORMAT, reason_to_skip

SCHEME = "gdrive"
A_SHORTCUT = "a shortcut: its target is read where it lies"
NO_DOCUMENT = "something of Google's own without text to read (a form, drawing or map)"
LISTED_TWICE = "also lies in another folder, and is read there"

_READERS = ("user", "group", "domain", "anyone")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_UNKNOWN_TOKEN = (400, 404, 410)


def open_drive(
    url: str,
    suffixes: frozenset[str],
    credentials: Credentials,
    options: DriveOptions,
    policy: AddressPolicy,
    patience: Patience | None = None,
) -> "GoogleDrive":
    """The drive at `gdrive://FOLDER_OR_SHARED_DRIVE_ID`; raises UsageError with the remedy.

    `policy` is for pages that anybody names; here only the addresses in credentials.toml are contacted.
    """
    try:
        from ingest.cloud.google_tokens import ServiceAccount
    except ImportError as error:
        raise UsageError(f"Reading Google Drive needs {need_extra('gdrive')}.") from error
    parts = urlsplit(url)
    if not _ID.fullmatch(parts.netloc) or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(
            f"{url} names no folder: write gdrive:// and the id, which stands at the end of the folder's "
            "address in the browser."
        )
    wanted = readers(options.readers, _READERS)
    settings = Settings(f"{SCHEME}://{parts.netloc}", credentials)
    base = settings.endpoint("base_url", "https://www.googleapis.com/drive/v3")
    export_url = settings.endpoint("export_url", "https://docs.google.com")
    client = settings.client()
    tokens = ServiceAccount(settings, client)
    api = RestApi(base, client, tokens, GOOGLE, patience or Patience())
    return GoogleDrive(parts.netloc, suffixes, wanted, api, tokens.account, export_url, credentials.folder)


class GoogleDrive:
    """All documents under one folder, or on one shared drive, as far as `account` can see them.

    While it is listed, what is too much for the memory lies in `home`.
    """

    def __init__(
        self,
        root: str,
        suffixes: frozenset[str],
        wanted: Sequence[Principal],
        api: RestApi,
        account: str,
        export_url: str,
        home: Path,
    ) -> None:
        self._root = root
        self._suffixes = suffixes
        self._readers = tuple(wanted)
        self._api = api
        self._account = account
        self._listing = GoogleListing(api, audience=bool(wanted))
        self._download = GoogleDownload(api, self._listing.file, export_url)
        self._home = home
        self._change_log: str | None = None

    @property
    def url(self) -> str:
        """`gdrive://` and the id."""
        return f"{SCHEME}://{self._root}"

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """Walk the tree in name order; a folder that can't be listed is reported, the rest goes on."""
        root = self._top()
        access = GoogleAccess(self._api)
        gate = Gate(self.url, self._readers, f"Give {self._account} a role that may share files.")
        with Tree(self._home, packed, unpacked) as tree:
            try:
                children = self._listing.below(root, tree)
            except Refused as refused:
                raise self._refused(refused) from refused
            for folder, prefix in tree.folders(root.id):
                try:
                    found = children(folder)
                except Refused as refused:
                    if not prefix:
                        raise self._refused(refused) from refused
                    yield Unlisted(
                        prefix.rstrip("/"), f"Google Drive refuses to list it ({refused.fault.status})"
                    )
                    continue
                for name, file in found:
                    path = prefix + name
                    if reason := self._reason_to_skip(name, file, tree):
                        yield Skipped(path, reason)
                    elif file.mime == FOLDER:
                        tree.enter(file.id, path + "/")
                    else:
                        yield self._entry(path, file, access, gate)
        gate.close()

    def _reason_to_skip(self, name: str, file: GoogleFile, tree: Tree[GoogleFile]) -> str | None:
        if file.mime == SHORTCUT:
            return A_SHORTCUT
        if reason := reason_to_skip(name):
            return reason
        if file.mime != FOLDER:
            if file.is_foreign:
                return NO_DOCUMENT
            if "." + name.rpartition(".")[2].lower() not in self._suffixes:
                return UNKNOWN_FORMAT
        return None if tree.meet(file.id) else LISTED_TWICE

    def _entry(self, path: str, file: GoogleFile, access: GoogleAccess, gate: Gate) -> Entry | Skipped:
        if self._readers:
            try:
                granted = access.grants(file)
            except Refused as refused:
                raise self._refused(refused) from refused
            if not gate.lets_in(granted):
                return Skipped(path, NOT_FOR_AUDIENCE)
        return entry_of(path, file)

    def _top(self) -> GoogleFile:
        try:
            root = self._listing.file(self._root)
        except Refused as refused:
            raise self._refused(refused) from refused
        if root.mime != FOLDER:
            raise UsageError(f"{self.url} is a single file, “{root.name}”: name the folder that it lies in.")
        if root.trashed:
            raise DriveUnavailable(
                f"The folder “{root.name}” ({self.url}) is in the trash. Nothing was removed from the index: "
                "restore it, or take it out with `citewise drives remove`."
            )
        self._change_log = root.drive_id
        return root

    def _refused(self, refused: Refused) -> DriveUnavailable:
        return place_refused(refused.fault, self.url, self._account)

    def check_there(self) -> None:
        """Ask for the folder itself. Raises DriveUnavailable."""
        self._top()

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The file as a local one: downloaded and checked, or exported."""
        with place_for(entry.path) as path:
            now = self._download.fetch(entry, path)
            yield FetchedFile(path, now, moment(now.mtime_ns) if now.mtime_ns else None)

    def uri(self, entry: Entry) -> str:
        """The link that opens it in the browser, as the API gave it."""
        return link_of(entry)

    def changes(self, cursor: str) -> Changes:
        """Whether anything changed on the shared drive, or for the account, since the cursor.

        Each shared drive has a change log of its own, so a cursor names the log that it belongs to.
        """
        if self._change_log is None:
            self._top()
        drive_id = self._change_log or ""
        log, _, token = cursor.rpartition(":")
        try:
            if not token or log != drive_id:
                return Changes(True, f"{drive_id}:{self._token_of_now(drive_id)}")
            return self._changes_since(drive_id, token)
        except Refused as refused:
            if token and refused.fault.status in _UNKNOWN_TOKEN:
                return self.changes("")
            raise self._refused(refused) from refused

    def _changes_since(self, drive_id: str, token: str) -> Changes:
        params = {
            "pageToken": token,
            "pageSize": "1000",
            "includeItemsFromAllDrives": "true",
            "supportsAllDrives": "true",
            "fields": "nextPageToken,newStartPageToken,changes(changeType)",
        } | ({"driveId": drive_id} if drive_id else {})
        while True:
            page, _ = self._api.get("/changes", params)
            if page.get("newStartPageToken"):
                return Changes(bool(page.get("changes")), f"{drive_id}:{page['newStartPageToken']}")
            if page.get("changes") or not page.get("nextPageToken"):
                # One change is enough to list everything, and the listing sees what the next pages tell
                return Changes(True, f"{drive_id}:{self._token_of_now(drive_id)}")
            params["pageToken"] = page["nextPageToken"]

    def _token_of_now(self, drive_id: str) -> str:
        params = {"supportsAllDrives": "true"} | ({"driveId": drive_id} if drive_id else {})
        return str(self._api.get("/changes/startPageToken", params)[0]["startPageToken"])
