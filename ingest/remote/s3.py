"""S3 and what speaks like it (MinIO, Ceph, R2…): `s3://bucket/prefix`, by s3fs."""

from datetime import datetime
from typing import Any, ClassVar

from ingest.remote.bucket import Bucket
from ingest.remote.opening import Opener
from ingest.remote.place import Place
from ingest.remote.smb import nanoseconds
from ingest.remote.sockets import causes, of_files, of_sockets
from ingest.remote.source import AT_ONCE, Facts, Info, Kind, Limits, Piece, Trouble

SETTINGS = frozenset(
    {"access_key", "secret_key", "session_token", "endpoint", "region", "anonymous", "ca_file", "profile"}
)
_WRONG_KEYS = frozenset(
    {
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidSecurity",
        "AuthFailure",
        "UnrecognizedClientException",
    }
)


class S3(Bucket):
    """A bucket, or the keys in it that begin with a prefix. Paths begin with the bucket's name."""

    extra: ClassVar[str] = "s3"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._ca_file = place.file("ca_file")

    def connect(self, limits: Limits) -> Any:
        """A client; it connects with its first request."""
        from s3fs import S3FileSystem

        place = self._place
        client: dict[str, Any] = {}
        if region := place.text("region"):
            client["region_name"] = region
        if self._ca_file:
            client["verify"] = self._ca_file
        return S3FileSystem(
            anon=place.switch("anonymous"),
            key=place.text("access_key") or None,
            secret=place.text("secret_key") or None,
            token=place.text("session_token") or None,
            profile=place.text("profile") or None,
            endpoint_url=place.text("endpoint") or None,
            client_kwargs=client,
            config_kwargs={
                "connect_timeout": limits.connect,
                "read_timeout": limits.reply,
                "retries": {"max_attempts": 2},
            },
            use_listings_cache=False,
            skip_instance_cache=True,
        )

    def close(self, files: Any) -> None:
        """Close the client's pool of connections."""
        if files._s3 is not None:
            files.close_session(files.loop, files._s3)

    def list(self, files: Any, folder: str, rest: Any = None) -> Piece:
        """A page of the keys up to the next slash; `rest` is the store's own mark of the next one."""
        bucket, _, key = folder.partition("/")
        after = {"ContinuationToken": rest} if rest else {}
        page = files.call_s3(
            "list_objects_v2",
            Bucket=bucket,
            Prefix=f"{key}/" if key else "",
            Delimiter="/",
            MaxKeys=AT_ONCE,
            **after,
        )
        found: list[Info] = [
            {"name": f"{bucket}/{part['Prefix'][:-1]}", "type": "directory"}
            for part in page.get("CommonPrefixes", ())
        ]
        found += (
            {**item, "name": f"{bucket}/{item['Key']}", "size": item["Size"], "type": "file"}
            for item in page.get("Contents", ())
        )
        if not found and not rest:
            found = files.ls(folder, detail=True, refresh=True)  # which says what is wrong with it
        return Piece(found, page.get("NextContinuationToken") if page.get("IsTruncated") else None)

    def facts(self, info: Info) -> Facts:
        """The ETag decides: it is another one after every overwrite that changes a byte."""
        modified = info.get("LastModified")
        mtime = nanoseconds(modified) if isinstance(modified, datetime) else 0
        return Facts(info["size"], mtime, str(info.get("ETag") or "").strip('"'))

    def trouble(self, error: BaseException) -> Trouble:
        """What an error of botocore means, or of s3fs, which puts most into the words of file systems."""
        from botocore import exceptions as boto

        for one in causes(error):
            if isinstance(one, boto.ClientError):
                code = str(one.response.get("Error", {}).get("Code", ""))
                if (known := self._by_code(code)) is not None:
                    return known
            elif isinstance(one, boto.NoCredentialsError | boto.PartialCredentialsError):
                return self._wrong_keys()
            elif isinstance(one, boto.ProfileNotFound):
                name = self._place.text("profile")
                return Trouble(Kind.REFUSED, f"this user's AWS configuration has no profile {name}")
            elif isinstance(one, boto.SSLError):
                return of_sockets(one) or Trouble(Kind.REFUSED, "TLS with it fails")
            elif isinstance(one, boto.ConnectTimeoutError | boto.ReadTimeoutError):
                return Trouble(Kind.DROPPED, "it does not answer in time")
            elif isinstance(one, boto.HTTPClientError) and not isinstance(one, boto.EndpointConnectionError):
                return Trouble(Kind.DROPPED)
        return of_sockets(error) or of_files(error)

    def _by_code(self, code: str) -> Trouble | None:
        """What an error code of S3 means; None for one that says nothing of the place or of rights."""
        match code:
            case "NoSuchBucket":
                return Trouble(Kind.MISSING, f"there is no bucket {self._place.host}")
            case "ExpiredToken" | "TokenRefreshRequired":
                return Trouble(Kind.REFUSED, "the session token has expired: write a new one down")
            case "InvalidToken":
                return Trouble(Kind.REFUSED, "the session token is wrong: write a new one down")
            case "403" | "AccessDenied":
                return Trouble(Kind.FORBIDDEN)
        return self._wrong_keys() if code in _WRONG_KEYS else None

    def _wrong_keys(self) -> Trouble:
        return Trouble(
            Kind.REFUSED,
            f"the keys are missing or wrong: set access_key and secret_key in {self._place.kept_in} "
            f'under ["{self._place.table}"]',
        )


open_drive = Opener(S3, "S3", "s3fs", SETTINGS)
