"""What Microsoft Graph says about an item, and the listing of a whole drive by its delta query."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from ingest.cloud.moments import nanoseconds
from ingest.cloud.rest import Refused, RestApi
from ingest.cloud.tree import Tree
from ingest.drives import Entry

_SELECT = (
    "id,name,size,file,folder,package,deleted,root,parentReference,eTag,cTag,createdDateTime,"
    "lastModifiedDateTime,webUrl,shared,remoteItem,malware"
)
_PAGE = "1000"
_ANEW = 2  # how often a listing may be begun again after 410, before it is given up
HIERARCHICAL = "hierarchicalsharing"


@dataclass(frozen=True, slots=True)
class GraphItem:
    """A file, folder or something else. `has_own_sharing`: its permissions may differ from its folder's."""

    id: str
    name: str
    parent: str
    made: int
    mtime_ns: int
    size: int
    etag: str
    link: str
    is_root: bool
    is_folder: bool
    is_file: bool
    package: str
    is_remote: bool
    is_malware: bool
    has_own_sharing: bool


_VALUES = attrgetter(*(field.name for field in fields(GraphItem)))


def packed(item: GraphItem) -> str:
    """All that is known of an item as a text, from which `unpacked` makes it again."""
    return json.dumps(_VALUES(item))


def unpacked(text: str) -> GraphItem:
    """The item of a packed text."""
    return GraphItem(*json.loads(text))


def graph_item(found: Mapping[str, Any]) -> GraphItem:
    """From Graph's JSON."""
    facts = found.get("file") or {}
    return GraphItem(
        id=str(found["id"]),
        name=str(found.get("name", "")),
        parent=str((found.get("parentReference") or {}).get("id", "")),
        made=nanoseconds(str(found.get("createdDateTime", ""))),
        mtime_ns=nanoseconds(str(found.get("lastModifiedDateTime", ""))),
        size=int(found.get("size", 0)),
        etag=_content_mark(found, facts.get("hashes") or {}),
        link=str(found.get("webUrl", "")),
        is_root="root" in found,
        is_folder="folder" in found,
        is_file="file" in found,
        package=str((found.get("package") or {}).get("type", "notebook")) if "package" in found else "",
        is_remote="remoteItem" in found,
        is_malware="malware" in found,
        has_own_sharing="shared" in found,
    )


def _content_mark(found: Mapping[str, Any], hashes: Mapping[str, str]) -> str:
    """Changes with the content, not with the name or the folder, as far as the service tells.

    The delta query leaves cTag out for OneDrive for Business and SharePoint, but gives a hash.
    """
    if hashes.get("quickXorHash"):
        return f"xor:{hashes['quickXorHash']}"
    return str(found.get("cTag") or found.get("eTag") or "")


def entry_of(path: str, item: GraphItem) -> Entry:
    """The file as a listing shows it: its identity is the id, its address the link."""
    return Entry(path, item.size, item.mtime_ns, item.etag, address=item.link, identity=item.id)


def list_all(api: RestApi, drive_id: str, tree: Tree[GraphItem], *, audience: bool) -> bool:
    """Have `tree` hold all items of a drive; after 410 the listing begins again, as the service asks.

    True where items without sharing of their own have their folder's. Raises Refused, DriveUnavailable,
    StorageFailed.
    """
    first = f"/drives/{drive_id}/root/delta"
    link: str = first
    for left in range(_ANEW, -1, -1):
        try:
            return _pages(api, link, first, tree, audience)
        except Refused as refused:
            if refused.fault.status != 410 or not left:
                raise
            link = refused.location or first
    raise AssertionError("unreachable")


def _pages(api: RestApi, link: str, first: str, tree: Tree[GraphItem], audience: bool) -> bool:
    params = {"$select": _SELECT, "$top": _PAGE} if link == first else None
    headers = {"Prefer": HIERARCHICAL} if audience else None
    inherits = audience
    tree.clear()
    while True:
        page, answer = api.get(link, params, headers)
        inherits = inherits and HIERARCHICAL in answer.get("preference-applied", "").lower()
        # An item may come more than once, and the last one counts; so may one that was deleted since.
        last = {str(found["id"]): found for found in page.get("value", ())}
        tree.drop(item_id for item_id, found in last.items() if "deleted" in found)
        items = (graph_item(found) for found in last.values() if "deleted" not in found)
        tree.put((item, () if item.is_root else (item.parent,)) for item in items)
        if not page.get("@odata.nextLink"):
            return inherits
        link, params = str(page["@odata.nextLink"]), None
