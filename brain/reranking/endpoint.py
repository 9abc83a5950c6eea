"""A reranker behind HTTP, in one of the two ways that such servers speak.

`http://…` and `https://…`: query and documents in, results with index and relevance score out, as vLLM, Jina,
Cohere and Infinity have it at `/rerank` and `/v1/rerank`. `tei:http://…`: Hugging Face's Text Embeddings
Inference, which says texts and score, and takes 32 texts a request.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from brain.errors import ModelUnavailable
from brain.loopback import is_loopback

TEI = "tei:"
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 2.0, 5.0, 6.0
_LONGEST_CHARACTERS = 2000
"""Of a question and of a text: some 500 tokens, as much as most models take."""
_SMALLER = 3
"""What a refused batch is cut to is this part of it: a pair then fits into 512 tokens in most languages."""
_TOO_LONG = (400, 413, 422)
"""HTTP: what a server may say where a pair is longer than its model takes; vLLM then refuses all of them."""
_LARGEST_REPLY = 4_000_000
_TEXTS_A_REQUEST = 32
_WHERE = "rerank"


def is_endpoint(name: str) -> bool:
    """Whether the setting is an address."""
    return name.removeprefix(TEI).startswith(("http://", "https://"))


def leaves_for(name: str) -> str:
    """Where what is sent to the address goes, if that isn't this machine; else nothing."""
    address = urlsplit(name.removeprefix(TEI))
    return "" if is_loopback(address.hostname) else address.netloc


class EndpointReader:
    """Asks the server for each pair's score. Several threads may share it."""

    def __init__(self, name: str, *, model: str | None = None, key: str | None = None) -> None:
        """`name` as it is set; `model` for servers that have several; `key` is sent as a bearer token."""
        import httpx

        self._texts_and_score = name.startswith(TEI)
        address = name.removeprefix(TEI).rstrip("/")
        self._address = address if address.endswith(f"/{_WHERE}") else f"{address}/{_WHERE}"
        self._model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.Client(headers=headers, timeout=timeout)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The server's score of each text; ModelUnavailable where it does not give them all."""
        found: list[float] = []
        ends = time.monotonic() + WHOLE_SECONDS
        for start in range(0, len(texts), _TEXTS_A_REQUEST):
            batch = [_sendable(text) for text in texts[start : start + _TEXTS_A_REQUEST]]
            found += self._read(self._fitting(_sendable(question), batch, ends), len(batch))
        return found

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def _fitting(self, question: str, texts: Sequence[str], ends: float) -> Any:
        """What the server answers, asked once more with less of each text where it refuses them."""
        try:
            return self._sent(question, texts, ends)
        except _Refused as refused:
            longest = _LONGEST_CHARACTERS // _SMALLER
            cut = [text[:longest].strip() or "." for text in texts]
            if refused.status not in _TOO_LONG or (cut == list(texts) and len(question) <= longest):
                raise
            return self._sent(question[:longest], cut, ends)

    def _sent(self, question: str, texts: Sequence[str], ends: float) -> Any:
        """The endpoint's reply, read from JSON, by the moment `ends` at the latest."""
        import httpx

        body: dict[str, object] = {"query": question}
        # TEI's own scores are squeezed between 0 and 1, where the best ones look alike.
        body |= {"texts": texts, "truncate": True, "raw_scores": True} if self._texts_and_score else {}
        body |= {} if self._texts_and_score else {"documents": texts}
        body |= {"model": self._model} if self._model else {}
        try:
            with self._client.stream("POST", self._address, json=body) as response:
                content = b""
                for block in response.iter_bytes():
                    content += block
                    if len(content) > _LARGEST_REPLY or time.monotonic() > ends:
                        raise self._failed("answers too slowly, or with too much.")
                response.raise_for_status()
            return json.loads(content)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            raise _Refused(
                f"The reranker at {self._address} {_refusal(status)}", status, repr(error)
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed("does not answer. Start it, or check the address.", repr(error)) from error
        except ValueError as error:
            raise self._failed("does not answer as a reranker: not in JSON.", repr(error)) from error

    def _read(self, told: Any, wanted: int) -> list[float]:
        """The scores in the order of the texts."""
        found: dict[int, float] = {}
        try:
            rows: Sequence[Mapping[str, Any]] = told if self._texts_and_score else told["results"]
            for row in rows:
                score = row["score"] if self._texts_and_score else row["relevance_score"]
                found[int(row["index"])] = float(score)
            return [found[at] for at in range(wanted)]
        except (LookupError, TypeError, ValueError) as error:
            other = "http(s)://… without tei:" if self._texts_and_score else f"{TEI}http(s)://…"
            raise self._failed(
                f"does not answer as a reranker of this kind. Set {other} if it is of the other one.",
                f"{type(error).__name__}: {_shape(told)}",
            ) from error

    def _failed(self, what: str, detail: str = "") -> ModelUnavailable:
        return ModelUnavailable(f"The reranker at {self._address} {what}", detail=detail)


class _Refused(ModelUnavailable):
    """The server answered with an error of HTTP."""

    def __init__(self, sentence: str, status: int, detail: str) -> None:
        super().__init__(sentence, detail=detail)
        self.status = status


def _shape(told: Any) -> str:
    """What was answered, without its words: many servers give the texts back, which are not for a log."""
    if isinstance(told, Mapping):
        return f"an object with {', '.join(sorted(map(str, told)))[:200] or 'nothing'}"
    if isinstance(told, list):
        return f"a list of {len(told)}{f', the first {_shape(told[0])}' if told else ''}"
    return type(told).__name__


def _refusal(status: int) -> str:
    if status in (401, 403):
        return "refuses the key: set CITEWISE_RERANKER_KEY to one that it takes."
    if status == 404:
        return "has no such path or model: check the address and CITEWISE_RERANKER_MODEL."
    if status in (400, 413, 422, 424):
        return (
            f"does not take what it is sent (HTTP status {status}). Check CITEWISE_RERANKER_MODEL, and "
            f"whether the address needs {TEI} before it, or none."
        )
    if status == 429:
        return "says that there were too many requests, or that the quota is used up."
    return f"answers with HTTP status {status}."


def _sendable(text: str) -> str:
    clean = text[:_LONGEST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return clean if clean.strip() else "."
