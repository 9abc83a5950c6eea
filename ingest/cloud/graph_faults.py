"""Microsoft Graph's refusals in words: what is wrong, and what an admin does about it."""

import httpx

from brain.errors import UnreadableDocument
from ingest.cloud.lending import FileRefused
from ingest.cloud.rest import Dialect, Fault
from ingest.drives import DriveUnavailable

_BANDWIDTH = 509  # SharePoint's own status for too much traffic


def read_fault(response: httpx.Response) -> Fault:
    """From an error body `{"error": {"code", "message"}}`."""
    try:
        error = response.json()["error"]
        return Fault(response.status_code, str(error.get("code", "")), str(error.get("message", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Fault(response.status_code, "", "")


GRAPH = Dialect("Microsoft Graph", read_fault, lambda fault: fault.status == _BANDWIDTH)


def place_refused(fault: Fault, url: str, client_id: str) -> DriveUnavailable:
    """Why the library, folder or OneDrive as a whole can't be seen."""
    if fault.status == 404:
        sentence = (
            f"{url} is not there: check the spelling of site, library and folder, or of the user's address."
        )
    elif fault.status == 403 and fault.reason == "notAllowed":
        sentence = f"{url} is locked: an administrator of SharePoint unlocks the site."
    elif fault.status == 403:
        sentence = (
            f"The app {client_id} may not read {url}: in Microsoft Entra, give it the application permission "
            "Sites.Selected (or Files.Read.All for a OneDrive) with admin consent, and grant it this site."
        )
    elif fault.status == 401:
        sentence = (
            f"Microsoft Graph does not accept the token of the app {client_id}: check that tenant, "
            "login_url and base_url in credentials.toml belong to the same cloud."
        )
    elif fault.status == 410:
        sentence = f"Microsoft Graph keeps beginning the list of {url} anew: a later run tries again."
    else:
        sentence = f"Microsoft Graph refuses to list {url} ({fault.status})."
    return DriveUnavailable(f"{sentence} Nothing was changed.", detail=_detail(fault))


def file_refused(fault: Fault, path: str) -> Exception:
    """What became of one file that can't be fetched."""
    if fault.status in (404, 410):
        return FileNotFoundError(path)
    if "malware" in fault.reason.lower():
        return UnreadableDocument(
            "Microsoft marks this file as malware, so it is left alone: check it, and take it out.",
            detail=_detail(fault),
        )
    return FileRefused(
        f"Microsoft Graph does not hand out this file ({fault.status}): check that the app may read it, and "
        "that it is not locked.",
        detail=_detail(fault),
    )


def _detail(fault: Fault) -> str:
    return f"{fault.status} {fault.reason}: {fault.message}"
