"""Jina's embeddings through LangChain's class, which itself knows neither time-outs nor HTTP errors."""

import warnings
from collections.abc import Mapping
from typing import Any

from brain.embedding.embedder import Embedder
from brain.embedding.remote import remote_embedder
from brain.errors import UsageError

MODELS: Mapping[str, int] = {
    "jina-embeddings-v2-small-en": 512,
    "jina-embeddings-v2-base-en": 768,
    "jina-embeddings-v3": 1024,
    "jina-embeddings-v4": 2048,
}
"""Dimensions by model: https://jina.ai/embeddings; those of other models are asked for."""

_BUSY = (429, 500, 502, 503, 504)
_BACKOFF_SECONDS = 0.5


def open_jina(
    model: str, api_key: str | None, base_url: str | None, timeout_s: float, retries: int
) -> Embedder:
    """`model` over HTTP; UsageError says what is missing where it can't be set up."""
    if not api_key:
        raise UsageError(f"{model} needs a key: set JINA_API_KEY.")
    with warnings.catch_warnings():
        # The package says on import that it is no longer developed; there is no other one for Jina.
        warnings.simplefilter("ignore", DeprecationWarning)
        from langchain_community.embeddings import jina
    from requests import RequestException

    # Handed a SecretStr, as its signature asks, it would send the asterisks that hide the key.
    inner = jina.JinaEmbeddings.model_validate({"model_name": model, "jina_api_key": api_key})
    inner.session.mount(jina.JINA_API_URL, _adapter(base_url, timeout_s, retries))
    # RuntimeError and the rest are how the class takes an answer that holds no vectors.
    failures = (RequestException, RuntimeError, LookupError, TypeError, ValueError)
    return remote_embedder(model, inner, failures=failures, dimensions=MODELS.get(model))


def _adapter(base_url: str | None, timeout_s: float, retries: int) -> Any:
    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    class PatientAdapter(HTTPAdapter):
        """Sends to `base_url` where one is set, waits no longer than allowed, raises on an HTTP error."""

        def send(self, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
            if base_url:
                request.url = f"{base_url.rstrip('/')}/embeddings"
            response = super().send(request, *arguments, **{**options, "timeout": timeout_s})
            response.raise_for_status()
            return response

    patience = Retry(
        total=retries,
        status_forcelist=_BUSY,
        allowed_methods=("POST",),
        backoff_factor=_BACKOFF_SECONDS,
        raise_on_status=False,
    )
    return PatientAdapter(max_retries=patience)
