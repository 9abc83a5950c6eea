"""Listing Google Drive by ids: one folder at a time, or a shared drive at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from ingest.cloud.google_files import FIELDS, PERMISSION_FIELDS, GoogleFile, google_file
from ingest.cloud.rest import Refused, RestApi
from ingest.cloud.tree import Tree
from ingest.drives import DriveUnavailable

_PAGE = "1000"  # the most that files.list gives at once
_REJECTED_PAGE = 400  # a page token that is too old: to be dropped, and the listing begun again

Children = Callable[[str], Iterator[tuple[str, GoogleFile]]]  # by name, with a name that no other has
Folders = Callable[[GoogleFile], Sequence[str]]


class GoogleListing:
    """What the API lists; with `audience` each file says as much as it can of who may read it.

    All methods raise Refused, DriveUnavailable and StorageFailed.
    """

    def __init__(self, api: RestApi, *, audience: bool) -> None:
        self._api = api
        who = f",hasAugmentedPermissions,permissionIds,permissions({PERMISSION_FIELDS})" if audience else ""
        self._fields = f"nextPageToken,incompleteSearch,files({FIELDS}{who})"

    def file(self, file_id: str) -> GoogleFile:
        """One file by its id."""
        params = {"supportsAllDrives": "true", "fields": FIELDS}
        return google_file(self._api.get(f"/files/{file_id}", params)[0])

    def below(self, root: GoogleFile, tree: Tree[GoogleFile]) -> Children:
        """What lies in each folder below `root`, to be asked by the folder's id, one after the other.

        A shared drive is listed as a whole, in pages. A folder is walked with one query for each folder: a
        query for several folders at once is known to leave some out without a word (rclone issues 3114,
        4289 and 9810), and what is left out would pass for deleted. What is listed is kept in `tree`.
        """
        if root.id == root.drive_id:
            self._shared_drive(root, tree)
            return tree.children
        scope = {"corpora": "drive", "driveId": root.drive_id} if root.drive_id else {"corpora": "user"}

        def children(folder: str) -> Iterator[tuple[str, GoogleFile]]:
            query = f"'{folder}' in parents and trashed = false"
            self._list(query, scope, tree, lambda file: (folder,))
            return tree.children(folder)

        return children

    def _shared_drive(self, root: GoogleFile, tree: Tree[GoogleFile]) -> None:
        def folders_of(file: GoogleFile) -> Sequence[str]:
            return file.parents or (root.id,)

        self._list("trashed = false", {"corpora": "drive", "driveId": root.id}, tree, folders_of)
        tree.put([(root, ())])
        while unknown := tree.unknown_folders():
            tree.put_unseen(unknown)
            for folder in unknown:
                tree.put((file, folders_of(file)) for file in self._missed(folder))

    def _missed(self, folder: str) -> Sequence[GoogleFile]:
        """A folder that the listing did not show though it holds something: made or moved meanwhile."""
        try:
            found = self.file(folder)
        except Refused as refused:
            if refused.fault.status != 404:
                raise
            return ()  # not for this account to see
        return () if found.trashed else (found,)

    def _list(
        self, query: str, scope: Mapping[str, str], tree: Tree[GoogleFile], folders_of: Folders
    ) -> None:
        """Have `tree` hold what is found and nothing else; begun again once where a page token is too old."""
        try:
            self._pages(query, scope, tree, folders_of)
        except Refused as refused:
            if refused.fault.status != _REJECTED_PAGE:
                raise
            self._pages(query, scope, tree, folders_of)

    def _pages(
        self, query: str, scope: Mapping[str, str], tree: Tree[GoogleFile], folders_of: Folders
    ) -> None:
        """All pages; a file that moved from page to page meanwhile counts once, as it was seen last."""
        params = {
            **scope,
            "q": query,
            "includeItemsFromAllDrives": "true",
            "supportsAllDrives": "true",
            "pageSize": _PAGE,
            "fields": self._fields,
        }
        tree.clear()
        while True:
            page, _ = self._api.get("/files", params)
            if page.get("incompleteSearch"):
                raise DriveUnavailable(
                    "Google Drive did not search to the end. Nothing was changed: a later run tries again."
                )
            tree.put((file, folders_of(file)) for file in map(google_file, page.get("files", ())))
            if not page.get("nextPageToken"):
                return
            params["pageToken"] = page["nextPageToken"]
