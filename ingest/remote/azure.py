"""Azure Blob Storage: `az://container/prefix`, by adlfs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from brain.errors import UsageError
from ingest.remote.bucket import Bucket
from ingest.remote.opening import Opener
from ingest.remote.place import Place
from ingest.remote.smb import nanoseconds
from ingest.remote.sockets import causes, of_files, of_sockets
from ingest.remote.source import AT_ONCE, Facts, Info, Kind, Limits, Piece, Trouble

SETTINGS = frozenset(
    {
        "account", "account_key", "sas_token", "client_id", "client_secret", "tenant_id", "anonymous",
        "endpoint",
    }
)  # fmt: skip


class Azure(Bucket):
    """A container, or the blobs in it that begin with a prefix. Paths begin with the container's name."""

    extra: ClassVar[str] = "azure"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        if not place.text("account"):
            raise UsageError(
                f'{place.kept_in}: set account under ["{place.table}"], the name of the storage account.'
            )

    def connect(self, limits: Limits) -> Any:
        """A client; it connects with its first request."""
        from adlfs import AzureBlobFileSystem

        place = self._place
        account: dict[str, Any] = {"account_name": place.text("account")}
        for name in ("account_key", "sas_token", "client_id", "client_secret", "tenant_id"):
            if value := place.text(name):
                account[name] = value
        if endpoint := place.text("endpoint"):
            account = {"connection_string": self._at(endpoint)}
        return AzureBlobFileSystem(
            **account,
            anon=place.switch("anonymous"),
            connection_timeout=limits.connect,
            read_timeout=limits.reply,
            use_listings_cache=False,
            skip_instance_cache=True,
        )

    def _at(self, endpoint: str) -> str:
        key, token = self._place.text("account_key"), self._place.text("sas_token")
        parts = {"BlobEndpoint": endpoint, "AccountName": self._place.text("account")}
        parts |= {"AccountKey": key} if key else {"SharedAccessSignature": token}
        return ";".join(f"{name}={value}" for name, value in parts.items())

    def close(self, files: Any) -> None:
        """Close the client's session."""
        from fsspec.asyn import sync

        sync(files.loop, files.service_client.close)

    def list(self, files: Any, folder: str, rest: Any = None) -> Piece:
        """A page of the blobs up to the next slash; `rest` is the service's own mark of the next one."""
        from fsspec.asyn import sync

        found, after = sync(files.loop, _page, files, folder, rest)
        if not found and not rest and not after:
            found = files.ls(folder, detail=True, invalidate_cache=True)  # which says what is wrong with it
        return Piece(found, after)

    def facts(self, info: Info) -> Facts:
        """The ETag is another one after every write, also of the same bytes."""
        modified = info.get("last_modified")
        mtime = nanoseconds(modified) if isinstance(modified, datetime) else 0
        return Facts(int(info["size"] or 0), mtime, str(info.get("etag") or "").strip('"'))

    def trouble(self, error: BaseException) -> Trouble:
        """What an error of Azure's libraries means."""
        from azure.core import exceptions as azure

        for one in causes(error):
            if isinstance(one, azure.ClientAuthenticationError):
                return self._by_code(getattr(one, "error_code", None) or "AuthenticationFailed")
            if isinstance(one, azure.HttpResponseError) and one.status_code is not None:
                code = str(getattr(one, "error_code", None) or "")
                if one.status_code in (401, 403) or code == "ContainerNotFound":
                    return self._by_code(code)
                if one.status_code == 404:
                    return Trouble(Kind.MISSING)
        known = of_sockets(error)
        if known is not None:
            return known
        if any(
            isinstance(one, azure.ServiceRequestError | azure.ServiceResponseError) for one in causes(error)
        ):
            return Trouble(Kind.DROPPED)
        return of_files(error)

    def _by_code(self, code: str) -> Trouble:
        if code == "ContainerNotFound":
            return Trouble(Kind.MISSING, f"there is no container {self._place.host}")
        if code in (
            "AuthorizationPermissionMismatch",
            "AuthorizationFailure",
            "InsufficientAccountPermissions",
        ):
            return Trouble(Kind.FORBIDDEN)
        return Trouble(
            Kind.REFUSED,
            f"the account or its key is not accepted: correct them in {self._place.kept_in} under "
            f'["az://{self._place.host}"]',
        )


async def _page(files: Any, folder: str, after: str | None) -> tuple[list[Info], str | None]:
    """Some of what lies in a folder, and the mark of the next page. Raises what azure.core raises."""
    container, _, key = folder.partition("/")
    prefix = f"{key}/" if key else ""
    async with files.service_client.get_container_client(container) as client:
        pages = client.walk_blobs(
            name_starts_with=prefix or None, include=["metadata"], delimiter="/", results_per_page=AT_ONCE
        ).by_page(after)
        blobs = [blob async for blob in await anext(pages)]
        return list(_infos(container, prefix, blobs)), pages.continuation_token


def _infos(container: str, prefix: str, blobs: Sequence[Any]) -> Iterator[Info]:
    from azure.storage.blob.aio import BlobPrefix

    below = {blob.name.removesuffix("/") for blob in blobs if isinstance(blob, BlobPrefix)}
    for blob in blobs:
        name = f"{container}/{blob.name}"
        if isinstance(blob, BlobPrefix):
            yield {"name": name.removesuffix("/"), "type": "directory"}
        elif blob.name == prefix or (_means_folder(blob) and blob.name in below):
            continue  # some programs make an empty blob for each folder, which tells nothing more then
        elif _means_folder(blob):
            yield {"name": name, "type": "directory"}
        else:
            told = {"size": blob.size, "last_modified": blob.last_modified, "etag": blob.etag}
            yield {"name": name, "type": "file", **told}


def _means_folder(blob: Any) -> bool:
    told = {name.lower(): value for name, value in (blob.metadata or {}).items()}
    return "true" in (told.get("hdi_isfolder"), told.get("is_directory"))


open_drive = Opener(Azure, "Azure Blob Storage", "adlfs", SETTINGS)
