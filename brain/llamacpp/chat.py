"""A GGUF model as a LangChain chat model: streamed as it is written, stopped when nobody waits."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import psutil
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from brain.answering.writing.facts import ModelFacts
from brain.answering.writing.prompt import plain
from brain.errors import ModelBusy, ModelUnavailable
from brain.llamacpp.header import Header
from brain.llamacpp.server import LlamaServer

WAITING = 16
"""Questions that may wait for a slot; with more, waiting would take minutes."""
_ROLES = {"system": "system", "human": "user", "ai": "assistant"}
_DYING_SECONDS = 2.0
_TIMEOUT = httpx.Timeout(600.0, connect=5.0)  # reading a long prompt takes a slow processor minutes


def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(WAITING)


class LlamaCppChat(BaseChatModel):
    """A chat model over a LlamaServer; `window` tokens for prompt and answer, `longest` for the answer."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    server: LlamaServer
    header: Header
    window: int
    longest: int
    places: threading.BoundedSemaphore = Field(default_factory=_places)

    @property
    def _llm_type(self) -> str:
        return "llama.cpp"

    def count(self, messages: Sequence[BaseMessage]) -> int:
        """Tokens of a prompt, in the model's own chat template."""
        told = self._ask("/apply-template", {"messages": _turns(messages)})
        return len(self.tokens(str(told["prompt"])))

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text in which control tokens count as such."""
        what = {"content": text, "add_special": True, "parse_special": True}
        return list(self._ask("/tokenize", what)["tokens"])

    def facts(self) -> ModelFacts:
        """What runs, and the memory that its process has."""
        pid, memory = self.server.pid, None
        with suppress(psutil.Error):
            memory = psutil.Process(pid).memory_info().rss if pid else None
        where = f"llama.cpp in a process of its own ({pid or 'not running'})"
        device = f"processor, {self.server.load.threads} threads"
        return ModelFacts(
            model=str(self.header.path),
            where=where,
            device=device,
            quantization=f"mostly {self.header.numbers}",
            memory=memory,
            window=self.window,
            adapter=self.header.adapter,
            slow=True,
        )

    def close(self) -> None:
        """End the process."""
        self.server.close()

    def _ask(self, path: str, what: dict[str, Any]) -> dict[str, Any]:
        try:
            reply = httpx.post(
                f"{self.server.address()}{path}",
                json=what,
                headers=self.server.headers,
                timeout=_TIMEOUT,
                trust_env=False,
            )
            found = reply.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._failed(error) from error
        return dict(found)

    def _request(self, messages: list[BaseMessage], stop: list[str] | None) -> dict[str, Any]:
        return {
            "url": f"{self.server.address()}/v1/chat/completions",
            "headers": self.server.headers,
            "json": {
                "messages": _turns(messages),
                "max_tokens": self.longest,
                "temperature": 0,
                "top_k": 1,
                "cache_prompt": True,  # prompts begin alike: what is known is not read again
                "stream": True,
                "stop": stop or [],
            },
        }

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self.places.acquire(blocking=False):
            raise ModelBusy(f"The model is busy with {WAITING} questions.")
        try:
            yield
        finally:
            self.places.release()

    def _failed(self, error: Exception) -> ModelUnavailable:
        # A connection is cut a moment before its process has ended.
        cut = isinstance(error, httpx.TransportError) and not isinstance(error, httpx.TimeoutException)
        if cut and self.server.has_died(within=_DYING_SECONDS):
            sentence = "The language model's process has died; it is started again with the next question."
            return ModelUnavailable(sentence, detail=f"{error!r} {self.server.last_words()}")
        return ModelUnavailable(
            "The language model's process does not answer as it should.", detail=repr(error)
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(chunk.message.text) for chunk in self._stream(messages, stop, None, **kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        try:
            with (
                self._place(),
                httpx.Client(timeout=_TIMEOUT, trust_env=False) as client,
                client.stream("POST", **self._request(messages, stop)) as reply,
            ):
                if reply.is_error:
                    reply.read()
                for piece in filter(None, map(_said, reply.raise_for_status().iter_lines())):
                    chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
                    if run_manager:
                        run_manager.on_llm_new_token(piece, chunk=chunk)
                    yield chunk
        except (httpx.HTTPError, ValueError, LookupError) as error:
            raise self._failed(error) from error

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        try:
            with self._place():
                request = await asyncio.to_thread(self._request, messages, stop)
                async with (
                    httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client,
                    client.stream("POST", **request) as reply,
                ):
                    if reply.is_error:
                        await reply.aread()
                    async for line in reply.raise_for_status().aiter_lines():
                        if not (piece := _said(line)):
                            continue
                        chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
                        if run_manager:
                            await run_manager.on_llm_new_token(piece, chunk=chunk)
                        yield chunk
        except (httpx.HTTPError, ValueError, LookupError) as error:
            raise await asyncio.to_thread(self._failed, error) from error


def _turns(messages: Sequence[BaseMessage]) -> list[dict[str, str]]:
    return [{"role": _ROLES[m.type], "content": plain(str(m.text))} for m in messages]


def _said(line: str) -> str:
    """The piece of text in a line of the stream; ValueError where the server tells of a failure."""
    if not line.startswith("data: ") or line == "data: [DONE]":
        return ""
    told = json.loads(line.removeprefix("data: "))
    if "error" in told:
        raise ValueError(str(told["error"]))
    choices = told.get("choices") or [{}]
    return str(choices[0].get("delta", {}).get("content") or "")
