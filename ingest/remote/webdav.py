"""WebDAV: `webdavs://host/path` over TLS, `webdav://` without, by webdav4 (Nextcloud, Apache…)."""

import errno
from collections.abc import Generator
from typing import Any, ClassVar
from urllib.parse import quote

from ingest.remote.kept import Kept
from ingest.remote.opening import Opener
from ingest.remote.place import Place
from ingest.remote.propfind import NoListing, resources
from ingest.remote.smb import nanoseconds
from ingest.remote.sockets import causes, of_files, of_sockets
from ingest.remote.source import Facts, Info, Kind, Limits, Piece, Trouble

SETTINGS = frozenset({"username", "password", "token", "ca_file"})
_MULTI_STATUS = 207
_AT_A_TIME = 64 * 1024  # bytes of an answer that are read, unpacked and parsed at once


class WebDav:
    """A collection and all below it. Paths are relative to the server's root."""

    extra: ClassVar[str] = "webdav"
    one_at_a_time: ClassVar[bool] = False
    whole: ClassVar[bool] = False

    def __init__(self, place: Place) -> None:
        self._place = place
        self.url = place.url
        self.root = f"/{place.path}".rstrip("/")
        self.secrets = place.hidden
        self._ca_file = place.file("ca_file")

    def connect(self, limits: Limits) -> Any:
        """A client; it connects with its first request."""
        import ssl

        import httpx
        from webdav4.fsspec import WebdavFileSystem

        place = self._place
        user, token = place.text("username"), place.text("token")
        return WebdavFileSystem(
            ("https" if place.scheme == "webdavs" else "http") + place.base[len(place.scheme) :],
            auth=(user, place.text("password")) if user else None,
            headers={"Authorization": f"Bearer {token}"} if token else None,
            timeout=httpx.Timeout(limits.reply, connect=limits.connect),
            verify=ssl.create_default_context(cafile=self._ca_file) if self._ca_file else True,
            retry=False,
            skip_instance_cache=True,
        )

    def close(self, files: Any) -> None:
        """Close the pool of connections."""
        files.client.http.close()

    def list(self, files: Any, folder: str, rest: Any = None) -> Piece:
        """A PROPFIND of depth 1, whose answer is read as it comes: WebDAV knows no pages.

        webdav4's own file system would cut spaces off names and misread a %.
        """
        found: Kept = rest or Kept(_infos(files.client, folder))
        return found.take()

    def info(self, files: Any, path: str) -> Info:
        """A PROPFIND of the file."""
        responses = files.client.propfind(_quoted(path), headers={"Depth": "0"}).responses
        return {**next(iter(responses.values())).properties.as_dict(), "name": path}

    def open(self, files: Any, path: str, chunk: int) -> Any:
        """One GET, read as it comes. Raises httpx.HTTPStatusError."""
        client = files.client
        request = client.http.build_request(
            "GET", client.join_url(_quoted(path)), headers={"Accept-Encoding": "identity"}
        )
        response = client.http.send(request, stream=True)
        if response.is_error:
            response.close()
            response.raise_for_status()
        return _Body(response, chunk)

    def facts(self, info: Info) -> Facts:
        """The server's own ETag where it has one: Apache's and Nextcloud's move with every write."""
        modified = info.get("modified")
        mtime = nanoseconds(modified) if modified else 0
        size = info.get("content_length") or 0
        etag = (info.get("etag") or f"{size:x}-{mtime:x}").removeprefix("W/")
        return Facts(size, mtime, etag)

    def trouble(self, error: BaseException) -> Trouble:
        """What an error of webdav4, or of httpx below it, means."""
        import httpx
        from webdav4.client import ForbiddenOperation, IsAResourceError, ResourceNotFound

        if isinstance(error, ResourceNotFound):
            return Trouble(Kind.MISSING)
        if isinstance(error, IsAResourceError):
            return Trouble(Kind.MISSING, "it is a file; name the folder that it lies in")
        if isinstance(error, ForbiddenOperation):
            return Trouble(Kind.FORBIDDEN)
        if isinstance(error, NoListing):
            return Trouble(Kind.FAILED, f"its answer {error}")
        if getattr(error, "errno", None) == errno.ENOSPC:
            return Trouble(Kind.FAILED, "the disk here is full, and a long listing is kept on it")
        if known := of_sockets(error):
            return known
        for one in causes(error):
            if isinstance(one, httpx.HTTPStatusError):
                return self._by_status(one.response.status_code)
            if isinstance(one, httpx.TimeoutException):
                return Trouble(Kind.DROPPED, "it does not answer in time")
            if isinstance(one, httpx.TransportError):
                return Trouble(Kind.DROPPED)
            if isinstance(one, RuntimeError) and "closed" in str(one):
                return Trouble(Kind.DROPPED)
        return of_files(error)

    def _by_status(self, status: int) -> Trouble:
        match status:
            case 401:
                return Trouble(
                    Kind.REFUSED,
                    f'user or password is wrong: correct them in {self._place.kept_in} under ["{self.url}"]',
                )
            case 403:
                return Trouble(Kind.FORBIDDEN)
            case 404 | 410:
                return Trouble(Kind.MISSING)
            case 405 | 501:
                return Trouble(Kind.REFUSED, "the server does not speak WebDAV at this address")
        return Trouble(Kind.FAILED, f"the server answers with HTTP status {status}")

    def link(self, path: str) -> str:
        """The file's http(s) address, which a browser opens."""
        return "http" + self._place.link(path).removeprefix("webdav")


class _Body:
    """The body of a response as a file that is read once."""

    def __init__(self, response: Any, chunk: int) -> None:
        self._response = response
        self._pieces = response.iter_raw(chunk)

    def read(self, size: int) -> bytes:
        """The next piece, of `chunk` bytes at most; empty at the end."""
        return next(self._pieces, b"")

    def close(self) -> None:
        """End the response."""
        self._response.close()


def _quoted(path: str) -> str:
    # httpx takes a % in a path for an escape if two hex digits follow; quoted, every name means itself
    return quote(path)


def _infos(client: Any, folder: str) -> Generator[Info, None, None]:
    """What lies in a folder, told as webdav4 tells it. Raises NoListing and what httpx and webdav4 raise."""
    from webdav4.client import IsAResourceError
    from webdav4.multistatus import Response

    at = client.join_url(_quoted(folder))
    asked = client.http.build_request("PROPFIND", at, headers={"Depth": "1"})
    answer = client.http.send(asked, stream=True, follow_redirects=True)
    try:
        answer.raise_for_status()
        if answer.status_code != _MULTI_STATUS:
            raise NoListing("is no listing")
        for element in resources(answer.iter_bytes(_AT_A_TIME), answer.charset_encoding):
            resource = Response(element)
            kind = resource.properties.resource_type
            if resource.path_norm != at.path:
                yield _info(resource)
            elif kind == "file":
                raise IsAResourceError(folder)
    finally:
        answer.close()


def _info(resource: Any) -> Info:
    told = resource.properties
    return {
        "name": "/" + resource.path_norm.strip("/"),
        "type": told.resource_type,
        "content_length": told.content_length,
        "modified": told.modified,
        "etag": told.etag,
    }


open_drive = Opener(WebDav, "WebDAV", "webdav4", SETTINGS)
