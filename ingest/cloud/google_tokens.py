"""Access tokens of a Google service account, signed and fetched by google-auth over our own client."""

import json
import threading
from collections.abc import Mapping
from typing import Any

import httpx
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport import Request, Response
from google.oauth2 import service_account

from brain.errors import UsageError
from ingest.cloud.endpoints import Settings
from ingest.cloud.google_faults import SCOPE
from ingest.drives import DriveUnavailable

_TOKEN_URL = "https://oauth2.googleapis.com/token"


class ServiceAccount:
    """The account of a JSON key file, or the `subject` that it acts for. Safe for several threads."""

    def __init__(self, settings: Settings, client: httpx.Client) -> None:
        """Raises UsageError where the key file is missing or no key."""
        self._file = settings.text("key_file")
        self._lock = threading.Lock()
        self._request = _OverHttpx(client)
        token_url = settings.endpoint("token_url", _TOKEN_URL)
        subject = settings.text("subject") if settings.has("subject") else None
        try:
            key = json.loads(settings.secret_file("key_file"))
            self.account = subject or str(key["client_email"])
            # The key names an address for tokens itself; only the one that is set is contacted.
            self._credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
                {**key, "token_uri": token_url}, scopes=[SCOPE], subject=subject
            )
        except (ValueError, KeyError, TypeError, GoogleAuthError):
            # Not chained: what the parser complains about may be a piece of the key.
            raise UsageError(
                f"{self._file} is not the JSON key of a service account: download one in the Google Cloud "
                "console, under IAM & Admin › Service accounts › Keys."
            ) from None

    def __repr__(self) -> str:
        return f"ServiceAccount({self.account})"

    def bearer(self) -> str:
        """A token that is valid now."""
        with self._lock:
            if not self._credentials.valid:
                self._refresh()
            return str(self._credentials.token)

    def forget(self) -> None:
        """Get a new token the next time."""
        with self._lock:
            self._credentials.token = None

    def _refresh(self) -> None:
        try:
            self._credentials.refresh(self._request)
        except TransportError as error:
            raise DriveUnavailable(
                "Google's token service can't be reached. Nothing was changed: check this machine's network.",
                detail=type(error.__cause__ or error).__name__,
            ) from error
        except RefreshError as error:
            raise DriveUnavailable(self._refused(error), detail=_reason(error)) from None

    def _refused(self, error: RefreshError) -> str:
        reason = _reason(error)
        if error.retryable:
            return "Google's token service fails now. Nothing was changed: a later run tries again."
        if "unauthorized_client" in reason or "access_denied" in reason:
            return (
                f"The service account may not act for {self.account}: in the Admin console, under "
                "Security › API "
                f"controls › Domain-wide delegation, add its client id with the scope {SCOPE}."
            )
        if "JWT" in reason and "timeframe" in reason:
            return "Google refuses the key since this machine's clock is wrong: set it right (NTP)."
        return (
            f"Google does not accept the key in {self._file} for {self.account}: if it was deleted or "
            "the account is disabled, make a new key in the Google Cloud console and put it there."
        )


def _reason(error: RefreshError) -> str:
    """The service's own words, such as `invalid_grant: Invalid JWT Signature.`; no token is among them."""
    body = error.args[1] if len(error.args) > 1 else None
    if isinstance(body, Mapping):
        return f"{body.get('error', '')}: {body.get('error_description', '')}"
    return str(error.args[0]) if error.args else ""


class _Answer(Response):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    @property
    def data(self) -> bytes:
        return self._response.content


class _OverHttpx(Request):
    """google-auth's transport seam: its requests go out with our time limits, proxy and authorities."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **options: Any,
    ) -> Response:
        try:
            return _Answer(self._client.request(method, url, content=body, headers=dict(headers or {})))
        except httpx.RequestError as error:
            raise TransportError(type(error).__name__) from error  # type: ignore[no-untyped-call]
