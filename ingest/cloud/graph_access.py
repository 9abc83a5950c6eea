"""Who may read which file on SharePoint and OneDrive, twenty answers a call."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from ingest.cloud.audience import ANYONE, Grants, Principal
from ingest.cloud.graph_items import GraphItem
from ingest.cloud.rest import RestApi

BATCH = 20  # the most requests that Graph takes in one batch
_HELD = 1000  # folders, and answers: a tree is walked folder by folder, so that those used last are used next
_DEEPEST = 500  # folders in one another; a path may have 400 letters
_READING = frozenset({"read", "write", "owner", "sp.owner", "sp.member"})
_NOT_SHOWN = (401, 403, 404)
# Claims that stand for all accounts of the organisation, in SharePoint's own encoding.
_EVERYONE = ("c:0-.f|rolemanager|spo-grid-all-users", "c:0(.s|true")


class GraphAccess:
    """The permissions of one run; `domains` are those that “people in your organization” are taken for.

    `look_up` gives an item by its id, where those without sharing of their own have their folder's.
    """

    def __init__(
        self,
        api: RestApi,
        drive_id: str,
        look_up: Callable[[str], GraphItem | None] | None,
        domains: Iterable[str],
    ) -> None:
        self._api = api
        self._drive_id = drive_id
        self._look_up = look_up and lru_cache(_HELD)(look_up)
        self._organization = frozenset(Principal.of("domain", domain) for domain in domains)
        self._known: dict[str, Grants | None] = {}

    def grants(self, items: Sequence[GraphItem]) -> list[Grants | None]:
        """Who may read each item; None where that is not shown to this app.

        Raises Refused, DriveUnavailable.
        """
        holders = [self._holder(item) for item in items]
        wanted = [one for one in dict.fromkeys(holders) if one not in self._known]
        for start in range(0, len(wanted), BATCH):
            self._ask(wanted[start : start + BATCH])
        found = {holder: self._known.pop(holder) for holder in dict.fromkeys(holders)}
        self._known |= found
        for old in [*islice(self._known, max(0, len(self._known) - _HELD))]:
            del self._known[old]
        return [found[holder] for holder in holders]

    def _holder(self, item: GraphItem) -> str:
        """The item whose permissions count: itself, or the folder that it has them from."""
        at = item
        for _ in range(_DEEPEST):
            if self._look_up is None or at.has_own_sharing:
                return at.id
            above = self._look_up(at.parent)
            if above is None or above.id == at.id:
                return at.id
            at = above
        return item.id  # in folders that seem to lie in one another, since one was moved meanwhile

    def _ask(self, ids: Sequence[str]) -> None:
        """Ask for these items' permissions, in one request; those that Graph puts off are asked for again."""
        left, tries = list(ids), 0
        while left:
            requests = [
                {
                    "id": str(number),
                    "method": "GET",
                    "url": f"/drives/{self._drive_id}/items/{one}/permissions",
                }
                for number, one in enumerate(left)
            ]
            answers = self._api.post("/$batch", {"requests": requests}).get("responses", ())
            again, waits = set(left), [0.0]
            for answer in answers:
                item_id, status = left[int(answer["id"])], int(answer["status"])
                if status == 200:
                    self._known[item_id] = self._collected(answer.get("body") or {})
                elif status in _NOT_SHOWN:
                    self._known[item_id] = None
                else:
                    waits.append(_seconds(answer.get("headers") or {}))
                    continue
                again.discard(item_id)
            left = [one for one in left if one in again]
            if left:
                usual = self._api.pause_after(tries)  # raises when it has been asked often enough
                self._api.wait(max(waits) or usual)
                tries += 1

    def _collected(self, page: Mapping[str, Any]) -> Grants:
        granted: set[Principal] = set()
        while True:
            for permission in page.get("value", ()):
                granted |= self._granted(permission)
            if not page.get("@odata.nextLink"):
                return frozenset(granted)
            page, _ = self._api.get(page["@odata.nextLink"])

    def _granted(self, permission: Mapping[str, Any]) -> set[Principal]:
        if not _READING & set(permission.get("roles", ())) or _has_expired(permission):
            return set()
        sets = [permission.get("grantedToV2") or permission.get("grantedTo") or {}]
        link = permission.get("link")
        if link is not None:
            if link.get("scope") == "anonymous":
                return set() if permission.get("hasPassword") else {ANYONE}
            if link.get("scope") == "organization":
                return set(self._organization)
            sets = permission.get("grantedToIdentitiesV2") or permission.get("grantedToIdentities") or []
        return set().union(*map(self._named, sets))

    def _named(self, identities: Mapping[str, Any]) -> set[Principal]:
        named: set[Principal] = set()
        for kind, identity in identities.items():
            if not isinstance(identity, dict):
                continue
            login = str(identity.get("loginName", "")).lower()
            if login.startswith(_EVERYONE):
                named |= self._organization
            elif kind in ("siteGroup", "sharePointGroup"):
                title = identity.get("displayName") or identity.get("title")
                named.add(Principal.of("sharepoint-group", title))
            elif kind in ("user", "siteUser", "group"):
                is_group = kind == "group" or login.startswith("c:")
                address = (
                    identity.get("email") or identity.get("userPrincipalName") or login.rpartition("|")[2]
                )
                if "@" in str(address):
                    named.add(Principal.of("group" if is_group else "user", address))
        return named


def _has_expired(permission: Mapping[str, Any]) -> bool:
    try:
        until = datetime.fromisoformat(permission.get("expirationDateTime") or "")
    except ValueError:
        return False
    return until.year > 1 and until.tzinfo is not None and until < datetime.now(UTC)  # year 1 means never


def _seconds(headers: Mapping[str, str]) -> float:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(value) if value.isdecimal() else 0.0
