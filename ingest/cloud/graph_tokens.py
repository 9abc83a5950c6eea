"""Access tokens of an app in Microsoft Entra, without a signed-in user; msal gets them over our client."""

import logging
import threading
from typing import Any
from urllib.parse import urlsplit

import httpx
import msal

from brain.errors import UsageError
from ingest.cloud.endpoints import Settings
from ingest.drives import DriveUnavailable

_LOGIN_URL = "https://login.microsoftonline.com"
# What an admin gets to read for Entra's codes; they stand at the beginning of its error description.
_REMEDIES = {
    "AADSTS7000215": "the client secret is wrong: copy its value (not its id) anew",
    "AADSTS7000222": "the client secret has expired: make a new one under Certificates & secrets",
    "AADSTS700016": "there is no such app in this tenant: check client_id and tenant",
    "AADSTS700027": "the certificate is not the one that is uploaded for the app",
    "AADSTS90002": "there is no such tenant: check tenant",
    "AADSTS7000112": "the app is disabled: enable it under Enterprise applications",
}


class EntraApp:
    """The app `client_id` of a tenant, with a secret or a certificate. Safe for several threads."""

    def __init__(self, settings: Settings, client: httpx.Client, base_url: str) -> None:
        """Raises UsageError where something is missing."""
        self.client_id = settings.text("client_id")
        self._settings = settings
        self._authority = f"{settings.endpoint('login_url', _LOGIN_URL)}/{settings.text('tenant')}"
        self._secret = _credential(settings)
        parts = urlsplit(base_url)
        self._scope = f"{parts.scheme}://{parts.netloc}/.default"
        self._client = client
        self._lock = threading.Lock()
        self._app: Any = None
        logging.getLogger("msal").setLevel(logging.CRITICAL)  # it would log answers of the token service

    def __repr__(self) -> str:
        return f"EntraApp({self.client_id})"

    def bearer(self) -> str:
        """A token that is valid now; msal keeps it until it expires."""
        with self._lock:
            try:
                self._app = self._app or self._sign_on()
                answer = self._app.acquire_token_for_client([self._scope])
            except httpx.HTTPError as error:
                raise DriveUnavailable(
                    f"Microsoft's sign-in service can't be reached at {self._authority}. Nothing was "
                    "changed: check this machine's network.",
                    detail=type(error).__name__,
                ) from error
            except ValueError as error:
                raise DriveUnavailable(
                    f"There is no tenant at {self._authority}: check tenant and login_url in "
                    f"{self._settings.credentials.path}, and a certificate's file. Nothing was changed.",
                    detail=type(error).__name__,
                ) from None
            if "access_token" not in answer:
                raise self._refused(answer)
            return str(answer["access_token"])

    def forget(self) -> None:
        """Get a new token the next time."""
        with self._lock:
            self._app = None

    def _sign_on(self) -> Any:
        return msal.ConfidentialClientApplication(
            self.client_id,
            client_credential=self._secret,
            authority=self._authority,
            # Without this, msal asks login.microsoftonline.com about other clouds' addresses.
            instance_discovery=False,
            http_client=_OverHttpx(self._client),
        )

    def _refused(self, answer: dict[str, Any]) -> DriveUnavailable:
        description = str(answer.get("error_description", ""))
        code = description.partition(":")[0]
        remedy = _REMEDIES.get(code, "check tenant, client_id and the secret or certificate")
        code = code or str(answer.get("error", "no reason"))
        return DriveUnavailable(
            f"Microsoft Entra does not sign in the app {self.client_id} ({code}): {remedy}, in "
            f"{self._settings.credentials.path}. Nothing was changed.",
            detail=description.splitlines()[0] if description else "",
        )


def _credential(settings: Settings) -> str | dict[str, str]:
    if settings.has("certificate"):
        pem = settings.secret_file("certificate")
        if "PRIVATE KEY-----" not in pem or "BEGIN CERTIFICATE-----" not in pem:
            raise UsageError(
                f"{settings.text('certificate')} must hold both the private key and the certificate, "
                "in PEM form."
            )
        return {"private_key": pem, "public_certificate": pem}
    if settings.has("client_secret"):
        return settings.text("client_secret")
    raise UsageError(
        f"To read {settings.url}, write client_secret or certificate into {settings.credentials.path}."
    )


class _OverHttpx:
    """msal's transport seam: its requests go out with our time limits, proxy and authorities."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, url: str, params: Any = None, headers: Any = None, **options: Any) -> httpx.Response:
        return self._client.get(url, params=params, headers=headers)

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **options: Any
    ) -> httpx.Response:
        # msal passes a signed assertion as bytes, which httpx would send as Python writes them: b'…'
        form = {name: value.decode() if isinstance(value, bytes) else value for name, value in data.items()}
        return self._client.post(url, params=params, data=form, headers=headers)

    def close(self) -> None:
        """The client belongs to the drive."""
