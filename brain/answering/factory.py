"""An answerer by its name in the settings."""

import importlib.util
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from brain.answering.draft import Answerer, GradualAnswerer
from brain.answering.writing.gguf_answerer import is_gguf, open_gguf_answerer, patient
from brain.errors import ModelUnavailable, UsageError
from brain.extras import need_extra
from brain.http_status import http_status

if TYPE_CHECKING:
    from typing import TypedDict

    from langchain_core.language_models import BaseChatModel

    from brain.answering.writing.written import Limits

    class _Waited(TypedDict):
        limits: Limits
        quotes_first: bool | None

    from brain.answering.writing.entailment import Entails

CONNECT_SECONDS, READ_SECONDS = 3.0, 30.0
_REFUSALS = (401, 403)  # HTTP: no key, or not this one


@dataclass(frozen=True, slots=True)
class AnswererChoice:
    """What is set: `name` is extractive, phi3, server or langchain:provider:model.

    `model` and `adapter` are folders or names of the hub for phi3, names of the server's for server, which is
    at `url` and may want a `key`. `quantization` is for phi3; a `model` that ends in .gguf is for llama.cpp.
    `patience` is how many seconds a model may be silent, above all until its first word.
    """

    name: str
    model: str = ""
    adapter: Path | None = None
    quantization: str = "auto"
    url: str | None = None
    key: str | None = None
    patience: float = READ_SECONDS


def open_answerer(
    choice: AnswererChoice, closing: ExitStack, entails: "Entails | None" = None
) -> Answerer | GradualAnswerer | None:
    """The answerer that is chosen; None for the extractive one. What must be closed goes to `closing`.

    A model's sentences are put to `entails` as well, where there is one.

    Raises UsageError, WeightsUnavailable or ModelUnavailable where it can't be set up. Of a server, only
    the settings are looked at: one that is down is no reason not to start.
    """
    if choice.name == "extractive":
        return None
    if is_gguf(choice):
        return open_gguf_answerer(choice, closing, entails)
    if choice.name == "phi3":
        return _open_phi3(choice, closing, entails)
    from brain.answering.writing.written import WritingAnswerer

    if choice.name == "server":
        from brain.answering.writing.swappable import SwappableAnswerer

        def asking_for(adapter: Path | None) -> GradualAnswerer:
            asked = replace(choice, adapter=adapter)
            name = f"{server_model(asked)} at {asked.url}"
            return WritingAnswerer(
                _server(asked), name, few_shot=adapter is None, entails=entails, **_waited_for(asked)
            )

        return SwappableAnswerer(asking_for(choice.adapter), asking_for, choice.adapter)
    if choice.name.startswith("langchain:"):
        model = langchain_model(choice.name.removeprefix("langchain:"))
        return WritingAnswerer(model, choice.name, entails=entails, **_waited_for(choice))
    raise UsageError(
        f"There is no answerer called {choice.name!r}. CITEWISE_ANSWERER can be extractive, phi3, server or "
        "langchain:provider:model."
    )


def _waited_for(choice: AnswererChoice) -> "_Waited":
    """How long a server's first word is waited for; nobody waits so long without the documents' own words."""
    from brain.answering.writing.written import Limits

    usual = Limits()
    total = usual.total_s + 2 * max(0.0, choice.patience - READ_SECONDS)
    limits = replace(usual, silence_s=choice.patience, total_s=total)
    return {"limits": limits, "quotes_first": choice.patience > READ_SECONDS or None}


def server_model(choice: AnswererChoice) -> str:
    """What is asked for at the server, where an adapter is a model of its own."""
    return choice.model if choice.adapter is None else str(choice.adapter)


def server_health(choice: AnswererChoice) -> str:
    """What the server says of itself; raises UsageError or ModelUnavailable."""
    name, served = server_model(choice), served_models(choice)
    if name not in served:
        remedy = (
            "Set CITEWISE_MODEL to one that it has"
            if choice.adapter is None
            else "Start it with the line that `citewise tune serve-command` prints"
        )
        raise ModelUnavailable(
            f"The model server at {_url(choice)} has no {name}; it has: "
            f"{', '.join(served[:5]) or 'nothing'}. {remedy}; until then the documents' own sentences answer."
        )
    return f"{name} at {_url(choice)}"


