"""Who may read which file on Google Drive, with as few calls as the API allows.

Files of My Drive carry their permissions in the listing. Files of a shared drive carry only ids of theirs,
and an id stands for the same grantee everywhere: the members are asked for once, and a file only where it
has permissions of its own or an id that is not known yet.
"""

from ingest.cloud.audience import Grants, Principal
from ingest.cloud.google_files import PERMISSION_FIELDS, GoogleFile, grant
from ingest.cloud.rest import Refused, RestApi

_NOT_SHOWN = (401, 403, 404)


class GoogleAccess:
    """The permissions of one run."""

    def __init__(self, api: RestApi) -> None:
        self._api = api
        self._grantees: dict[str, Principal | None] = {}

    def grants(self, file: GoogleFile) -> Grants | None:
        """Who may read it; None where that is not shown to this account.

        Raises DriveUnavailable where the service has no time.
        """
        if file.grants is not None:
            return file.grants
        if file.permission_ids is None or file.has_own_permissions:
            return self._asked(file.id)
        if not self._grantees and file.drive_id:
            self._asked(file.drive_id)  # its members, who are most of what the files' ids stand for
        if file.permission_ids - self._grantees.keys():
            asked = self._asked(file.id)
            if asked is None or file.permission_ids - self._grantees.keys():
                return asked
        return frozenset(filter(None, (self._grantees[one] for one in file.permission_ids)))

    def _asked(self, file_id: str) -> Grants | None:
        params = {
            "supportsAllDrives": "true",
            "pageSize": "100",
            "fields": f"nextPageToken,permissions({PERMISSION_FIELDS})",
        }
        granted: set[Principal] = set()
        while True:
            try:
                page, _ = self._api.get(f"/files/{file_id}/permissions", params)
            except Refused as refused:
                if refused.fault.status in _NOT_SHOWN:
                    return None
                raise
            for permission in page.get("permissions", ()):
                who = grant(permission)
                self._grantees[permission["id"]] = who
                if who is not None:
                    granted.add(who)
            if not page.get("nextPageToken"):
                return frozenset(granted)
            params["pageToken"] = page["nextPageToken"]
