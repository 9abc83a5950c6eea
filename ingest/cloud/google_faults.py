"""The Drive API's refusals in words: what is wrong, and what an admin does about it."""

import httpx

from brain.errors import UnreadableDocument
from ingest.cloud.lending import FileRefused
from ingest.cloud.rest import Dialect, Fault
from ingest.drives import DriveUnavailable

_SLOWER = frozenset(
    {"userRateLimitExceeded", "rateLimitExceeded", "sharingRateLimitExceeded", "dailyLimitExceeded"}
)
_EXPORT_LIMIT = "exportSizeLimitExceeded"
SCOPE = "https://www.googleapis.com/auth/drive.readonly"


class TooLargeToExport(UnreadableDocument):
    """A document of Google's own is over the 10 MB that the API exports."""


def read_fault(response: httpx.Response) -> Fault:
    """From either form of Google's error bodies."""
    try:
        error = response.json()["error"]
        message = str(error.get("message", ""))
        reasons = [one.get("reason", "") for one in (*error.get("errors", ()), *error.get("details", ()))]
    except (ValueError, KeyError, TypeError, AttributeError):
        return Fault(response.status_code, "", "")
    return Fault(response.status_code, next(filter(None, reasons), str(error.get("status", ""))), message)


GOOGLE = Dialect("Google Drive", read_fault, lambda fault: fault.status == 403 and fault.reason in _SLOWER)


def is_over_export_limit(fault: Fault) -> bool:
    """Whether a document was too large for `files.export`."""
    return fault.reason == _EXPORT_LIMIT


def place_refused(fault: Fault, url: str, account: str) -> DriveUnavailable:
    """Why the folder or shared drive as a whole can't be seen."""
    return DriveUnavailable(
        _place_sentence(fault, url, account) + " Nothing was changed.", detail=_detail(fault)
    )


def _place_sentence(fault: Fault, url: str, account: str) -> str:
    if fault.status == 404:
        return (
            f"{url} is not there for {account}: share the folder with this address as a viewer (or add it to "
            "the shared drive's members), and check the id."
        )
    if fault.reason in ("accessNotConfigured", "SERVICE_DISABLED"):
        return (
            "The Google Drive API is not switched on: open the project of the service account in the "
            "Google Cloud console, and enable “Google Drive API” under APIs & Services."
        )
    if fault.reason in ("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
        return (
            f"{account} may not use the scope {SCOPE}: allow it for the service account's client id "
            "in the Admin console, under Security › API controls › Domain-wide delegation."
        )
    if fault.reason == "domainPolicy":
        return (
            "Your Google Workspace does not let apps read Drive: an administrator allows it in the "
            "Admin console, under Apps › Google Workspace › Drive and Docs."
        )
    if fault.status == 401:
        return (
            f"Google does not accept the key of {account}: make a new key in the Google Cloud "
            "console, and name its file as key_file in credentials.toml."
        )
    if fault.status == 403:
        return f"{account} may not see {url}: share it with this address as a viewer."
    return f"Google Drive refuses to list {url} ({fault.status})."


def file_refused(fault: Fault, path: str) -> Exception:
    """What became of one file that can't be fetched."""
    detail = _detail(fault)
    if fault.status == 404:
        return FileNotFoundError(path)
    if fault.reason in ("cannotDownloadFile", "cannotExportFile", "fileNotDownloadable"):
        return UnreadableDocument(
            "Its owner does not let viewers download this file: allow it under Share › Settings, or share it "
            "with the service account as an editor.",
            detail=detail,
        )
    if fault.reason == "cannotDownloadAbusiveFile":
        return UnreadableDocument(
            "Google marks this file as malware or spam, so it is left alone: check it, and take it out.",
            detail=detail,
        )
    return FileRefused(
        f"Google Drive does not hand out this file ({fault.status}): check that the service account "
        "may read it.",
        detail=detail,
    )


def too_large_to_export(path: str, detail: str = "") -> TooLargeToExport:
    """The failure, with what to do."""
    return TooLargeToExport(
        f"{path} is larger than the 10 MB that Google exports: split it into smaller documents, or "
        "save it as an Office file (File › Download) into the same folder.",
        detail=detail,
    )


def _detail(fault: Fault) -> str:
    return f"{fault.status} {fault.reason}: {fault.message}"
