"""Where a remote drive lies and with what it is opened: addresses and credentials, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from brain.errors import UsageError
from brain.extras import need_extra
from ingest.credentials import Credentials
from ingest.options import DriveOptions

OPEN_TO_ALL = "posix:other"
_SAFE = "/!$&'()*+,;=:@~"


@dataclass(frozen=True, slots=True)
class Place:
    """An address in parts: `path` is decoded and has no slash at either end; `port` 0 is the usual one.

    `named` is the table of `kept_in` that the secrets are from, empty where there is none.
    """

    scheme: str
    host: str
    port: int
    path: str
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    kept_in: Path = Path("credentials.toml")
    named: str = ""

    @property
    def url(self) -> str:
        """The address in its one canonical form; it never holds credentials."""
        return (self.base + "/" + quote(self.path, safe=_SAFE)).rstrip("/")

    @property
    def base(self) -> str:
        """The address without a path: `smb://host:1445`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")

    @property
    def table(self) -> str:
        """The table of credentials.toml to write settings into: the one that counts, or one for the host."""
        return self.named or self.base

    @property
    def hidden(self) -> tuple[str, ...]:
        """Every value in the credentials that must not be seen."""
        return tuple(str(value) for name, value in self.secrets.items() if name in _SECRET and value)

    def link(self, path: str) -> str:
        """The address of a file in it."""
        return self.url + "/" + quote(path, safe=_SAFE)

    def text(self, name: str) -> str:
        """A setting that is text. Raises UsageError where it is something else."""
        value = self.secrets.get(name, "")
        if not isinstance(value, str):
            raise UsageError(f"{self.kept_in}: {name} for {self.url} has to be text in quotation marks.")
        return value

    def switch(self, name: str) -> bool:
        """A setting that is true or false."""
        value = self.secrets.get(name, False)
        if not isinstance(value, bool):
            raise UsageError(f"{self.kept_in}: {name} for {self.url} has to be true or false.")
        return value

    def file(self, name: str) -> str:
        """A setting that names a file which must be there; empty where it is not set."""
        value = self.text(name)
        if value and not Path(value).expanduser().is_file():
            raise UsageError(
                f"{self.kept_in}: {name} for {self.url} names {value}, and there is no such file."
            )
        return str(Path(value).expanduser()) if value else ""


_SECRET = frozenset(
    {
        "password",
        "passphrase",
        "secret_key",
        "session_token",
        "account_key",
        "sas_token",
        "token",
        "client_secret",
    }
)


def place_of(url: str, credentials: Credentials, known: frozenset[str]) -> Place:
    """The address in parts, with what is set for it.

    `known` are the settings that this kind of drive has: a misspelt one is refused, not passed over.
    Raises UsageError.
    """
    parts = urlsplit(url.replace("#", "%23").replace("?", "%3F"))  # neither has a meaning in these addresses
    kind = parts.scheme.lower()
    if not parts.hostname:
        raise UsageError(f"{url} names no place: write it as {kind}://HOST/FOLDER.")
    if parts.username is not None:
        raise UsageError(
            f"Leave the user out of the address and write it into {credentials.path}: "
            f'["{kind}://{parts.netloc.rpartition("@")[2]}"] with username = "…".'
        )
    try:
        port = parts.port or 0
    except ValueError as error:
        raise UsageError(f"{url}: the port has to be a number up to 65535.") from error
    path = "/".join(segment for segment in unquote(parts.path).split("/") if segment)
    if any(segment in (".", "..") for segment in path.split("/")):
        raise UsageError(f"{url}: name the folder itself, without . and .. in it.")
    secrets = credentials.of(url)
    place = Place(kind, parts.hostname, port, path, secrets, credentials.path, credentials.table(url))
    unknown = sorted(secrets.keys() - known)
    if unknown:
        raise UsageError(
            f"{credentials.path}: a {kind}:// drive has no setting {', '.join(unknown)}. "
            f"It has: {', '.join(sorted(known))}."
        )
    return place


def need(package: str, extra: str) -> None:
    """Raise UsageError where the libraries of a kind of drive are not installed."""
    if find_spec(package) is None:
        raise UsageError(
            f"This kind of drive needs libraries that come with {need_extra(extra)}. Then try again."
        )


def refuse_readers(options: DriveOptions, kind: str) -> None:
    """Raise UsageError where readers are set and the source can't tell who may read a file."""
    if options.readers:
        raise UsageError(
            f"{kind} does not tell who may read a file, so the readers that are set for this drive can't be "
            "held to. Give citewise an account that sees only what the space may see, and leave readers out."
        )
