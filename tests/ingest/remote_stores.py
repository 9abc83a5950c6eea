"""Object stores for the tests besides moto: Azurite if it is installed, and a fake of Google's JSON API."""

import hashlib
import json
import shutil
from urllib.parse import parse_qs, quote, unquote, urlsplit

import jwt
import pytest
from fake_cloud import key_pair, private_pem
from fake_store import FakeStore, StoreHandler
from server_process import Server

# Azurite's one account, whose key is printed in Microsoft's documentation.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
AUDIENCE = "https://oauth2.googleapis.com/token"  # google-auth's, wherever the token is asked for


class GoogleStorage(FakeStore):
    """The documented endpoints of Cloud Storage's JSON API that gcsfs reads with: list, get, download.

    Whoever comes without a token is let in as anonymous; a token must be one of `tokens`, which are given for
    a service account's signed word.
    """

    scheme = "gs"
    package = "gcsfs"

    def __init__(self):
        self.handler = _GoogleHandler
        super().__init__()
        self.tokens = {"ya29.good"}

    def key_file(self, file, key=None):
        """A service account's key, of the account that is known here or of another."""
        account = {
            "type": "service_account",
            "client_email": "bot@handbook.iam.example",
            "private_key_id": "k1",
            "private_key": private_pem(key or key_pair()),
            "token_uri": f"http://127.0.0.1:{self.port}/token",
        }
        file.write_text(json.dumps(account))
        file.chmod(0o600)
        return file

    def secrets(self):
        return {"anonymous": True, "endpoint": f"http://127.0.0.1:{self.proxy.port}"}


class _GoogleHandler(StoreHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        try:
            jwt.decode(form["assertion"][0], key_pair().public_key(), ["RS256"], audience=AUDIENCE)
        except jwt.InvalidTokenError:
            self._json(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
            return
        self._json(200, {"access_token": "ya29.good", "expires_in": 3599, "token_type": "Bearer"})

    def do_GET(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in self.server.handed.tokens:
            return self._json(401, {"error": {"code": 401, "message": "Invalid Credentials"}})
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
        self.send(status, body, {"Content-Type": "application/octet-stream"})

    def _list(self, asked):
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        page, start = int(asked.get("maxResults", 1000)), asked.get("pageToken", "")
        shown, more = self.level(prefix, delimiter, start, min(page, 1000))
        answer = {
            "kind": "storage#objects",
            "items": [self._object(name) for name, is_object in shown.items() if is_object],
            "prefixes": [name for name, is_object in shown.items() if not is_object],
        }
        if more:
            answer["nextPageToken"] = list(shown)[-1]
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
        self.send(status, json.dumps(answer).encode(), {"Content-Type": "application/json; charset=UTF-8"})


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
