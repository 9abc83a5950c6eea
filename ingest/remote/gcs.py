"""Google Cloud Storage: `gs://bucket/prefix`, by gcsfs."""

from datetime import datetime
from typing import Any, ClassVar

from brain.errors import UsageError
from ingest.remote.bucket import Bucket
from ingest.remote.google_key import is_key
from ingest.remote.opening import Opener
from ingest.remote.place import Place
from ingest.remote.smb import nanoseconds
from ingest.remote.sockets import causes, of_files, of_sockets
from ingest.remote.source import AT_ONCE, Facts, Info, Kind, Limits, Piece, Trouble

SETTINGS = frozenset({"key_file", "anonymous", "endpoint"})


class Gcs(Bucket):
    """A bucket, or the objects in it that begin with a prefix. Paths begin with the bucket's name."""

    extra: ClassVar[str] = "gcs"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._key_file = place.file("key_file")
        if self._key_file and not is_key(self._key_file):
            raise UsageError(
                f"{place.kept_in}: key_file for {place.url} names {self._key_file}, which is no account's "
                "key: make one in JSON for the service account, and download that."
            )

    def connect(self, limits: Limits) -> Any:
        """A client; without a key file it uses the machine's own account, as Google's tools do."""
        from aiohttp import ClientTimeout
        from gcsfs.core import GCSFileSystem  # the plain one: its heir asks over gRPC, past any endpoint
        from google.auth.transport.requests import Request

        place = self._place
        waits = ClientTimeout(total=None, sock_connect=limits.connect, sock_read=limits.reply)
        files = GCSFileSystem(
            token="anon" if place.switch("anonymous") else self._key_file or "google_default",
            access="read_only",
            endpoint_url=place.text("endpoint") or None,
            session_kwargs={"timeout": waits},
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        if self._key_file and (account := files.credentials.credentials) is not None:
            # Left to itself, gcsfs asks six times over half a minute with a key that is not accepted.
            account.refresh(Request())
        return files

    def close(self, files: Any) -> None:
        """Close the session."""
        if files._session is not None:
            files.close_session(files.loop, files._session)

    def list(self, files: Any, folder: str, rest: Any = None) -> Piece:
        """A page of the objects up to the next slash; `rest` is the store's own mark of the next one."""
        bucket, _, key = folder.partition("/")
        asked = {"delimiter": "/", "maxResults": AT_ONCE} | ({"prefix": f"{key}/"} if key else {})
        page = files.call(
            "GET", "b/{}/o", bucket, json_out=True, **asked, **({"pageToken": rest} if rest else {})
        )
        found: list[Info] = [
            {"name": f"{bucket}/{prefix[:-1]}", "type": "directory"} for prefix in page.get("prefixes", ())
        ]
        found += (
            {**item, "name": f"{bucket}/{item['name']}", "type": "file"} for item in page.get("items", ())
        )
        if not found and not rest and not page.get("nextPageToken"):
            found = files.ls(folder, detail=True, refresh=True)  # which says what is wrong with it
        return Piece(found, page.get("nextPageToken"))

    def facts(self, info: Info) -> Facts:
        """The generation is another one after every overwrite, and never comes back."""
        updated = info.get("updated") or info.get("mtime")
        if isinstance(updated, str):
            updated = datetime.fromisoformat(updated)
        mtime = nanoseconds(updated) if isinstance(updated, datetime) else 0
        return Facts(int(info.get("size") or 0), mtime, str(info.get("generation") or info.get("etag") or ""))

    def trouble(self, error: BaseException) -> Trouble:
        """What an error of gcsfs means, or of google-auth and aiohttp below it."""
        from aiohttp import ClientConnectorCertificateError, ClientError
        from gcsfs.retry import HttpError
        from google.auth.exceptions import GoogleAuthError, TransportError

        for one in causes(error):
            if isinstance(one, ClientConnectorCertificateError):
                return of_sockets(one) or Trouble(Kind.REFUSED, "its TLS certificate is not trusted")
            if isinstance(one, GoogleAuthError) and not isinstance(one, TransportError):
                return self._not_accepted()
            if isinstance(one, HttpError):
                code = getattr(one, "code", None)
                if code == 401:
                    return self._not_accepted()
                if code == 403:
                    return Trouble(Kind.FORBIDDEN)
                if code == 404:
                    return Trouble(Kind.MISSING)
        known = of_sockets(error)
        if known is not None:
            return known
        if any(isinstance(one, ClientError | TransportError) for one in causes(error)):
            return Trouble(Kind.DROPPED)
        if isinstance(error, OSError) and "Forbidden" in str(error):
            return Trouble(Kind.FORBIDDEN)
        return of_files(error)

    def _not_accepted(self) -> Trouble:
        return Trouble(
            Kind.REFUSED,
            f"the account is not accepted: set key_file in {self._place.kept_in} under "
            f'["gs://{self._place.host}"] to a service account\'s key that is still valid',
        )


open_drive = Opener(Gcs, "Google Cloud Storage", "gcsfs", SETTINGS)
