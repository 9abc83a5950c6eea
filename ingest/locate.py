"""From what a person names (a path, an address) to the drive that it stands for."""

import os
import re
import stat
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

from brain.errors import UsageError
from brain.extras import need_extra
from ingest.addresses import AddressPolicy
from ingest.credentials import FILE_NAME, Credentials
from ingest.drives import Drive
from ingest.local.folder import LocalFile, LocalFolder
from ingest.local.mounts import file_system_of, is_remote
from ingest.local.posix_access import posix_readers
from ingest.options import DriveOptions
from ingest.web.page import WebPage
from ingest.web.site_pages import NAME

PICTURES = "image/*"
_SCHEME = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]+)://")

# Each scheme's module has `open_drive(url, suffixes, credentials, options, policy) -> Drive`. They load late:
# their libraries are extras.
REMOTE: dict[str, str] = {
    "sitemap+https": "ingest.web.sitemap",
    "sitemap+http": "ingest.web.sitemap",
    "gdrive": "ingest.cloud.google_drive",
    "onedrive": "ingest.cloud.graph_drive",
    "sharepoint": "ingest.cloud.graph_drive",
    "smb": "ingest.remote.smb",
    "sftp": "ingest.remote.sftp",
    "webdav": "ingest.remote.webdav",
    "webdavs": "ingest.remote.webdav",
    "s3": "ingest.remote.s3",
    "gs": "ingest.remote.gcs",
    "az": "ingest.remote.azure",
}
# What the browser shows for a folder of Google Drive, which is what people have at hand.
_GOOGLE_FOLDER = re.compile(r"^https://drive\.google\.com/drive/(?:u/\d+/)?folders/([\w-]+)(?:[/?#].*)?$")


def open_drive(
    target: str,
    *,
    home: Path | None = None,
    policy: AddressPolicy | None = None,
    suffixes: Collection[str] | None = None,
    credentials: Credentials | None = None,
    options: DriveOptions | None = None,
) -> Drive:
    """The folder, file, page or remote place that `target` names; raises UsageError with the remedy.

    `home` is citewise's own folder, which is never indexed; `suffixes` default to all formats there are;
    `credentials` default to the file in the home.
    """
    suffixes = readable_suffixes() if suffixes is None else suffixes
    target = _GOOGLE_FOLDER.sub(r"gdrive://\1", target)
    scheme = _SCHEME.match(target)
    if scheme is None:
        return _local(Path(target).expanduser(), home, suffixes, options or DriveOptions())
    kind = scheme.group(1).lower()
    options = options or DriveOptions()
    if kind in REMOTE:
        if urlsplit(target).password is not None:
            raise UsageError(_no_password(target, credentials))
        if credentials is None:
            credentials = Credentials.load((home or Path()) / FILE_NAME)
        opened: Drive = import_module(REMOTE[kind]).open_drive(
            target, frozenset(suffixes), credentials, options, policy or AddressPolicy()
        )
        return opened
    if kind in ("http", "https"):
        return _web(target, suffixes, credentials, options, policy or AddressPolicy())
    if kind == "file":
        return _local(Path(unquote(urlsplit(target).path)), home, suffixes, options)
    raise UsageError(
        f"{target}: {kind}:// can't be read. Name a folder or file of this machine, a web page (https://), "
        f"or an address that begins with {', '.join(f'{name}://' for name in sorted(REMOTE))}."
    )


def _web(
    target: str,
    suffixes: Collection[str],
    credentials: Credentials | None,
    options: DriveOptions,
    policy: AddressPolicy,
) -> Drive:
    if NAME.search(urlsplit(target).path):
        from ingest.web.sitemap import open_drive as open_sitemap

        return open_sitemap(target, suffixes, credentials or Credentials(Path()), options, policy)
    if options.readers or options.include or options.exclude:
        raise UsageError(
            f"{target} is a single page, of which nobody can tell who may read it and nothing can be left "
            "out: add it without --readers, --include and --exclude."
        )
    return WebPage(target, suffixes, policy)


def _no_password(target: str, credentials: Credentials | None) -> str:
    parts = urlsplit(target)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    file = credentials.path if credentials else FILE_NAME
    return (
        f"A password in an address would be shown in lists and citations: write it into {file} under "
        f'["{bare}"], and name the drive {bare}.'
    )


def readable_suffixes() -> frozenset[str]:
    """The file name endings that can be read here, such as `.md`: pictures only where OCR is installed."""
    from ingest.readers import SUPPORTED
    from ingest.readers.pages.optical import ocr_installed

    pictures = ocr_installed()
    return frozenset(end for end, known in SUPPORTED.items() if pictures or known.media_type != PICTURES)


def formats(suffixes: Collection[str]) -> str:
    """The formats in words: `csv, docx, md`."""
    return ", ".join(sorted(suffix.lstrip(".") for suffix in suffixes))


def _local(path: Path, home: Path | None, suffixes: Collection[str], options: DriveOptions) -> Drive:
    """The folder or file at a path; UsageError says why it can't be read, and what would help."""
    readers = posix_readers(options.readers)
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no file or folder {path}: check the spelling, or mount it first. "
            "Nothing was changed in the index."
        ) from error
    except OSError as error:
        raise UsageError(_unreadable(path, error), detail=repr(error)) from error
    place = Path(os.path.realpath(path))
    if home is not None and place.is_relative_to(os.path.realpath(home)):
        raise UsageError(f"{path} lies in citewise's own home folder {home}: keep documents outside of it.")
    if stat.S_ISDIR(status.st_mode):
        if not os.access(place, os.R_OK | os.X_OK):
            raise UsageError(_unreadable(path, PermissionError()))
        own_clock = not is_remote(file_system_of(place))
        left_out = [home] if home else []
        return LocalFolder(place, suffixes, left_out, readers=readers, own_clock=own_clock)
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path} is neither a file nor a folder, so there is nothing to read in it.")
    if place.suffix.lower() not in suffixes and _is_picture(place):
        raise UsageError(
            f"{path} is a picture: reading it takes text recognition, which comes with {need_extra('ocr')}. "
            "Then try again."
        )
    if place.suffix.lower() not in suffixes:
        raise UsageError(f"{path} is of a format that can't be read. Formats that can: {formats(suffixes)}.")
    if not os.access(place, os.R_OK):
        raise UsageError(_unreadable(path, PermissionError()))
    return LocalFile(place, readers=readers)


def _is_picture(path: Path) -> bool:
    from ingest.readers import SUPPORTED

    known = SUPPORTED.get(path.suffix.lower())
    return known is not None and known.media_type == PICTURES


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"{path} can't be read: permission denied. Give the user that runs citewise read access to it."
    return f"{path} can't be read ({error.strerror or type(error).__name__}). Check the name and the disk."
