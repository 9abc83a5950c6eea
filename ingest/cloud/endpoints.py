"""What credentials.toml says about a cloud: where its API is, how to reach it, and which key to use."""

import logging
import ssl
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from brain.errors import UsageError
from brain.loopback import is_loopback
from ingest.credentials import Credentials

USER_AGENT = "citewise/0.1 (knowledge bot)"
# Connecting, and each read or write, in seconds: a server that says nothing for longer is counted as down.
TIMEOUT = httpx.Timeout(60.0, connect=15.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """The table of one drive; `url` names it in sentences. Values are never shown."""

    url: str
    credentials: Credentials

    @property
    def table(self) -> Mapping[str, Any]:
        """What is set for this drive."""
        return self.credentials.of(self.url)

    def text(self, name: str, default: str | None = None) -> str:
        """A setting that is a text; raises UsageError where it is missing or something else."""
        value = self.table.get(name, default)
        if isinstance(value, str) and value:
            return value
        scheme = self.url.partition("://")[0]
        raise UsageError(
            f'To read {self.url}, write {name} = "…" into {self.credentials.path}, under '
            f'["{scheme}://"] or the drive\'s own address.'
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """A setting that is a list of texts, empty by default; raises UsageError for anything else."""
        value = self.table.get(name, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise UsageError(f'{self.credentials.path}: {name} is a list of texts, such as ["example.org"].')

    def has(self, name: str) -> bool:
        """Whether it is set at all."""
        return bool(self.table.get(name))

    def endpoint(self, name: str, default: str) -> str:
        """An address without a slash at its end; raises UsageError for one that would show keys to others."""
        address = self.text(name, default).rstrip("/")
        parts = urlsplit(address)
        if (parts.scheme == "https" and parts.hostname) or (
            parts.scheme == "http" and is_loopback(parts.hostname)
        ):
            return address
        raise UsageError(
            f"{self.credentials.path}: {name} must be an https:// address, since keys are sent to it."
        )

    def secret_file(self, name: str) -> str:
        """The text of a key file, named relative to credentials.toml.

        Raises UsageError where it can't be read, or where others than its owner may read it.
        """
        path = self.credentials.folder / Path(self.text(name)).expanduser()
        try:
            mode = path.stat().st_mode
            content = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The key file {path} can't be read: put it there, or correct {name} in "
                f"{self.credentials.path}.",
                detail=repr(error),
            ) from error
        if stat.S_IMODE(mode) & 0o077:
            raise UsageError(f"The key file {path} can be read by others: run `chmod 600 {path}`.")
        return content

    def client(self) -> httpx.Client:
        """A client for this drive alone, with the authorities and the proxy that are set."""
        for library in ("httpx", "httpcore"):
            # They log addresses, and one that a file can be downloaded from is as good as a password.
            logging.getLogger(library).setLevel(logging.WARNING)
        return httpx.Client(
            timeout=TIMEOUT,
            verify=self._authorities(),
            proxy=self.text("proxy") if self.has("proxy") else None,
            trust_env=False,  # a .netrc or proxy from the environment would send tokens elsewhere
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT},
        )

    def _authorities(self) -> ssl.SSLContext:
        if not self.has("ca_file"):
            return _usual_authorities()
        path = self.credentials.folder / Path(self.text("ca_file")).expanduser()
        try:
            return ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(
                f"{path}, named as ca_file in {self.credentials.path}, holds no certificates that can "
                "be read.",
                detail=repr(error),
            ) from error


@cache
def _usual_authorities() -> ssl.SSLContext:
    """Those that come with httpx; reading them takes longer than a request, so all drives share them."""
    return httpx.create_ssl_context(trust_env=False)
