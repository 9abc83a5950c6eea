"""A fake of Azure Blob Storage: the documented requests that adlfs reads with, in the test's own process."""

from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from fake_store import FakeStore, StoreHandler
from remote_stores import AZURITE_KEY

MARKER = {"hdi_isfolder": "true"}  # what some programs put on the empty blob that they make for a folder


class AzureStorage(FakeStore):
    """List Blobs, Get Blob and the properties of both; any key is let in. `asked` are the listings."""

    scheme = "az"
    package = "adlfs"
    names_with_newline = False  # adlfs lists them, and does not find them

    def __init__(self):
        self.handler = _AzureHandler
        self.metadata = {}
        self.asked = []
        super().__init__()

    def mark(self, path):
        """An empty blob that means a folder."""
        self.write(path, b"")
        self.metadata[path] = MARKER

    def secrets(self):
        endpoint = f"http://127.0.0.1:{self.proxy.port}/account"
        return {"account": "account", "account_key": AZURITE_KEY, "endpoint": endpoint}


class _AzureHandler(StoreHandler):
    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        _, _, container, *key = parts.path.split("/", 3)
        if container != "handbook":
            return self._error(404, "ContainerNotFound")
        if asked.get("comp") == "list":
            return self._list(asked)
        if not key:
            return self.send(200, b"", self._about(1))
        name = unquote(key[0])
        if name not in self.server.store:
            return self._error(404, "BlobNotFound")
        body, generation = self.server.store[name]
        about = self._about(generation) | {"x-ms-blob-type": "BlockBlob"}
        wanted = self.headers.get("x-ms-range") or self.headers.get("Range") or ""
        if self.command == "HEAD" or not wanted:
            return self.send(200, body, about)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        if int(first) >= len(body):
            return self._error(416, "InvalidRange")
        some = body[int(first) : int(last) + 1 if last else None]
        shown = f"bytes {first}-{int(first) + len(some) - 1}/{len(body)}"
        self.send(206, some, about | {"Content-Range": shown})

    def _list(self, asked):
        self.server.handed.asked.append((asked.get("prefix", ""), asked.get("marker", "")))
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        most = min(int(asked.get("maxresults", 5000)), 5000)
        shown, more = self.level(prefix, delimiter, asked.get("marker", ""), most)
        items = "".join(
            self._blob(name) if is_blob else f"<BlobPrefix><Name>{escape(name)}</Name></BlobPrefix>"
            for name, is_blob in shown.items()
        )
        after = escape(list(shown)[-1]) if more else ""
        answer = (
            f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://account/" '
            f'ContainerName="handbook"><Prefix>{escape(prefix)}</Prefix><Delimiter>{delimiter}</Delimiter>'
            f"<MaxResults>{most}</MaxResults><Blobs>{items}</Blobs><NextMarker>{after}</NextMarker>"
            "</EnumerationResults>"
        )
        self.send(200, answer.encode(), {"Content-Type": "application/xml"})

    def _blob(self, name):
        body, generation = self.server.store[name]
        told = self.server.handed.metadata.get(name, {})
        metadata = "".join(f"<{key}>{value}</{key}>" for key, value in told.items())
        about = self._about(generation)
        return (
            f"<Blob><Name>{escape(name)}</Name><Properties><Last-Modified>{about['Last-Modified']}"
            f"</Last-Modified><Etag>{about['ETag']}</Etag><Content-Length>{len(body)}</Content-Length>"
            "<Content-Type>text/plain</Content-Type><BlobType>BlockBlob</BlobType></Properties>"
            f"<Metadata>{metadata}</Metadata></Blob>"
        )

    def _about(self, generation):
        return {
            "ETag": f'"0x8D{generation:08X}"',
            "Last-Modified": "Sat, 01 Mar 2025 10:00:00 GMT",
            "x-ms-version": self.headers.get("x-ms-version", "2021-12-02"),
        }

    def _error(self, status, code):
        words = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        self.send(status, words.encode(), {"x-ms-error-code": code, "Content-Type": "application/xml"})
