"""Listing Google Drive by ids: one folder at a time, or a shared drive at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from ingest.cloud.google_files import FIELDS, FOLDER, PERMISSION_FIELDS, GoogleFile, google_file
from ingest.cloud.rest import Refused, RestApi
from ingest.drives import DriveUnavailable

_PAGE = "1000"  # the most that files.list gives at once
_REJECTED_PAGE = 400  # a page token that is too old: to be dropped, and the listing begun again

Children = Callable[[str], Sequence[GoogleFile]]


class GoogleListing:
    """What the API lists; with `audience` each file says as much as it can of who may read it.

    All methods raise Refused and DriveUnavailable.
    """

    def __init__(self, api: RestApi, *, audience: bool) -> None:
        self._api = api
        who = f",hasAugmentedPermissions,permissionIds,permissions({PERMISSION_FIELDS})" if audience else ""
        self._fields = f"nextPageToken,incompleteSearch,files({FIELDS}{who})"

    def file(self, file_id: str) -> GoogleFile:
        """One file by its id."""
        params = {"supportsAllDrives": "true", "fields": FIELDS}
        return google_file(self._api.get(f"/files/{file_id}", params)[0])

    def below(self, root: GoogleFile) -> Children:
        """What lies in each folder below `root`, to be asked by the folder's id.

        A shared drive is listed as a whole, in pages. A folder is walked with one query for each folder: a
        query for several folders at once is known to leave some out without a word (rclone issues 3114,
        4289 and 9810), and what is left out would pass for deleted.
        """
        if root.id == root.drive_id:
            by_folder = self._shared_drive(root)
            return lambda folder: by_folder.get(folder, ())
        scope = {"corpora": "drive", "driveId": root.drive_id} if root.drive_id else {"corpora": "user"}
        return lambda folder: self._files(f"'{folder}' in parents and trashed = false", scope)

    def _shared_drive(self, root: GoogleFile) -> Mapping[str, Sequence[GoogleFile]]:
        files = self._files("trashed = false", {"corpora": "drive", "driveId": root.id})
        folders = {root.id} | {file.id for file in files if file.mime == FOLDER}
        by_folder = defaultdict[str, list[GoogleFile]](list)
        left = list(files)
        while left:
            file = left.pop()
            for parent in file.parents or (root.id,):
                by_folder[parent].append(file)
                if parent not in folders:
                    folders.add(parent)
                    left += self._missed(parent)
        return by_folder

    def _missed(self, folder: str) -> Sequence[GoogleFile]:
        """A folder that the listing did not show though it holds something: made or moved meanwhile."""
        try:
            found = self.file(folder)
        except Refused as refused:
            if refused.fault.status != 404:
                raise
            return ()  # not for this account to see
        return () if found.trashed else (found,)

    def _files(self, query: str, scope: Mapping[str, str]) -> Sequence[GoogleFile]:
        try:
            return self._pages(query, scope)
        except Refused as refused:
            if refused.fault.status != _REJECTED_PAGE:
                raise
            return self._pages(query, scope)

    def _pages(self, query: str, scope: Mapping[str, str]) -> Sequence[GoogleFile]:
        """All pages; a file that moved from page to page meanwhile counts once, as it was seen last."""
        params = {
            **scope,
            "q": query,
            "includeItemsFromAllDrives": "true",
            "supportsAllDrives": "true",
            "pageSize": _PAGE,
            "fields": self._fields,
        }
        found: dict[str, GoogleFile] = {}
        while True:
            page, _ = self._api.get("/files", params)
            if page.get("incompleteSearch"):
                raise DriveUnavailable(
                    "Google Drive did not search to the end. Nothing was changed: a later run tries again."
                )
            for file in map(google_file, page.get("files", ())):
                found[file.id] = file
            if not page.get("nextPageToken"):
                return list(found.values())
            params["pageToken"] = page["nextPageToken"]