def served_models(choice: AnswererChoice) -> list[str]:
    """The names of what the server answers with; raises UsageError or ModelUnavailable."""
    import httpx

    url = _url(choice)
    headers = {"Authorization": f"Bearer {choice.key}"} if choice.key else {}
    try:
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        reply = httpx.get(f"{url}/models", headers=headers, timeout=timeout).raise_for_status()
        return [str(model["id"]) for model in reply.json()["data"]]
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in _REFUSALS:
            raise _no_server(url, error) from error
        raise ModelUnavailable(
            f"The model server at {url} refuses the key: set CITEWISE_MODEL_KEY to the one that it takes; "
            "until then the documents' own sentences answer.",
            detail=repr(error),
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError) as error:
        raise _no_server(url, error) from error


def _no_server(url: str, error: Exception) -> ModelUnavailable:
    status = http_status(error)
    if status == 404:
        what = f"has no {url}/models. Check CITEWISE_MODEL_URL, which ends in /v1 with most servers"
    elif status is not None and status >= 500:
        what = f"is not ready (HTTP status {status}). It may still be loading its model; else see its log"
    else:
        what = "does not answer as one. Start it, or set CITEWISE_MODEL_URL"
    return ModelUnavailable(
        f"The model server at {url} {what}; until then the documents' own sentences answer.",
        detail=repr(error),
    )


def langchain_model(address: str) -> "BaseChatModel":
    """The chat model at `provider:model`, set up as LangChain's own documentation of it says."""
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(address)
    except Exception as error:  # nobody can know what a provider's package raises
        raise UsageError(
            f"langchain:{address} can't be opened. Install the provider's LangChain package, set its key "
            "in the environment (.env is read by citewise alone), and write the name as "
            "langchain:provider:model.",
            detail=repr(error),
        ) from error


def need_phi3_extra() -> None:
    """Raise UsageError where the libraries that phi3 needs aren't installed."""
    if any(importlib.util.find_spec(name) is None for name in ("torch", "transformers", "safetensors")):
        raise UsageError(f"A Phi-3 needs {need_extra('phi3')}.")


def _open_phi3(choice: AnswererChoice, closing: ExitStack, entails: "Entails | None") -> GradualAnswerer:
    need_phi3_extra()
    from brain.answering.writing.prompt import opening
    from brain.answering.writing.swappable import SwappableAnswerer
    from brain.answering.writing.written import Limits, WritingAnswerer
    from brain.phi3.merged_before import merged_before
    from brain.phi3.opening import model_folder, open_phi3
    from brain.phi3.quantising import Quantization

    longest = Limits().answer
    untrained = not merged_before(model_folder(choice.model))
    chat = open_phi3(
        choice.model,
        choice.adapter,
        Quantization(choice.quantization),
        begin=opening(few_shot=untrained and choice.adapter is None),
        longest=longest,
    )
    closing.callback(chat.close)
    slow = chat.facts().slow
    limits = patient(chat.window, longest, choice.patience) if slow else Limits(chat.window, longest)

    def writing(adapter: Path | None) -> GradualAnswerer:
        name = f"phi3 ({choice.model}{f' with adapter {adapter.name}' if adapter else ''})"
        few_shot = untrained and adapter is None
        return WritingAnswerer(
            chat, name, few_shot=few_shot, limits=limits, count=chat.count, entails=entails
        )

    def with_adapter(adapter: Path | None) -> GradualAnswerer:
        chat.swap(adapter, opening(few_shot=untrained and adapter is None))
        return writing(adapter)

    return SwappableAnswerer(writing(choice.adapter), with_adapter, choice.adapter)


def _server(choice: AnswererChoice) -> "BaseChatModel":
    url = _url(choice)
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise UsageError(
            f"CITEWISE_ANSWERER=server needs {need_extra('openai')}.",
            detail=repr(error),
        ) from error
    import httpx
    from pydantic import SecretStr

    return ChatOpenAI(
        model=server_model(choice),
        base_url=url,
        api_key=SecretStr(choice.key or "none"),
        timeout=httpx.Timeout(choice.patience, connect=CONNECT_SECONDS),
        max_retries=0,
        temperature=0,
        max_completion_tokens=320,
    )


def _url(choice: AnswererChoice) -> str:
    if not choice.url:
        raise UsageError(
            "CITEWISE_ANSWERER=server needs CITEWISE_MODEL_URL, such as http://127.0.0.1:8000/v1."
        )
    return choice.url.rstrip("/")
