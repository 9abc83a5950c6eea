"""What the Drive API says about a file, and what that means here: format, version mark, who may read it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from ingest.cloud.audience import ANYONE, Grants, Principal
from ingest.cloud.moments import nanoseconds
from ingest.drives import Entry

FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
_GOOGLE = "application/vnd.google-apps."
_OFFICE = "application/vnd.openxmlformats-officedocument."

# Fields of a file that are asked for; `permissions` only where they matter, since they are many.
FIELDS = "id,name,mimeType,parents,size,md5Checksum,modifiedTime,createdTime,webViewLink,driveId,trashed"
PERMISSION_FIELDS = "id,type,emailAddress,domain,role,deleted,view"


@dataclass(frozen=True, slots=True)
class Export:
    """The format in which a document of Google's own is read."""

    mime: str
    suffix: str
    page: str


# Word keeps headings and tables, Excel every sheet and row, PowerPoint slide numbers: what citations name.
# (Markdown carries pictures as text, CSV is the first sheet only, PDF has no headings.)
EXPORTS: Mapping[str, Export] = {
    f"{_GOOGLE}document": Export(f"{_OFFICE}wordprocessingml.document", ".docx", "document"),
    f"{_GOOGLE}spreadsheet": Export(f"{_OFFICE}spreadsheetml.sheet", ".xlsx", "spreadsheets"),
    f"{_GOOGLE}presentation": Export(f"{_OFFICE}presentationml.presentation", ".pptx", "presentation"),
}


@dataclass(frozen=True, slots=True)
class GoogleFile:
    """A file, folder or shortcut; times are in nanoseconds.

    `etag` changes with the content alone. `link` is empty where it is the usual one. `permission_ids` and
    `grants` are None where the API gave none.
    """

    id: str
    name: str
    mime: str
    made: int
    mtime_ns: int
    size: int
    etag: str
    link: str
    drive_id: str
    parents: tuple[str, ...]
    trashed: bool
    permission_ids: frozenset[str] | None
    has_own_permissions: bool
    grants: Grants | None

    @property
    def export(self) -> Export | None:
        """How it is exported, if it is a document of Google's own that can be."""
        return EXPORTS.get(self.mime)

    @property
    def is_foreign(self) -> bool:
        """Whether it is something of Google's own that holds no document: a form, a map, a drawing."""
        return self.mime.startswith(_GOOGLE) and self.export is None


def google_file(found: Mapping[str, Any]) -> GoogleFile:
    """From the API's JSON."""
    mime, name, link = found.get("mimeType", ""), found.get("name", ""), found.get("webViewLink", "")
    export = EXPORTS.get(mime)
    if export is not None and not name.lower().endswith(export.suffix):
        name += export.suffix
    ids, permissions = found.get("permissionIds"), found.get("permissions")
    return GoogleFile(
        id=found["id"],
        name=name,
        mime=mime,
        made=nanoseconds(found.get("createdTime", "")),
        mtime_ns=nanoseconds(found.get("modifiedTime", "")),
        size=int(found.get("size", 0)),
        etag=_content_mark(found, export),
        link="" if link == _link(found["id"], export.page if export else None) else link,
        drive_id=found.get("driveId", ""),
        parents=tuple(found.get("parents", ())),
        trashed=bool(found.get("trashed")),
        permission_ids=None if ids is None else frozenset(ids),
        has_own_permissions=bool(found.get("hasAugmentedPermissions")),
        grants=None if permissions is None else frozenset(filter(None, map(grant, permissions))),
    )


def packed(file: GoogleFile) -> str:
    """All that is known of a file as a text, from which `unpacked` makes it again."""
    plain = (file.id, file.name, file.mime, file.made, file.mtime_ns, file.size, file.etag, file.link)
    ids, grants = file.permission_ids, file.grants
    rights = (
        None if ids is None else list(ids),
        file.has_own_permissions,
        None if grants is None else [(one.kind, one.name) for one in grants],
    )
    return json.dumps((*plain, file.drive_id, file.parents, file.trashed, *rights))


def unpacked(text: str) -> GoogleFile:
    """The file of a packed text."""
    *plain, parents, trashed, ids, has_own_permissions, grants = json.loads(text)
    rights = (
        None if ids is None else frozenset(ids),
        has_own_permissions,
        None if grants is None else frozenset(starmap(Principal, grants)),
    )
    return GoogleFile(*(*plain, tuple(parents), trashed, *rights))


def _content_mark(found: Mapping[str, Any], export: Export | None) -> str:
    """Changes with the content alone, so that a renamed or shared file is not read again.

    `version` counts what nobody sees as well, and a document of Google's own has no checksum.
    """
    modified = found.get("modifiedTime", "")
    if export is not None:
        return f"{export.page}@{modified}"
    return found.get("md5Checksum") or f"file@{modified}"


def _link(file_id: str, page: str | None) -> str:
    if page is not None:
        return f"https://docs.google.com/{page}/d/{file_id}/edit?usp=drivesdk"
    return f"https://drive.google.com/file/d/{file_id}/view?usp=drivesdk"


def entry_of(path: str, file: GoogleFile) -> Entry:
    """The file as a listing shows it: its identity is the id, its address the link if it is not the usual."""
    return Entry(path, file.size, file.mtime_ns, file.etag, address=file.link, identity=file.id)


def link_of(entry: Entry) -> str:
    """The address under which Google opens a file: told by the API, or from the file's id and kind."""
    page = entry.etag.partition("@")[0]
    return entry.address or _link(
        entry.identity, page if any(page == export.page for export in EXPORTS.values()) else None
    )


def grant(permission: Mapping[str, Any]) -> Principal | None:
    """Whom a permission lets read; None for accounts that are gone and for mere views of a folder."""
    if permission.get("deleted") or permission.get("view"):
        return None
    kind = permission.get("type")
    if kind == "anyone":
        return ANYONE
    if kind == "domain":
        return Principal.of("domain", permission.get("domain"))
    if kind in ("user", "group") and permission.get("emailAddress"):
        return Principal.of(kind, permission["emailAddress"])
    return None
