"""Object stores for the tests besides moto: Azurite if it is installed, and a fake of Google's JSON API."""

import hashlib
import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from line_proxy import Proxy
from server_process import Server

# Azurite's one account, whose key is printed in Microsoft's documentation.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class GoogleStorage(Server):
    """The documented endpoints of Cloud Storage's JSON API that gcsfs reads with: list, get, download.

    A fake, which knows only what was read in the documentation.
    """

    scheme = "gs"
    bucket = "handbook"
    enforces_rights = False
    refuses_password = False
    many = 2100

    def __init__(self):
        pytest.importorskip("gcsfs", reason="gcsfs is not installed")
        self.objects = {}
        self.process = None
        self.http = _Google(("127.0.0.1", 0), _GoogleHandler)
        self.http.store = self.objects
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.proxy = Proxy(self.port)
        self._generation = 0

    def kill(self):
        self.proxy.refusing = True
        self.proxy.cut()

    def close(self):
        self.proxy.close()
        self.http.shutdown()
        self.http.server_close()

    def fresh(self, name):
        return name

    def write(self, path, content, mtime=0):
        self._generation += 1
        body = content.encode() if isinstance(content, str) else content
        self.objects[path] = (body, self._generation)

    def delete(self, path):
        del self.objects[path]

    def rename(self, old, new):
        self.write(new, self.objects.pop(old)[0])

    def content(self, folder):
        return {
            path.removeprefix(folder + "/"): hashlib.sha256(body).hexdigest()
            for path, (body, _) in self.objects.items()
            if path.startswith(folder + "/")
        }

    def place(self, folder=""):
        return f"gs://{self.bucket}/{quote(folder)}".rstrip("/")

    def secrets(self):
        return {"anonymous": True, "endpoint": f"http://127.0.0.1:{self.proxy.port}"}


class _Google(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that hang up are what some tests are about."""


class _GoogleHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        segments = parts.path.split("/o", 1)
        if not segments[0].endswith("/b/handbook"):
            return self._json(
                404, {"error": {"code": 404, "message": "The specified bucket does not exist."}}
            )
        if len(segments) == 1:
            return self._json(200, {"kind": "storage#bucket", "name": "handbook"})
        key = unquote(segments[1].removeprefix("/"))
        if not key:
            return self._list(asked)
        if key not in self.server.store:
            return self._json(404, {"error": {"code": 404, "message": f"No such object: handbook/{key}"}})
        if asked.get("alt") != "media":
            return self._json(200, self._object(key))
        body = self.server.store[key][0]
        status, wanted = 200, self.headers.get("Range", "")
        if wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            if int(first) >= len(body):
                return self._json(416, {"error": {"code": 416, "message": "Requested range not satisfiable"}})
            status, body = 206, body[int(first) : int(last) + 1 if last else None]
        self._send(status, body, "application/octet-stream")

    def _list(self, asked):
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        page, start = int(asked.get("maxResults", 1000)), asked.get("pageToken", "")
        found = {}
        for key in sorted(self.server.store):
            if key.startswith(prefix):
                rest = key[len(prefix) :]
                head, slash, _ = rest.partition(delimiter) if delimiter else (rest, "", "")
                found[prefix + head + slash] = not slash
        names = [name for name in sorted(found) if name > start]
        shown = names[: min(page, 1000)]
        answer = {
            "kind": "storage#objects",
            "items": [self._object(name) for name in shown if found[name]],
            "prefixes": [name for name in shown if not found[name]],
        }
        if len(names) > len(shown):
            answer["nextPageToken"] = shown[-1]
        self._json(200, answer)

    def _object(self, key):
        body, generation = self.server.store[key]
        return {
            "kind": "storage#object",
            "name": key,
            "bucket": "handbook",
            "size": str(len(body)),
            "generation": str(generation),
            "etag": f"E{generation}=",
            "updated": "2025-03-01T10:00:00.000Z",
            "timeCreated": "2025-03-01T10:00:00.000Z",
            "storageClass": "STANDARD",
        }

    def _json(self, status, answer):
        self._send(status, json.dumps(answer).encode(), "application/json; charset=UTF-8")

    def _send(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""


class Azurite(Server):
    """Microsoft's own emulator of Blob Storage (npm)."""

    scheme = "az"
    container = "handbook"
    enforces_rights = False
    names_with_newline = False  # Azurite lists them, and does not find them
    many = 230

    def prepare(self):
        pytest.importorskip("adlfs", reason="adlfs is not installed")
        found = shutil.which("azurite-blob")
        if found is None:
            pytest.skip("azurite-blob is not installed: `npm install -g azurite`")
        self.program = found

    def command(self):
        return [
            self.program, "--silent", "--skipApiVersionCheck", "--location", str(self.home),
            "--blobHost", "127.0.0.1", "--blobPort", str(self.port),
        ]  # fmt: skip

    def start(self):
        super().start()
        from azure.storage.blob import BlobServiceClient

        at = f"http://127.0.0.1:{self.port}/devstoreaccount1"
        self.client = BlobServiceClient(at, credential=AZURITE_KEY).get_container_client(self.container)
        if not self.client.exists():
            self.client.create_container()

    def kill(self):
        """Killed, Azurite forgets what it has not yet written down: the proxy plays its death."""
        self.proxy.refusing = True
        self.proxy.cut()

    def close(self):
        self.client.close()
        self.proxy.close()
        Server.kill(self)
        shutil.rmtree(self.home)

    def fresh(self, name):
        return name

    def write(self, path, content, mtime=0):
        self.client.upload_blob(path, content, overwrite=True)

    def delete(self, path):
        self.client.delete_blob(path)

    def rename(self, old, new):
        self.write(new, self.client.download_blob(old).readall())
        self.delete(old)

    def content(self, folder):
        return {
            name.removeprefix(folder + "/"): hashlib.sha256(
                self.client.download_blob(name).readall()
            ).hexdigest()
            for name in self.client.list_blob_names(name_starts_with=folder + "/")
        }

    def place(self, folder=""):
        return f"az://{self.container}/{quote(folder)}".rstrip("/")

    def secrets(self):
        return {
            "account": "devstoreaccount1",
            "account_key": AZURITE_KEY,
            "endpoint": f"http://127.0.0.1:{self.proxy.port}/devstoreaccount1",
        }

    def wrong_password(self):
        return {"account_key": AZURITE_KEY[::-1].strip("=") + "=="}
