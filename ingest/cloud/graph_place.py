"""From a SharePoint or OneDrive address to the drive and folder that Microsoft Graph knows by ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from brain.errors import UsageError
from ingest.cloud.rest import RestApi

SHAREPOINT, ONEDRIVE = "sharepoint", "onedrive"
_SITES = ("sites", "teams")


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names: a user's OneDrive, or a library of a site.

    Without a `library` it is the site's default one; `folder` is a path in it; `url` is the address in its
    one spelling.
    """

    url: str
    user: str = ""
    host: str = ""
    site: str = ""
    library: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """The same in Graph's ids; `link` opens the folder in a browser."""

    drive_id: str
    item_id: str
    link: str


def place_of(url: str) -> Place:
    """Take an address apart; raises UsageError with the form it should have."""
    parts = urlsplit(url)
    path = [unquote(part) for part in parts.path.split("/") if part]
    if parts.scheme == ONEDRIVE:
        user, _, host = parts.netloc.rpartition("@")
        if not user or not host:
            raise UsageError(f"{url} names no OneDrive: write onedrive://USER@DOMAIN, and a folder after it.")
        return Place(_spelling(ONEDRIVE, parts.netloc, path), user=parts.netloc, folder="/".join(path))
    if not parts.netloc or "@" in parts.netloc or len(path) < 2 or path[0] not in _SITES:
        raise UsageError(
            f"{url} names no site: write sharepoint://HOST/sites/SITE, and after it a library and a "
            "folder, as in sharepoint://example.sharepoint.com/sites/HR/Documents/Policies."
        )
    host = parts.netloc.lower()
    return Place(
        _spelling(SHAREPOINT, host, path),
        host=host,
        site="/".join(path[:2]),
        library=path[2] if len(path) > 2 else "",
        folder="/".join(path[3:]),
    )


def locate(place: Place, api: RestApi) -> Located:
    """Ask Graph for the ids.

    Raises Refused, DriveUnavailable, and UsageError for a library that the site does not have.
    """
    drive = _drive(place, api)
    drive_id = str(drive["id"])
    at = f"root:/{quote(place.folder)}" if place.folder else "root"
    item, _ = api.get(f"/drives/{drive_id}/{at}", {"$select": "id,name,folder,webUrl"})
    if "folder" not in item and place.folder:
        raise UsageError(f"{place.url} is a single file: name the folder that it lies in.")
    return Located(drive_id, str(item["id"]), str(item.get("webUrl", "")))


def _drive(place: Place, api: RestApi) -> Mapping[str, Any]:
    if place.user:
        return api.get(f"/users/{quote(place.user)}/drive", {"$select": "id"})[0]
    site, _ = api.get(f"/sites/{place.host}:/{quote(place.site)}", {"$select": "id"})
    if not place.library:
        return api.get(f"/sites/{site['id']}/drive", {"$select": "id"})[0]
    page, _ = api.get(f"/sites/{site['id']}/drives", {"$select": "id,name,webUrl"})
    libraries = list(page.get("value", ()))
    while page.get("@odata.nextLink"):
        page, _ = api.get(page["@odata.nextLink"])
        libraries += page.get("value", ())
    for library in libraries:
        if place.library.lower() in (library.get("name", "").lower(), _last_part(library.get("webUrl", ""))):
            return dict(library)
    known = ", ".join(sorted(library.get("name", "") for library in libraries)) or "none that the app may see"
    raise UsageError(f"{place.url} names no library of the site. It has: {known}.")


def _last_part(address: str) -> str:
    """A library's name in addresses, such as `shared documents`; it differs from the name that people see."""
    return unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2]).lower()


def _spelling(scheme: str, authority: str, path: list[str]) -> str:
    return "/".join([f"{scheme}://{authority}", *(quote(part) for part in path)])
